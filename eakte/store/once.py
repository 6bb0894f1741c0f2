"""A file that is written once and never again: whole, durable, under an exclusive name."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

from eakte.store.local import sync_folder


def write_once(file: Path, data: bytes) -> None:
    """Publish bytes by an exclusive link; the same bytes may be there already.

    Killed at any time, the name stands for all of the bytes or is not there. Raises FileExistsError
    if other bytes have the name: they stay. The file system must know hard links.
    """
    if not file.exists():
        temporary = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        try:
            _write(temporary, data)
            with contextlib.suppress(FileExistsError):
                os.link(temporary, file)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
    sync_folder(file.parent)
    if file.read_bytes() != data:
        raise FileExistsError(errno.EEXIST, "other bytes have this name", str(file))


def _write(file: Path, data: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o400)
    with os.fdopen(descriptor, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
