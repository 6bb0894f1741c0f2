"""Which step was running when the process died: mail that kills the watcher is put aside.

A step leaves a note while it runs. A note that outlived its process makes the step a suspect, and
with it whatever else was running then. So a suspect runs alone from then on: if the process dies
again meanwhile, it was nobody else's doing, and the count of no other step grows. A suspect that
once comes to its end, well or with an error, is none any more. Kills from outside (an operator, a
power cut) therefore put nothing aside unless they hit the same step `LIMIT` times in a row.

The notes are files that are not synced: they are meant to survive the process, not the machine.
The engine's own limit (101 starts of a workflow, whoever was to blame) stays behind this one.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from eakte.domain.findings import FindingCode
from eakte.errors import UnusableInputError
from eakte.i18n import N_

LIMIT = 5
"""So often in a row must the process die in a step before its mail is put aside."""
_RUNNING = "running"
_REASON = N_("eakte itself crashed five times in a row while working on it")


class CrashNotes:
    """The notes of one home; only the process that holds the home's slot may use them."""

    def __init__(self, folder: Path) -> None:
        """Keep notes in `folder` (made if missing); call `take_stock` before the first step."""
        folder.mkdir(mode=0o700, exist_ok=True)
        self._folder = folder
        self._crashes: dict[str, int] = {}
        self._turn = threading.Condition()
        self._running = 0
        self._suspects = 0

    def take_stock(self) -> int:
        """Count what was running when the last process died; gives the number of suspects."""
        for note in self._folder.iterdir():
            crashes = _read(note)
            self._crashes[note.name] = crashes
            note.write_text(str(crashes), encoding="ascii")
        return len(self._crashes)

    def close(self) -> None:
        """Make the notes of steps that a clean stop leaves behind innocent again."""
        for note in self._folder.iterdir():
            crashes = self._crashes.get(note.name, 0)
            if crashes:
                note.write_text(str(crashes), encoding="ascii")
            else:
                note.unlink(missing_ok=True)

    def watched(self, work: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Give the function with a note of `work` while it runs; `work` is the name of a file.

        Raises UnusableInputError instead of running it when the process died in it too often.
        """

        @functools.wraps(function)
        def run(*args: Any) -> Any:
            with self._noted(work):
                return function(*args)

        return run

    @contextlib.contextmanager
    def _noted(self, work: str) -> Iterator[None]:
        note = self._folder / work
        crashes = self._crashes.get(work, 0)
        if crashes >= LIMIT:
            self._forget(note)
            raise UnusableInputError(reason=FindingCode.STAGE_FAILED.value, detail=_REASON)
        with self._turn_of(alone=crashes > 0):
            note.write_text(f"{crashes} {_RUNNING}", encoding="ascii")
            try:
                yield
            finally:
                self._forget(note)

    def _forget(self, note: Path) -> None:
        self._crashes.pop(note.name, None)
        note.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _turn_of(self, *, alone: bool) -> Iterator[None]:
        """Wait for a turn: a suspect until nothing runs, the others until no suspect is left."""
        with self._turn:
            self._suspects += alone
            self._turn.wait_for(lambda: not (self._running if alone else self._suspects))
            self._running += 1
        try:
            yield
        finally:
            with self._turn:
                self._running -= 1
                self._suspects -= alone
                self._turn.notify_all()


def _read(note: Path) -> int:
    """Give how often the process died in a step; an unfinished note is one of a running step."""
    count, _space, running = note.read_text(encoding="ascii").partition(" ")
    known = int(count) if count.isdigit() else 0
    return known + 1 if running or not count else known
