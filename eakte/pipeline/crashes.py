"""Which step was running when the process died: mail that kills the watcher is put aside.

A step leaves a note while it runs. A note that outlived its process makes the step a suspect, and
with it whatever else was running then. A suspect is run apart, in a process of its own: if that
one dies while the watcher lives, it was nobody else's doing, and the step is refused. A kill from
outside (an operator, a power cut) takes both, and proves nothing, however often it happens.

The notes are files that are not synced: they are meant to survive the process, not the machine.
The engine's own limit (101 starts of a workflow, whoever was to blame) stays behind this one.
"""

from __future__ import annotations

import contextlib
import functools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from eakte import errors
from eakte.domain.findings import FindingCode
from eakte.i18n import N_

_APART = "eakte.pipeline.apart"
_REASON = N_("the process that worked on it crashed, again and again")


class CrashNotes:
    """The notes of one home; only the process that holds the home's slot may use them."""

    def __init__(self, folder: Path) -> None:
        """Keep notes in `folder` (made if missing); call `take_stock` before the first step."""
        folder.mkdir(mode=0o700, exist_ok=True)
        self._folder = folder
        self._suspects: set[str] = set()

    def take_stock(self) -> frozenset[str]:
        """Note what was running when the last process died; gives these suspects."""
        self._suspects = {note.name for note in self._folder.iterdir()}
        return frozenset(self._suspects)

    def close(self) -> None:
        """Remove the notes of steps that a clean stop interrupts; suspects stay suspects."""
        for note in self._folder.iterdir():
            if note.name not in self._suspects:
                note.unlink(missing_ok=True)

    def watched(self, work: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Give the function with a note of `work` while it runs; `work` is the name of a file.

        A suspect that is a method of an object with a `context` is run apart; it raises
        UnusableInputError if the process dies of it.
        """

        @functools.wraps(function)
        def run(*args: Any) -> Any:
            apart = work in self._suspects and hasattr(function, "__self__")
            with self._noted(work):
                return _run_apart(function, args) if apart else function(*args)

        return run

    @contextlib.contextmanager
    def _noted(self, work: str) -> Iterator[None]:
        note = self._folder / work
        with contextlib.suppress(OSError):  # a full disk must not stop a step that needs no room
            note.touch(mode=0o600)
        try:
            yield
        finally:
            self._suspects.discard(work)
            note.unlink(missing_ok=True)


def _run_apart(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """Run a step in a process of its own and give its value, or raise its refusal."""
    steps: Any = function.__self__  # type: ignore[attr-defined]
    name = f"{type(steps).__module__}:{type(steps).__name__}.{function.__name__}"
    request = json.dumps([str(steps.context.home.root), name, args])
    command = [sys.executable, "-m", _APART]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as child:  # noqa: S603 - our own program
        assert child.stdin is not None  # noqa: S101 - for the type checker: it is a pipe
        assert child.stdout is not None  # noqa: S101
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(request.encode() + b"\n")
            child.stdin.flush()
        answer = child.stdout.read()
    if child.returncode > 0:
        raise errors.StageFailedError(stage=name, detail=f"it ended with {child.returncode}")
    if child.returncode < 0:
        reason = FindingCode.STAGE_FAILED.value
        raise errors.UnusableInputError(reason=reason, detail=_REASON)
    return _value(json.loads(answer.splitlines()[-1]))


def _value(answer: dict[str, Any]) -> Any:
    if "value" in answer:
        return answer["value"]
    known = getattr(errors, str(answer["error"]), errors.StageFailedError)
    raise known(**answer["facts"])
