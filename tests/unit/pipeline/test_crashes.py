from __future__ import annotations

from pathlib import Path

import pytest

from eakte.config import open_home
from eakte.domain.clock import SystemClock
from eakte.domain.ids import digest_of
from eakte.errors import NotFoundError, StoreError, UnusableInputError
from eakte.pipeline.complete_steps import CompleteSteps
from eakte.pipeline.context import Context
from eakte.pipeline.crashes import CrashNotes
from eakte.pipeline.opening import OpeningSteps
from tests.tools import homes


def _process(folder: Path) -> CrashNotes:
    notes = CrashNotes(folder)
    notes.take_stock()
    return notes


def test_a_note_is_there_while_a_step_runs_and_no_longer(tmp_path: Path) -> None:
    notes = _process(tmp_path)
    assert notes.watched("step", lambda: [each.name for each in tmp_path.iterdir()])() == ["step"]
    assert list(tmp_path.iterdir()) == []


def test_what_was_running_when_the_process_died_is_a_suspect(tmp_path: Path) -> None:
    (tmp_path / "step").touch()
    assert CrashNotes(tmp_path).take_stock() == {"step"}


def test_a_step_that_ends_is_no_suspect_any_more(tmp_path: Path) -> None:
    (tmp_path / "step").touch()

    def fail() -> None:
        raise StoreError(path=tmp_path, detail="full")

    with pytest.raises(StoreError):
        _process(tmp_path).watched("step", fail)()
    assert CrashNotes(tmp_path).take_stock() == frozenset()


def test_a_clean_stop_makes_nobody_a_suspect_and_acquits_nobody(tmp_path: Path) -> None:
    (tmp_path / "suspect").touch()
    notes = _process(tmp_path)
    (tmp_path / "interrupted").touch()
    notes.close()
    assert CrashNotes(tmp_path).take_stock() == {"suspect"}


class _DeadlySteps(OpeningSteps):
    """Steps that kill whoever takes them; run apart, that is not us."""

    def die(self) -> None:
        import os
        import signal

        os.kill(os.getpid(), signal.SIGKILL)


def test_a_suspect_is_run_apart(tmp_path: Path) -> None:
    """Its value, its refusal and its death come back, and only the step is told of the last."""
    homes.create(tmp_path / "home", SystemClock(), "Stadt", demo=True)
    context = Context(open_home(tmp_path / "home"), SystemClock())
    steps = CompleteSteps(context)
    for name in ("refusing", "deadly"):
        (context.home.work / "steps").mkdir(exist_ok=True)
        (context.home.work / "steps" / name).touch()
    context.crash_notes.take_stock()
    scan = context.store.put(b"no scan")
    with pytest.raises(NotFoundError, match="no such letter"):
        context.crash_notes.watched("refusing", steps.attach_transfervermerk)("no such letter")
    deadly = _DeadlySteps(context)
    with pytest.raises(UnusableInputError, match="crashed"):
        context.crash_notes.watched("deadly", deadly.die)()
    assert digest_of(context.store.get(scan)) == scan
