"""The inboxes of a home: writers that pause, names that clash, files that cannot be taken."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from eakte.domain.mail import ScanState
from eakte.pipeline import engine, transitions
from eakte.pipeline.context import Context
from eakte.pipeline.mending import put_aside_what_is_stuck
from eakte.records import scans
from eakte.services import auditing
from eakte.services.intake import Intake
from eakte.services.sources import Inboxes


@pytest.fixture
def inbox(context: Context) -> Path:
    return context.home.root / "inbox" / "poststelle"


@pytest.fixture
def intake(context: Context) -> Intake:
    return Intake(context, Inboxes(context.home))


def _contents(context: Context) -> list[bytes]:
    with context.engine.connect() as connection:
        return [context.store.get(each.scan.digest) for each in scans.every(connection)]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _rounds(intake: Intake, count: int = 4) -> int:
    left = 0
    for _round in range(count):
        left = intake.round()
    intake.stop()
    return left


def test_a_file_leaves_the_inbox_when_it_is_recorded(
    context: Context, intake: Intake, inbox: Path
) -> None:
    (inbox / "a.pdf").write_bytes(b"A")
    assert _rounds(intake) == 0
    assert _contents(context) == [b"A"]
    assert _files(inbox) == []


def test_a_scanner_that_pauses_loses_nothing(context: Context, intake: Intake, inbox: Path) -> None:
    """Demand 6: a file that is still open is not taken, however long it stood still."""
    with (inbox / "slow.pdf").open("wb") as writer:
        writer.write(b"page 1")
        writer.flush()
        assert _rounds(intake) == 1
        assert _contents(context) == []
        writer.write(b" page 2")
    _rounds(intake)
    assert _contents(context) == [b"page 1 page 2"]


def test_a_file_that_grew_after_it_was_taken_is_an_incident_and_a_new_version(
    context: Context, intake: Intake, inbox: Path
) -> None:
    """Demand 6: also where no lease tells of the writer (a share), the grace period does."""
    (inbox / "a.pdf").write_bytes(b"page 1")
    intake._settings = intake._settings.model_copy(update={"grace_seconds": 3600.0})
    intake.round()
    intake.round()
    (taken,) = _files(inbox)
    with taken.open("ab") as writer:
        writer.write(b" page 2")
    intake._settings = intake._settings.model_copy(update={"grace_seconds": 0.0})
    assert _rounds(intake) == 0
    assert sorted(_contents(context)) == [b"page 1", b"page 1 page 2"]
    assert _files(inbox) == []
    actions = [event.action.value for _n, event in auditing.latest(context, 9, "")]
    assert "incident" in actions


def test_a_scanner_with_a_wrong_clock_has_its_grace_too(intake: Intake, inbox: Path) -> None:
    file = inbox / "a.pdf"
    file.write_bytes(b"A")
    os.utime(file, (4_000_000_000, 4_000_000_000))
    intake._settings = intake._settings.model_copy(update={"grace_seconds": 3600.0})
    assert _rounds(intake) == 1
    assert len(_files(inbox)) == 1


def test_a_name_that_comes_again_is_another_file(
    context: Context, intake: Intake, inbox: Path
) -> None:
    """Demand 9."""
    intake._settings = intake._settings.model_copy(update={"grace_seconds": 3600.0})
    (inbox / "a.pdf").write_bytes(b"first")
    intake.round()
    intake.round()
    (inbox / "a.pdf").write_bytes(b"second")
    intake.round()
    intake.round()
    intake._settings = intake._settings.model_copy(update={"grace_seconds": 0.0})
    _rounds(intake)
    assert sorted(_contents(context)) == [b"first", b"second"]


def test_a_file_set_aside_before_a_crash_is_taken_after_it(
    context: Context, intake: Intake, inbox: Path
) -> None:
    place = inbox / ".taken" / "0123456789abcdef"
    place.mkdir(parents=True)
    (place / "a.pdf").write_bytes(b"A")
    assert _rounds(intake) == 0
    assert _contents(context) == [b"A"]
    assert _files(inbox) == []


def test_odd_names_are_taken(context: Context, intake: Intake, inbox: Path) -> None:
    """Demand 54: NFD names, names that are no UTF-8, of 255 bytes, with a line break."""
    names = [
        b"br\xfccke.pdf",
        "Gebu\u0308hr.pdf".encode(),
        b"-rf.pdf",
        b"a\nb.pdf",
        b"{x}[red].pdf",
        b"x" * 251 + b".pdf",
        b"x" * 244 + b".pdf.p7s",
        "\U0001f4c4\u202efdp.exe".encode(),
    ]
    for number, name in enumerate(names):
        with open(os.path.join(os.fsencode(inbox), name), "wb") as out:  # noqa: PTH118, PTH123
            out.write(b"%d" % number)
    assert _rounds(intake) == 0
    assert len(_contents(context)) == len(names)


def test_a_broken_inbox_does_not_stop_the_others(
    context: Context, intake: Intake, inbox: Path
) -> None:
    other = context.home.root / "inbox" / "rechnungen"
    other.rmdir()
    other.write_text("a file where a folder should be")
    (inbox / "a.pdf").write_bytes(b"A")
    _rounds(intake)
    assert _contents(context) == [b"A"]
    assert other in intake.troubles


def test_a_letter_that_the_engine_gave_up_becomes_visible(
    context: Context, intake: Intake, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Demand 53: a fault in the very step that puts aside: the next upkeep does it."""
    (inbox / "a.pdf").write_bytes(b"no scan at all")
    intake.round()
    intake.round()
    intake.stop()

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    with engine.running(context):
        monkeypatch.setattr(transitions, "quarantine", full)
        for _second in range(100):
            if not engine.busy():
                break
            threading.Event().wait(0.1)
        monkeypatch.undo()
        with context.engine.connect() as connection:
            assert len(scans.in_state(connection, ScanState.RECEIVED)) == 1
        put_aside_what_is_stuck(context)
    with context.engine.connect() as connection:
        (stuck,) = scans.in_state(connection, ScanState.QUARANTINE)
    assert stuck.findings[0].code.value == "stage_failed"
