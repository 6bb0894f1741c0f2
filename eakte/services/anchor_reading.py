"""Finding anchors of the audit log in files and folders that were kept elsewhere, or in the home.

Lines are read here; what is signed, mailed or typed is read and checked in a limited process.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from eakte import sandbox
from eakte.audit.checkpoint import LINES, SIGNATURE, STATEMENT, STATEMENTS, TOKEN, Anchor, Kind
from eakte.errors import NotFoundError
from eakte.i18n import N_, _
from eakte.services.anchoring import read_lines

_LIMITS = sandbox.Limits(wall_seconds=600, cpu_seconds=600, memory_mb=2000)
_ROWS, _MAILS = ".jsonl", "*.eml"
_NONE = N_("there is no checkpoint in it")


def read(
    given: tuple[Path, ...], trust: tuple[Path, ...], at: datetime, *, may_be_empty: bool
) -> tuple[tuple[Anchor, ...], int]:
    """Give all anchors in files and folders, and how many lines of checkpoints.jsonl are none.

    Signatures are checked against `trust`. Unless they may be empty, a file or folder without any
    checkpoint is an anchor that does not count: who names one expects something of it. Raises
    NotFoundError for a file that is not there, ConfigurationError if `trust` cannot be used.
    """
    inside = {each: [*_files(each.absolute())] for each in given}
    files = [file for found in inside.values() for file in found]
    rows = [file for file in files if file.suffix == _ROWS]
    others = tuple(file for file in files if file.suffix != _ROWS)
    lines = [(file, read_lines(file)) for file in rows]
    plain = [Anchor(file.name, Kind.LINE, one) for file, held in lines for one in held.checkpoints]
    idle = [each.name for each, found in inside.items() if not found]
    idle += [file.name for file, held in lines if not held.checkpoints]
    empty = [] if may_be_empty else [Anchor(each, Kind.LINE, None, _(_NONE)) for each in idle]
    checked = _checked(others, tuple(each.absolute() for each in trust), at) if others else ()
    return (*checked, *plain, *empty), sum(len(held.unreadable) for _file, held in lines)


def _checked(files: tuple[Path, ...], trust: tuple[Path, ...], at: datetime) -> tuple[Anchor, ...]:
    from eakte.services.anchor_checks import judged  # noqa: PLC0415 - pyHanko, if it is needed

    return sandbox.call(_LIMITS, judged, files, trust, at)


def _files(given: Path) -> Iterator[Path]:
    if given.is_dir():
        if (given / LINES).is_file():
            yield given / LINES
        yield from sorted((*given.glob(STATEMENTS), *given.glob(_MAILS)))
        return
    if not given.is_file():
        raise NotFoundError(kind=N_("file"), name=given)
    yield given.with_suffix(STATEMENT) if given.suffix in {SIGNATURE, TOKEN} else given
