"""Taking a file: set aside, stored durably, recorded, and only then out of the inbox.

A file is first moved to `.taken/<token>/` of its inbox, so that another file that arrives under its
name is another file; when it is recorded, its place is named `<digest>.<token>`. There it stays
until a grace period has passed and nobody has it open for writing: a scanner that was not done yet
writes into a file that is still looked at.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from eakte.domain.blobs import BlobStore
from eakte.domain.clock import Clock
from eakte.domain.ids import Digest
from eakte.domain.mail import Scan
from eakte.errors import StoreError
from eakte.store.local import sync_folder

TAKEN = ".taken"
"""Folder in each inbox for files that are being taken."""


class Outcome(StrEnum):
    """What became of a file that was taken."""

    TAKEN = "taken"
    TAKEN_AGAIN = "taken-again"


@dataclass(frozen=True)
class Reception:
    """A file that was recorded: the digest of its bytes, and whether they were new."""

    digest: Digest
    outcome: Outcome


def set_aside(path: Path) -> Path:
    """Move a file of an inbox where no other file can get its name; gives its place.

    Raises StoreError if it is not a plain file, OSError if the inbox does not let it go.
    """
    require_plain(path)
    place = path.parent / TAKEN / secrets.token_hex(8)
    place.mkdir(mode=0o700, parents=True)
    aside = place / path.name
    path.rename(aside)
    sync_folder(place)
    sync_folder(path.parent)
    return aside


def receive(
    path: Path,
    origin: tuple[str, str],
    store: BlobStore,
    clock: Clock,
    commit: Callable[[Scan], bool],
) -> Reception:
    """Keep and record a file's bytes; `origin` is station and pipeline. The file stays.

    `commit` records the scan and gives False if its bytes are known. When this returns, the bytes
    are durable, re-read and compared, and recorded. Raises StoreError or OSError.
    """
    require_plain(path)
    digest = store.put_file(path)
    scan = Scan(
        digest=digest,
        name=readable_name(path),
        station=origin[0],
        pipeline=origin[1],
        size=store.path(digest).stat().st_size,
        received_at=clock.now(),
    )
    return Reception(digest, Outcome.TAKEN if commit(scan) else Outcome.TAKEN_AGAIN)


def lingering(inbox: Path) -> Iterator[Path]:
    """Give the files of an inbox that were set aside and are not let go yet, oldest first."""
    for place in sorted((inbox / TAKEN).glob("*"), key=lambda each: each.stat().st_mtime_ns):
        files = list(place.iterdir())
        if not files:
            place.rmdir()
        yield from files


def empty_places(inbox: Path) -> tuple[Path, ...]:
    """Give the places of files that are gone: a crash came before they could be removed."""
    places = (inbox / TAKEN).glob("*")
    return tuple(place for place in places if place.is_dir() and not any(place.iterdir()))


def mark_recorded(path: Path, digest: Digest) -> Path:
    """Note at its place that a file set aside is recorded under a digest; gives where it is now."""
    place = path.parent
    token = place.name.rpartition(".")[2]
    marked = place.with_name(f"{digest}.{token}")
    place.rename(marked)
    sync_folder(marked.parent)
    return marked / path.name


def recorded_as(path: Path) -> Digest | None:
    """Give the digest that a file set aside was recorded under, None if that is not known."""
    digest, dot, _token = path.parent.name.partition(".")
    return Digest(digest) if dot else None


def let_go(path: Path) -> None:
    """Remove a file that was set aside, with its place."""
    path.unlink()
    path.parent.rmdir()
    sync_folder(path.parent.parent)


def is_being_written(path: Path) -> bool:
    """Tell whether some process has the file open for writing; False where nobody can tell.

    A read lease (fcntl F_SETLEASE) is refused while a writer has the file open. It works for the
    owner's files on local file systems.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def readable_name(path: Path) -> str:
    """Give a file's name as text that any database takes: NFC, bytes that are no UTF-8 replaced."""
    name = os.fsencode(path.name).decode("utf-8", "replace")
    return unicodedata.normalize("NFC", name)


def require_plain(path: Path) -> None:
    """Refuse anything but a plain file: no links, pipes or devices."""
    if not stat.S_ISREG(path.lstat().st_mode):
        detail = "not a plain file; eakte follows no links and reads no pipes"
        raise StoreError(path=path, detail=detail)
