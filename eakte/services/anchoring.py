"""Checkpoints of the audit log, kept in files outside the database."""

from __future__ import annotations

import json
import os
from pathlib import Path

from eakte.audit.verify import Checkpoint, head
from eakte.pipeline.desk import Desk

_FILE = "checkpoints.jsonl"


def write_checkpoint(desk: Desk) -> None:
    """Add size and root of the log to the checkpoint file, unless the last line says the same."""
    with desk.engine.connect() as connection:
        size, root = head(connection)
    known = read_checkpoints(desk.home.anchors)
    if known and (known[-1].size, known[-1].root) == (size, root):
        return
    line = {"at": desk.clock.now().isoformat(), "root": root, "size": size}
    descriptor = os.open(desk.home.anchors / _FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(json.dumps(line, sort_keys=True) + "\n")
        out.flush()
        os.fsync(out.fileno())


def read_checkpoints(folder: Path) -> tuple[Checkpoint, ...]:
    """Give the checkpoints in order; a line that is none counts as one that matches nothing."""
    file = folder / _FILE
    if not file.exists():
        return ()
    return tuple(_checkpoint(line) for line in file.read_text(encoding="utf-8").splitlines())


def _checkpoint(line: str) -> Checkpoint:
    try:
        plain = json.loads(line)
        return Checkpoint(int(plain["size"]), str(plain["root"]), str(plain["at"]))
    except (ValueError, KeyError, TypeError):
        return Checkpoint(-1, "", line[:40])
