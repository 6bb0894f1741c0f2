"""Dividing and joining letters: no page is lost or doubled, whatever clerks and crashes do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eakte.audit.verify import verify
from eakte.config import open_home
from eakte.database import transaction
from eakte.domain.akten import CLOSED, Document, DocumentState
from eakte.domain.clock import SystemClock
from eakte.domain.codec import each_from_json
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.ids import Digest
from eakte.domain.text import RecognisedPage
from eakte.errors import RefusedError
from eakte.pipeline import regrouping
from eakte.pipeline.context import Context
from eakte.pipeline.desk import Desk
from eakte.records import documents
from eakte.services import regrouping as service
from eakte.services import repair, reviewing
from eakte.services.reviewing import Corrections
from eakte.services.sources import Inboxes
from eakte.services.watching import Watcher
from tests.integration.regrouped import finish_by_hand
from tests.integration.waiting_letters import add_letters, new_desk

_ROOT = Path(__file__).parents[2]


def _letters(desk: Desk, scan: Digest) -> tuple[Document, ...]:
    with desk.engine.connect() as connection:
        assert verify(connection).intact
        return documents.of_scan(connection, scan)


def _open_pages(letters: tuple[Document, ...]) -> list[int]:
    return sorted(page for each in letters if each.state not in CLOSED for page in each.pages)


def _watch(home: Path) -> None:
    context = Context(open_home(home), SystemClock())
    Watcher(context, Inboxes(context.home), threading.Event()).run(
        lambda _progress: None, once=True
    )


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return new_desk(tmp_path_factory.mktemp("regrouping") / "home")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), count=st.integers(2, 5))
def test_every_page_is_in_exactly_one_open_letter_at_any_time(
    shared: Desk, data: st.DataObject, count: int
) -> None:
    """Whatever is divided, joined, refused, given back: no page is lost, no number given twice."""
    desk, pages = shared, list(range(1, count + 1))
    scan = add_letters(desk, (tuple(pages),), mark=os.urandom(8).hex())[0].scan
    for _step in range(data.draw(st.integers(1, 5))):
        waiting = [x for x in _letters(desk, scan) if x.state is DocumentState.REVIEW]
        known = {each.id for each in _letters(desk, scan)}
        chosen = data.draw(st.lists(st.sampled_from(waiting), min_size=1, unique=True))
        try:
            if len(chosen) == 1:
                cut = data.draw(st.integers(0, len(chosen[0].pages)))
                new = service.split(desk, chosen[0].id, (cut,))
            else:
                new = service.join(desk, tuple(each.id for each in chosen))
        except RefusedError:
            continue
        assert not known.intersection(new)
        assert _open_pages(_letters(desk, scan)) == pages
        old = tuple(each.id for each in chosen)
        if data.draw(st.booleans()):
            finish_by_hand(desk, old)
        else:
            with transaction(desk.engine) as connection:
                finding = Finding(FindingCode.STAGE_FAILED)
                regrouping.give_back(connection, old, new, finding, desk.clock.now())
        assert _open_pages(_letters(desk, scan)) == pages


def test_letters_of_different_scans_are_not_joined(tmp_path: Path) -> None:
    desk = new_desk(tmp_path / "home")
    (one,) = add_letters(desk, ((1,),))
    (other,) = add_letters(desk, ((1,),), mark="other")
    with pytest.raises(RefusedError, match="same scan"):
        service.join(desk, (one.id, other.id))
    with pytest.raises(RefusedError, match="two letters"):
        service.join(desk, (one.id, one.id))
    with pytest.raises(RefusedError, match="one page only"):
        service.split(desk, one.id, (1,))


def test_each_letter_that_is_joined_must_be_as_it_was_seen(tmp_path: Path) -> None:
    desk = new_desk(tmp_path / "home")
    first, second = add_letters(desk, ((1,), (2,)))
    seen, both = (first.version, second.version), (first.id, second.id)
    reviewing.correct(desk, second.id, Corrections(class_id="mahnung"))
    with pytest.raises(RefusedError, match="look at it again"):
        service.join(desk, both, seen)
    assert service.join(desk, both, (first.version, second.version + 1))


def test_what_is_given_back_late_leaves_the_work_of_a_later_order_alone(tmp_path: Path) -> None:
    """The first order failed, a clerk divided the letter again, and the failure is told twice."""
    desk = new_desk(tmp_path / "home")
    (letter,) = add_letters(desk, ((1, 2, 3),))
    first = service.split(desk, letter.id, (1,))
    for again in ((2,), ()):
        with transaction(desk.engine) as connection:
            finding, now = Finding(FindingCode.STAGE_FAILED), desk.clock.now()
            regrouping.give_back(connection, (letter.id,), first, finding, now)
        if again:
            second = service.split(desk, letter.id, again)
    (present,) = _letters(desk, letter.scan)
    assert (present.state, present.successors) == (DocumentState.REGROUPING, second)
    finish_by_hand(desk, (letter.id,))
    letters = {each.id: each.state for each in _letters(desk, letter.scan)}
    review, superseded = DocumentState.REVIEW, DocumentState.SUPERSEDED
    assert letters == {letter.id: superseded, **dict.fromkeys(second, review)}
    assert _open_pages(_letters(desk, letter.scan)) == [1, 2, 3]


@pytest.mark.slow
def test_kills_at_its_steps_lose_and_double_nothing(tmp_path: Path) -> None:
    """The process dies right after a step's effect, before the engine knows of it."""
    home = tmp_path / "home"
    desk = new_desk(home)
    (letter,) = add_letters(desk, ((1, 2, 3),))
    new = service.split(desk, letter.id, (1,))
    for step in ("describe", "finish"):
        assert _killed_watch(home, step) == -signal.SIGKILL
        letters = _letters(desk, letter.scan)
        assert [each.state for each in letters] == [DocumentState.REGROUPING]
        assert _open_pages(letters) == [1, 2, 3]
    _watch(home)
    letters = {each.id: each for each in _letters(desk, letter.scan)}
    assert set(letters) == {letter.id, *new}
    assert letters[letter.id].state is DocumentState.SUPERSEDED
    assert letters[letter.id].successors == new
    assert [letters[name].pages for name in new] == [(1,), (2, 3)]
    for name in new:
        made = letters[name]
        assert made.state is DocumentState.REVIEW
        assert FindingCode.REGROUPED in {finding.code for finding in made.findings}
        read = each_from_json(RecognisedPage, desk.store.get(made.text))
        assert tuple(page.number for page in read) == made.pages


