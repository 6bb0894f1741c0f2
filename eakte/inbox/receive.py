"""Keeping what came together: stored durably, re-read and compared, and described as a scan."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from eakte.domain.blobs import BlobStore
from eakte.domain.codec import to_json
from eakte.domain.ids import Digest, digest_of
from eakte.domain.mail import Delivery, DeliveryKind, Enclosure, EnclosureRole, Scan
from eakte.errors import StoreError
from eakte.inbox.listing import files_below, readable
from eakte.inbox.units import Unit
from eakte.store.local import file_digest

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
    kept = _describe(folder, unit, store.put_file, store.put)
    counted = kept.enclosures if unit.is_folder else (kept,)
    size = sum(store.path(each.digest).stat().st_size for each in counted)
    return replace(kept, size=size)


def mark_now(folder: Path, unit: Unit) -> str:
    """Hash all files of a unit anew; gives the mark that keeping them would give."""
    return _describe(folder, unit, file_digest, digest_of).mark


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


def _describe(
    folder: Path,
    unit: Unit,
    take: Callable[[Path], Digest],
    note: Callable[[bytes], Digest],
) -> Kept:
    """Describe a unit, its size left open; `take` gives a file's digest, `note` a manifest's."""
    main, name = folder / unit.main, readable(unit.main)
    require_plain(main, folder=unit.is_folder)
    if unit.is_folder:
        paths = {str(path.relative_to(main)): path for path in files_below(main)}
        members = _enclose(paths, EnclosureRole.PIECE, take)
        manifest = to_json(Delivery(DeliveryKind.FOLDER, name, members))
        return Kept(note(manifest), name, 0, members)
    signatures = {each: folder / each for each in unit.signatures}
    return Kept(take(main), name, 0, _enclose(signatures, EnclosureRole.SIGNATURE, take))


def _enclose(
    paths: dict[str, Path], role: EnclosureRole, take: Callable[[Path], Digest]
) -> _Enclosures:
    found = []
    for name, path in paths.items():
        require_plain(path)
        found.append(Enclosure(readable(name), take(path), role))
    return tuple(found)


def _has_writer(path: Path) -> bool:
    """Tell whether a process has the file open for writing; False where nobody can tell.

    A read lease (fcntl F_SETLEASE) is refused while a writer has the file open. It works for the
    owner's files on local file systems. Who opens the file at that very moment breaks the lease:
    the kernel tells us by SIGIO, which ends a process, unless we ask for a signal that does not.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
