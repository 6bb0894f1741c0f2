"""Taking a file: into the store durably, then into the records, and only then out of the inbox."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from eakte.domain.blobs import BlobStore
from eakte.domain.clock import Clock
from eakte.domain.ids import Digest
from eakte.domain.mail import Scan
from eakte.errors import StoreError


class Outcome(StrEnum):
    """What became of a file that was taken."""

    TAKEN = "taken"
    TAKEN_AGAIN = "taken-again"
    CHANGED = "changed"
    """It changed while it was taken: what was read is kept, the file stays for the next look."""


@dataclass(frozen=True)
class Reception:
    """What became of a file; the digest is that of the bytes it has (or had) last."""

    digest: Digest
    outcome: Outcome


def receive(
    path: Path,
    origin: tuple[str, str],
    store: BlobStore,
    clock: Clock,
    commit: Callable[[Scan], bool],
    *,
    remove: bool = True,
) -> Reception:
    """Take one file; `origin` is station and pipeline, `commit` gives False if it is known.

    The inbox file goes only after the bytes are durable, re-read and compared (by the store), the
    record is committed, and the file still has the same bytes. Raises StoreError or OSError, with
    the file left where it is.
    """
    _require_regular(path)
    digest = store.put_file(path)
    scan = Scan(
        digest=digest,
        name=unicodedata.normalize("NFC", path.name),
        station=origin[0],
        pipeline=origin[1],
        size=store.path(digest).stat().st_size,
        received_at=clock.now(),
    )
    new = commit(scan)
    if not remove:
        return Reception(digest, Outcome.TAKEN if new else Outcome.TAKEN_AGAIN)
    present = store.put_file(path)
    if present != digest:
        return Reception(present, Outcome.CHANGED)
    path.unlink()
    _sync(path.parent)
    return Reception(digest, Outcome.TAKEN if new else Outcome.TAKEN_AGAIN)


def _require_regular(path: Path) -> None:
    """Refuse anything but a plain file: no links, pipes or devices."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise StoreError(
            path=path, detail="not a plain file; eakte follows no links and reads no pipes"
        )


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
