"""Checkpoints of the audit log, kept in files outside the database."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from eakte.audit.verify import Checkpoint, head
from eakte.pipeline.desk import Desk

_FILE = "checkpoints.jsonl"
_SHOWN = 40


@dataclass(frozen=True)
class Anchors:
    """What the checkpoint file holds: checkpoints in order, and lines that are none."""

    checkpoints: tuple[Checkpoint, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Their first characters; a crash while a checkpoint was written leaves such a line."""


def write_checkpoint(desk: Desk) -> None:
    """Add size and root of the log to the checkpoint file, unless the last line says the same."""
    with desk.engine.connect() as connection:
        size, root = head(connection)
    known = read_checkpoints(desk.home.anchors).checkpoints
    if known and (known[-1].size, known[-1].root) == (size, root):
        return
    line = {"at": desk.clock.now().isoformat(), "root": root, "size": size}
    _append(desk.home.anchors / _FILE, json.dumps(line, sort_keys=True).encode())


def read_checkpoints(folder: Path) -> Anchors:
    """Give the checkpoints in order; what is none is told apart, and contradicts nothing."""
    file = folder / _FILE
    if not file.exists():
        return Anchors()
    lines = [line for line in file.read_bytes().split(b"\n") if line]
    read = [(_checkpoint(line), line[:_SHOWN].decode(errors="replace")) for line in lines]
    return Anchors(
        checkpoints=tuple(checkpoint for checkpoint, _line in read if checkpoint),
        unreadable=tuple(line for checkpoint, line in read if not checkpoint),
    )


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


def _checkpoint(line: bytes) -> Checkpoint | None:
    try:
        plain = json.loads(line)
        return Checkpoint(int(plain["size"]), str(plain["root"]), str(plain["at"]))
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
