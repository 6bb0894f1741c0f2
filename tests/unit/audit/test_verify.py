"""Every way to change the log is found and located (demand 40); honest logs never alarm."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from eakte.audit import log, tree, verify
from eakte.audit.checkpoint import Anchor, Checkpoint, Kind
from eakte.database import Engine, snapshot, transaction
from eakte.domain.events import Action, Event
from tests.tools import homes

_AT = datetime(2026, 10, 5, tzinfo=UTC)


def _event(number: int) -> Event:
    return Event(Action.RECEIVED, f"scan-{number}", "ä. clerk", "poststelle", _AT, {}, {"n": "x"})


@pytest.fixture
def logged(engine: Engine) -> Engine:
    for number in range(20):
        with transaction(engine) as connection:
            log.append(connection, _event(number))
    return engine


def _verdict(engine: Engine, *checkpoints: Checkpoint) -> verify.AuditVerdict:
    with snapshot(engine) as connection:
        anchors = tuple(Anchor("here", Kind.LINE, each) for each in checkpoints)
        return verify.verify(connection, anchors)


def _tamper(engine: Engine, *statements: str) -> None:
    """Do what an attacker who owns the database does: drop the guards, then change rows."""
    with engine.begin() as connection:
        for statement in (*homes.UNGUARD, *statements):
            connection.exec_driver_sql(statement)


def test_an_honest_log_is_intact(logged: Engine) -> None:
    verdict = _verdict(logged)
    assert verdict.intact
    assert verdict.size == 20
    with logged.connect() as connection:
        assert verify.head(connection) == (20, verdict.root)


def test_an_event_survives_the_database(logged: Engine) -> None:
    with logged.connect() as connection:
        position, event = log.latest(connection, 1)[0]
    assert (position, event) == (19, _event(19))


@pytest.mark.parametrize("verb", ["UPDATE audit_event SET entry = ''", "DELETE FROM audit_event"])
def test_the_table_forbids_change(logged: Engine, verb: str) -> None:
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), logged.begin() as connection:
        connection.exec_driver_sql(verb)


@pytest.mark.parametrize(
    ("statements", "position"),
    [
        (
            ["UPDATE audit_event SET entry = replace(entry, 'clerk', 'forger') WHERE position = 7"],
            7,
        ),
        (["DELETE FROM audit_event WHERE position = 7"], 7),
        (["DELETE FROM audit_event WHERE position = 0"], 0),
        (["DELETE FROM audit_event WHERE position >= 15"], 15),
        (
            [
                "UPDATE audit_event SET position = 99 WHERE position = 7",
                "UPDATE audit_event SET position = 7 WHERE position = 8",
                "UPDATE audit_event SET position = 8 WHERE position = 99",
            ],
            7,
        ),
        (
            [
                "DELETE FROM audit_event WHERE position = 7",
                "UPDATE audit_event SET position = position - 1 WHERE position > 7",
            ],
            7,
        ),
        (["UPDATE audit_event SET leaf = root WHERE position = 7"], 7),
        (["UPDATE audit_event SET root = leaf WHERE position = 7"], 7),
        (
            [
                (
                    "INSERT INTO audit_event SELECT position + 1, entry, leaf, root "
                    "FROM audit_event WHERE position = 19"
                )
            ],
            20,
        ),
    ],
    ids=["edit", "delete", "head", "tail", "swap", "close-the-gap", "leaf", "root", "insert"],
)
def test_a_change_is_found_and_located(
    logged: Engine, statements: list[str], position: int
) -> None:
    _tamper(logged, *statements)
    verdict = _verdict(logged)
    assert not verdict.intact
    assert verdict.defects[0].position == position


def test_an_edit_with_its_hash_mended_is_located(logged: Engine) -> None:
    with logged.connect() as connection:
        row = connection.exec_driver_sql("SELECT entry FROM audit_event WHERE position = 7").one()
    forged = row.entry.replace("clerk", "forger")
    leaf = tree.leaf_hash(forged.encode()).hex()
    _tamper(
        logged,
        f"UPDATE audit_event SET entry = '{forged}', leaf = '{leaf}' WHERE position = 7",
    )
    verdict = _verdict(logged)
    assert verdict.defects[0].position == 7


def test_a_cut_tail_with_a_mended_head_is_found_by_a_checkpoint(logged: Engine) -> None:
    checkpoint = Checkpoint(20, _verdict(logged).root, "2026-10-05")
    with logged.connect() as connection:
        rows = connection.exec_driver_sql("SELECT leaf, root FROM audit_event ORDER BY 1").all()
        ordered = connection.exec_driver_sql(
            "SELECT leaf, root FROM audit_event ORDER BY position LIMIT 15"
        ).all()
    assert len(rows) == 20
    frontier: tuple[bytes, ...] = ()
    for size, row in enumerate(ordered):
        frontier = tree.append(frontier, size, bytes.fromhex(row.leaf))
    parts = json.dumps([part.hex() for part in frontier])
    _tamper(
        logged,
        "DELETE FROM audit_event WHERE position >= 15",
        f"UPDATE audit_head SET size = 15, root = '{ordered[-1].root}', frontier = '{parts}'",
    )
    assert _verdict(logged).intact, "consistent in itself: only something outside can tell"
    verdict = _verdict(logged, checkpoint)
    assert not verdict.intact
    assert "20" in verdict.defects[0].detail


def test_a_checkpoint_confirms_a_range(logged: Engine) -> None:
    first = Checkpoint(20, _verdict(logged).root, "2026-10-05")
    with transaction(logged) as connection:
        log.append(connection, _event(20))
    verdict = _verdict(logged, first)
    assert verdict.intact
    assert (verdict.anchored, verdict.size) == (20, 21)


def test_a_changed_frontier_is_found_before_the_next_event_is_blamed(logged: Engine) -> None:
    with logged.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_head SET frontier = '[]'")
    assert not _verdict(logged).intact


def test_a_missing_head_is_found(logged: Engine) -> None:
    with logged.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit_head")
    assert not _verdict(logged).intact


def test_an_action_that_fails_leaves_no_event(engine: Engine) -> None:
    def work() -> None:
        with transaction(engine) as connection:
            log.append(connection, _event(0))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert _verdict(engine).size == 0


def test_writers_at_once_never_fork_the_log(engine: Engine) -> None:
    """Demand 42."""

    def write(first: int) -> None:
        for number in range(first, first + 25):
            with transaction(engine) as connection:
                log.append(connection, _event(number))

    threads = [threading.Thread(target=write, args=(100 * each,)) for each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = _verdict(engine)
    assert verdict.intact
    assert verdict.size == 100


def test_a_log_that_grows_meanwhile_gives_no_alarm(logged: Engine) -> None:
    stop = threading.Event()

    def write() -> None:
        number = 20
        while not stop.is_set():
            with transaction(logged) as connection:
                log.append(connection, _event(number))
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    verdicts = [_verdict(logged)]
    try:
        while len(verdicts) < 50 or (writer.is_alive() and verdicts[-1].size == verdicts[0].size):
            verdicts.append(_verdict(logged))
    finally:
        stop.set()
        writer.join()
    assert {verdict.defects for verdict in verdicts} == {()}
    assert verdicts[0].size < verdicts[-1].size, "the writer was at work"