def test_what_was_divided_and_joined_again_is_released_and_filed(tmp_path: Path) -> None:
    """The old letters stay, with their archive copies; only the last one is sealed."""
    home = tmp_path / "home"
    desk = new_desk(home)
    (letter,) = add_letters(desk, ((1, 2),))
    new = service.split(desk, letter.id, (1,))
    with pytest.raises(RefusedError, match="divided or joined"):
        reviewing.release(desk, letter.id, Corrections(), "A. Probst")
    _watch(home)
    (last,) = service.join(desk, tuple(reversed(new)))
    _watch(home)
    reviewing.release(desk, last, Corrections(class_id="rechnung"), "A. Probst")
    _watch(home)
    letters = {each.id: each for each in _letters(desk, letter.scan)}
    assert {name: each.state.value for name, each in letters.items()} == {
        letter.id: "superseded",
        new[0]: "superseded",
        new[1]: "superseded",
        last: "filed",
    }
    assert (letters[last].pages, letters[last].verdict) == ((1, 2), "VALID")
    assert letters[new[0]].successors == (last,)
    assert not repair.look(desk).missing


def test_what_cannot_be_made_is_given_back_with_the_reason(tmp_path: Path) -> None:
    home = tmp_path / "home"
    desk = new_desk(home)
    (letter,) = add_letters(desk, ((1, 2),), broken=True)
    service.split(desk, letter.id, (1,))
    _watch(home)
    (back,) = _letters(desk, letter.scan)
    assert (back.state, back.pages) == (DocumentState.REVIEW, (1, 2))
    reasons = reviewing.look(desk, letter.id).reasons
    assert any("cut off" in reason for reason in reasons), reasons
    assert service.split(desk, letter.id, (1,))[0].endswith("-4"), "numbers are not used again"


def _killed_watch(home: Path, step: str) -> int:
    command = [sys.executable, "-m", "tests.integration.killed_watch", step]
    environment = os.environ | {"EAKTE_HOME": str(home), "PYTHONPATH": str(_ROOT)}
    return subprocess.run(
        command, env=environment, cwd=_ROOT, capture_output=True, check=False
    ).returncode
