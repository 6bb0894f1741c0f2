"""Verifying a home that is at work: one state of the database is judged, and nothing is missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from eakte.audit import log
from eakte.database import transaction
from eakte.domain.events import Action
from eakte.domain.verification import Verdict
from eakte.errors import NotFoundError
from eakte.pipeline.desk import Desk
from eakte.services import casework, verifying
from eakte.services.verifying import Verified
from tests.integration import sealed_letters
from tests.integration.waiting_letters import new_desk
from tests.tools import homes


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return new_desk(tmp_path_factory.mktemp("verifying") / "home")


def _akte(desk: Desk) -> str:
    return casework.draw_akte(desk, "702.11", "Abfallgebühren").aktenzeichen


@contextmanager
def _meanwhile(desk: Desk, reading: str, change: Callable[[Desk], object]) -> Iterator[list[str]]:
    """Have a clerk change something once, before the desk runs a query with `reading` in it."""
    done, clerk = list[str](), Desk(desk.home, desk.clock)

    def before(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if reading in statement and not done:
            done.append(statement)
            change(clerk)

    sa.event.listen(desk.engine, "before_cursor_execute", before)
    yield done
    sa.event.remove(desk.engine, "before_cursor_execute", before)
    clerk.engine.dispose()


def _move(letter: str, to: str, clerk: Desk) -> None:
    casework.move(clerk, letter, to)


def _wrong(found: tuple[Verified, ...]) -> list[tuple[str, str]]:
    wrong = [each for each in found if each.report.verdict is not Verdict.VALID]
    return [(each.name, each.report.reason) for each in wrong]


def test_what_clerks_change_meanwhile_is_no_contradiction(desk: Desk) -> None:
    """Log, histories and records are read as they were at one moment."""
    one, other = _akte(desk), _akte(desk)
    letter = sealed_letters.seal(desk, one, "meanwhile")
    with transaction(desk.engine) as connection:
        sealed_letters.file(connection, desk, letter)
    trust, history, events = desk.home.trust, "FROM history", "audit_event.entry LIKE"
    cases: tuple[tuple[str, Callable[[], tuple[Verified, ...]]], ...] = (
        (history, lambda: verifying.verify_akte(desk, one, trust)),
        (history, lambda: verifying.verify_all(desk, trust)),
        (events, lambda: (verifying.verify_document(desk, letter.id, trust),)),
    )
    for reading, verify in cases:
        for to in (other, one):
            with _meanwhile(desk, reading, partial(_move, letter.id, to)) as changed:
                found = verify()
            assert changed, "nothing was changed meanwhile"
            assert _wrong(found) == []


def test_each_verdict_is_noted_once(desk: Desk) -> None:
    name = _akte(desk)
    verifying.verify_akte(desk, name, desk.home.trust)
    with desk.engine.connect() as connection:
        noted = log.of_action(connection, Action.VERIFIED, name)
    assert [dict(each.after) for each in noted] == [{"verdict": "VALID"}]


def test_an_akte_that_was_removed_is_missed(desk: Desk) -> None:
    removed, trust = _akte(desk), desk.home.trust
    for table, column in (
        ("history", "akte"),
        ("vorgang", "aktenzeichen"),
        ("akte", "aktenzeichen"),
    ):
        homes.execute(desk.home.root, f"DELETE FROM {table} WHERE {column} = :akte", akte=removed)
    told = [(removed, "Record: the log tells of an Akte that the records do not have")]
    assert _wrong(verifying.verify_all(desk, trust)) == told
    assert _wrong(verifying.verify_akte(desk, removed, trust)) == told
    with pytest.raises(NotFoundError):
        verifying.verify_akte(desk, "20.1-702.11/1999-0001", trust)
