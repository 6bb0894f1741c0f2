"""Keeping what came together: stored durably, re-read and compared, and described as a scan."""

from __future__ import annotations

import fcntl
import os
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from eakte.domain.blobs import BlobStore
from eakte.domain.codec import to_json
from eakte.domain.ids import Digest, digest_of
from eakte.domain.mail import Delivery, DeliveryKind, Enclosure, EnclosureRole, Scan
from eakte.errors import StoreError
from eakte.inbox.listing import files_below, readable
from eakte.inbox.units import Unit

_Enclosures = tuple[Enclosure, ...]


@dataclass(frozen=True)
class Kept:
    """A unit whose bytes are all in the store."""

    digest: Digest
    """Of the file; of a folder, that of its manifest (the JSON of a Delivery), kept too."""
    name: str
    size: int
    """Bytes of the file, or of all files of the folder."""
    enclosures: _Enclosures = ()

    @property
    def mark(self) -> str:
        """Give what a place is named after: it tells the scan, and changes with any byte."""
        if not self.enclosures:
            return self.digest
        return f"{self.digest}.{digest_of(to_json(self.enclosures, _Enclosures))[:16]}"

    def changed_since(self, mark: str) -> Digest | None:
        """Give the digest of something that is not as it was at `mark`, None if all is."""
        if self.mark == mark:
            return None
        same = self.digest == digest_in(mark)
        return self.enclosures[-1].digest if same and self.enclosures else self.digest


def keep(folder: Path, unit: Unit, store: BlobStore) -> Kept:
    """Keep all files of a unit that lies in `folder`; they stay there.

    When this returns, the bytes are durable, re-read and compared. Raises StoreError or OSError.
    """
    main = folder / unit.main
    if unit.is_folder:
        return _keep_folder(main, store)
    signatures = tuple(
        Enclosure(readable(name), _keep_file(folder / name, store), EnclosureRole.SIGNATURE)
        for name in unit.signatures
    )
    digest = _keep_file(main, store)
    return Kept(digest, readable(unit.main), store.path(digest).stat().st_size, signatures)


def scan_of(kept: Kept, origin: tuple[str, str], received_at: datetime) -> Scan:
    """Describe what was kept as a scan; `origin` is station and pipeline."""
    return Scan(kept.digest, kept.name, origin[0], origin[1], kept.size, received_at)


def digest_in(mark: str) -> Digest:
    """Give the scan's digest that a mark tells."""
    return Digest(mark.partition(".")[0])


def is_being_written(folder: Path, unit: Unit) -> bool:
    """Tell whether some process has a file of the unit open for writing, as far as one can tell."""
    paths = files_below(folder / unit.main) if unit.is_folder else map(folder.joinpath, unit.names)
    return any(_has_writer(path) for path in paths)


def require_plain(path: Path, *, folder: bool = False) -> None:
    """Refuse anything but a plain file (or a folder, if one is wanted): no links or pipes."""
    mode = path.lstat().st_mode
    if not (stat.S_ISDIR(mode) if folder else stat.S_ISREG(mode)):
        detail = "not a plain file; eakte follows no links and reads no pipes"
        raise StoreError(path=path, detail=detail)


def _keep_file(path: Path, store: BlobStore) -> Digest:
    require_plain(path)
    return store.put_file(path)


def _keep_folder(folder: Path, store: BlobStore) -> Kept:
    require_plain(folder, folder=True)
    members = tuple(
        Enclosure(
            readable(str(path.relative_to(folder))),
            _keep_file(path, store),
            EnclosureRole.TECHNICAL,
        )
        for path in files_below(folder)
    )
    name = readable(folder.name)
    digest = store.put(to_json(Delivery(DeliveryKind.FOLDER, name, members)))
    size = sum(store.path(member.digest).stat().st_size for member in members)
    return Kept(digest, name, size, members)


def _has_writer(path: Path) -> bool:
    """Tell whether a process has the file open for writing; False where nobody can tell.

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
