"""Checkpoints of the audit log: a line a minute, and signed ones, kept outside the database.

A signed checkpoint is made as a whole or not at all: while key or time-stamp authority cannot be
had, the lines go on, and the next try comes later. What its files hold `eakte.audit.checkpoint`
tells; where else they go, `eakte.services.anchor_places`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from eakte.audit import checkpoint as format_of
from eakte.audit import log
from eakte.audit.checkpoint import (
    LINES,
    SIGNATURE,
    STATEMENT,
    STATEMENTS,
    TOKEN,
    Checkpoint,
)
from eakte.audit.verify import head
from eakte.database import Connection
from eakte.errors import RefusedError
from eakte.i18n import _
from eakte.pipeline.desk import Desk
from eakte.store.once import write_once

_SHOWN = 40
_LOCK = ".lock"


@dataclass(frozen=True)
class Anchors:
    """What the checkpoint file holds: checkpoints in order, and lines that are none."""

    checkpoints: tuple[Checkpoint, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Their first characters; a crash while a checkpoint was written leaves such a line."""


@dataclass(frozen=True)
class SignedCheckpoint:
    """A signed checkpoint in the home's folder."""

    statement: Path
    """The .json file; the others stand beside it."""
    checkpoint: Checkpoint

    @property
    def files(self) -> tuple[Path, ...]:
        """Give its files, the statement last: where that is, the others are."""
        return tuple(self.statement.with_suffix(each) for each in (TOKEN, SIGNATURE, STATEMENT))

    @property
    def printed(self) -> str:
        """Give the line for paper."""
        return format_of.printed(self.checkpoint)


class Attester(Protocol):
    """Port: whoever signs and time-stamps; a home's Sealer does."""

    def attest(self, statement: bytes) -> tuple[bytes, bytes]:
        """Give a detached signature (DER) and a time-stamp over that."""
        ...


def write_checkpoint(desk: Desk) -> None:
    """Add size and root of the log to the checkpoint file, unless the last line says the same."""
    with desk.engine.connect() as connection:
        size, root = head(connection)
    known = read_checkpoints(desk.home.anchors).checkpoints
    if known and (known[-1].size, known[-1].root) == (size, root):
        return
    _append(desk.home.anchors / LINES, format_of.line(size, root, desk.clock.now()))


def read_checkpoints(folder: Path) -> Anchors:
    """Give the checkpoints in order; what is none is told apart, and contradicts nothing."""
    return read_lines(folder / LINES)


def read_lines(file: Path) -> Anchors:
    """Do so for the file itself, which may be a copy with another name."""
    if not file.exists():
        return Anchors()
    lines = [line for line in file.read_bytes().split(b"\n") if line]
    read = [(format_of.read_line(line), line[:_SHOWN].decode(errors="replace")) for line in lines]
    return Anchors(
        checkpoints=tuple(checkpoint for checkpoint, _line in read if checkpoint),
        unreadable=tuple(line for checkpoint, line in read if not checkpoint),
    )


def signed_checkpoints(folder: Path) -> tuple[SignedCheckpoint, ...]:
    """Give the signed checkpoints in a folder in order; their signatures are not looked at.

    A file that is no statement is left out here: who verifies looks at every file.
    """
    return tuple(_from_the_last(folder))[::-1]


def last_signed(folder: Path) -> SignedCheckpoint | None:
    """Give the last one, None if there is none yet."""
    return next(_from_the_last(folder), None)


def _from_the_last(folder: Path) -> Iterator[SignedCheckpoint]:
    for file in sorted(folder.glob(STATEMENTS), reverse=True):
        with contextlib.suppress(OSError, ValueError):
            yield SignedCheckpoint(file, format_of.read_statement(file.read_bytes()))


def is_due(desk: Desk) -> bool:
    """Tell whether enough time passed, or enough happened, since the last signed checkpoint.

    Without any it counts from the first event. A clock that was set back makes it due, and so does
    a log that was cut: that it is not signed is told then.
    """
    settings, now = desk.home.settings.anchors, desk.clock.now()
    last = last_signed(desk.home.anchors)
    with desk.engine.connect() as connection:
        size, _root = head(connection)
        since = datetime.fromisoformat(last.checkpoint.at) if last else _beginning(connection)
    fresh = size - (last.checkpoint.size if last else 0)
    if fresh == 0 or since is None:
        return False
    many = fresh < 0 or 0 < settings.every_events <= fresh
    return many or not since <= now < since + timedelta(hours=settings.every_hours)


def sign_checkpoint(desk: Desk, sealer: Attester) -> SignedCheckpoint:
    """Sign and time-stamp the log as it is; gives the last one if nothing happened since that.

    Raises SealDelayedError or SealFailedError while key or authority cannot be had, RefusedError if
    the log is not the one that the last one was made of: nothing is written then.
    """
    folder = desk.home.anchors
    with alone(folder):
        last = last_signed(folder)
        with desk.engine.connect() as connection:
            size, root = head(connection)
            _require_continued(connection, last)
        if last is not None and last.checkpoint.size == size:
            return last
        said = format_of.statement(size, root, desk.clock.now(), desk.home.settings.organisation)
        signature, token = sealer.attest(said)
        return _keep(folder, size, said, signature, token)


def _keep(folder: Path, size: int, said: bytes, signature: bytes, token: bytes) -> SignedCheckpoint:
    made = SignedCheckpoint(
        folder / f"{format_of.name_of(size)}{STATEMENT}", format_of.read_statement(said)
    )
    if not made.statement.exists():
        for left in made.files:  # by a crash: without a statement they say nothing
            left.unlink(missing_ok=True)
    for file, data in zip(made.files, (token, signature, said), strict=True):
        write_once(file, data)
    return made


def _require_continued(connection: Connection, last: SignedCheckpoint | None) -> None:
    """Refuse to sign a log that does not continue the one that was signed before."""
    if last is None:
        return
    told = last.checkpoint
    if log.root_at(connection, told.size) != told.root:
        detail = _("the log contradicts the signed checkpoint of {at} over {size} events")
        raise RefusedError(detail=detail.format(at=told.at, size=told.size))


def _beginning(connection: Connection) -> datetime | None:
    first = log.at(connection, 0)
    return first.at if first else None


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: nobody else makes a signed checkpoint, and none is half there."""
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _append(file: Path, line: bytes) -> None:
    """Add a line durably; a line that a crash tore before stays apart from it."""
    descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a+b") as out:
        size = out.seek(0, os.SEEK_END)
        out.seek(max(size - 1, 0))
        torn = out.read(1) not in (b"", b"\n")
        out.write((b"\n" if torn else b"") + line + b"\n")
        out.flush()
        os.fsync(out.fileno())
