from __future__ import annotations

import threading
from pathlib import Path

import pytest

from eakte.errors import StoreError, UnusableInputError
from eakte.pipeline.crashes import LIMIT, CrashNotes


def _process(folder: Path) -> CrashNotes:
    notes = CrashNotes(folder)
    notes.take_stock()
    return notes


def _die_in(folder: Path, *works: str) -> None:
    """Leave the notes that a process leaves which dies in these steps at once."""
    notes = _process(folder)
    for work in works:
        (folder / work).write_text(f"{notes._crashes.get(work, 0)} running")


def test_what_kills_the_process_too_often_is_refused(tmp_path: Path) -> None:
    for _time in range(LIMIT):
        _die_in(tmp_path, "poison")
    step = _process(tmp_path).watched("poison", lambda: "done")
    with pytest.raises(UnusableInputError, match="stage_failed"):
        step()


def test_one_crash_less_is_not_enough(tmp_path: Path) -> None:
    for _time in range(LIMIT - 1):
        _die_in(tmp_path, "slow")
    assert _process(tmp_path).watched("slow", lambda: "done")() == "done"


def test_a_bystander_is_counted_only_when_it_was_running(tmp_path: Path) -> None:
    _die_in(tmp_path, "poison", "bystander")
    for _time in range(LIMIT - 1):
        _die_in(tmp_path, "poison")
    notes = _process(tmp_path)
    assert notes.watched("bystander", lambda: "done")() == "done"
    with pytest.raises(UnusableInputError):
        notes.watched("poison", lambda: "done")()


def test_a_step_that_ends_is_no_suspect_any_more(tmp_path: Path) -> None:
    for _time in range(LIMIT - 1):
        _die_in(tmp_path, "step")
    notes = _process(tmp_path)

    def fail() -> None:
        raise StoreError(path=tmp_path, detail="full")

    with pytest.raises(StoreError):
        notes.watched("step", fail)()
    _die_in(tmp_path, "step")
    assert _process(tmp_path).watched("step", lambda: "done")() == "done"


def test_a_clean_stop_makes_nobody_a_suspect(tmp_path: Path) -> None:
    notes = _process(tmp_path)
    (tmp_path / "interrupted").write_text("0 running")
    notes.close()
    assert _process(tmp_path).take_stock() == 0


def test_a_note_that_was_being_written_counts(tmp_path: Path) -> None:
    (tmp_path / "step").write_text("")
    assert _process(tmp_path)._crashes == {"step": 1}


def test_a_suspect_runs_alone(tmp_path: Path) -> None:
    _die_in(tmp_path, "suspect")
    notes = _process(tmp_path)
    together, begun, go_on = [0], threading.Event(), threading.Event()

    def innocent() -> None:
        begun.set()
        go_on.wait(10)
        together[0] -= 1

    def suspect() -> int:
        return together[0]

    together[0] += 1
    other = threading.Thread(target=notes.watched("innocent", innocent))
    other.start()
    begun.wait(10)
    seen: list[int] = []
    alone = threading.Thread(target=lambda: seen.append(notes.watched("suspect", suspect)()))
    alone.start()
    alone.join(0.2)
    assert alone.is_alive(), "it waits for what is running"
    go_on.set()
    other.join(10)
    alone.join(10)
    assert seen == [0]
