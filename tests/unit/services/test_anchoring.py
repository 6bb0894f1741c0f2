"""Checkpoints outside the database: a crash while writing one costs that one, no more."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from eakte.audit import log
from eakte.cli import audit
from eakte.config import Home, Settings
from eakte.database import Engine, transaction
from eakte.domain.clock import FixedClock
from eakte.domain.events import Action, Event
from eakte.pipeline.desk import Desk
from eakte.services import auditing
from eakte.services.anchoring import Anchors, read_checkpoints, write_checkpoint
from tests.conftest import NOW


@pytest.fixture
def desk(tmp_path: Path, engine: Engine, clock: FixedClock) -> Desk:
    home = SimpleNamespace(
        store=tmp_path / "store",
        anchors=tmp_path / "anchors",
        trust=tmp_path / "trust",
        settings=Settings(organisation="Stadt"),
    )
    home.anchors.mkdir()
    made = Desk(cast("Home", home), clock)
    made.__dict__["engine"] = engine
    _append(made)
    return made


def _append(desk: Desk) -> None:
    with transaction(desk.engine) as connection:
        log.append(connection, Event(Action.RECEIVED, "scan", "clerk", "station", NOW, {}, {}))


def _file(desk: Desk) -> Path:
    return desk.home.anchors / "checkpoints.jsonl"


def test_no_file_is_no_checkpoint(desk: Desk) -> None:
    assert read_checkpoints(desk.home.anchors) == Anchors((), ())
    verdict = auditing.verify(desk)
    assert verdict.intact
    assert (verdict.anchored, verdict.unreadable_checkpoints) == (0, 0)


def test_a_checkpoint_is_written_once_per_state(desk: Desk) -> None:
    write_checkpoint(desk)
    write_checkpoint(desk)
    _append(desk)
    write_checkpoint(desk)
    anchors = read_checkpoints(desk.home.anchors)
    assert [each.size for each in anchors.checkpoints] == [1, 2]
    assert anchors.unreadable == ()
    assert auditing.verify(desk).anchored == 2


@pytest.mark.parametrize("kept", [1, 30, 60, -1], ids=["brace", "time", "root", "newline"])
def test_a_torn_line_costs_only_itself(
    desk: Desk, kept: int, capsys: pytest.CaptureFixture[str]
) -> None:
    write_checkpoint(desk)
    whole = _file(desk).read_bytes()
    _append(desk)
    write_checkpoint(desk)
    second = _file(desk).read_bytes()[len(whole) :]
    _file(desk).write_bytes(whole + second[:kept])
    _append(desk)
    write_checkpoint(desk)
    torn = 0 if kept == -1 else 1
    assert len(read_checkpoints(desk.home.anchors).unreadable) == torn
    verdict = auditing.verify(desk)
    assert verdict.intact
    assert (verdict.anchored, verdict.unreadable_checkpoints) == (3, torn)
    audit.print_verdict(verdict)
    assert capsys.readouterr().out.count("\n") == 3 + torn, "a line warns of it"


def test_rubbish_is_skipped_and_counted(desk: Desk) -> None:
    write_checkpoint(desk)
    rubbish = b'\xff\xfe\n5\n{"size": Infinity, "root": "", "at": ""}\n\n'
    _file(desk).write_bytes(rubbish + _file(desk).read_bytes())
    anchors = read_checkpoints(desk.home.anchors)
    assert len(anchors.unreadable) == 3
    assert [each.size for each in anchors.checkpoints] == [1]


def test_a_checkpoint_that_contradicts_is_still_an_alarm(desk: Desk) -> None:
    _file(desk).write_text('{"at": "2026", "root": "00", "size": 1}\n')
    assert not auditing.verify(desk).intact


def test_verifying_while_the_log_grows_gives_no_alarm(desk: Desk) -> None:
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            _append(desk)
            write_checkpoint(desk)

    writer = threading.Thread(target=work)
    writer.start()
    verdicts = [auditing.verify(desk)]
    try:
        while len(verdicts) < 50 or (writer.is_alive() and verdicts[-1].size == verdicts[0].size):
            verdicts.append(auditing.verify(desk))
    finally:
        stop.set()
        writer.join()
    assert {verdict.defects for verdict in verdicts} == {()}
    assert verdicts[0].size < verdicts[-1].size, "the writer was at work"
