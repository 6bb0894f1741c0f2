"""An evidence bundle as a file: a zip that anybody can unpack, published whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from eakte.errors import RefusedError, SystemRefusedError
from eakte.handover.publishing import Published, draft, link, require_free
from eakte.i18n import _
from eakte.store.local import file_digest

SUMS = "SHA256SUMS"
_CHUNK = 1 << 20
_READABLE_BY_OWNER = 0o100600 << 16
_UNIX = 3

Pieces = Mapping[str, bytes | Path]
"""What goes into a bundle, by name: bytes, or the file that has them."""


@dataclass(frozen=True)
class BundleFile(Published):
    """An evidence bundle."""

    files: int


def publish(
    pieces: Pieces, at: datetime, target: Path, note: Callable[[BundleFile], None]
) -> BundleFile:
    """Write a bundle: its pieces by name, then SHA256SUMS, which lists them.

    The same pieces at the same moment give the same bytes. `note` is told of the bundle before it
    appears. Raises RefusedError if something is there under that name already or a piece changed
    while it was written, SystemRefusedError if the folder cannot be written to.
    """
    require_free(target)
    with draft(target.parent) as unfinished:
        try:
            sums = _write(pieces, at, unfinished)
        except OSError as problem:
            raise SystemRefusedError(detail=str(problem)) from problem
        _reread(unfinished, sums)
        size = unfinished.stat().st_size
        made = BundleFile(target, file_digest(unfinished), size, len(sums) + 1)
        note(made)
        link(unfinished, target)
    return made


def _write(pieces: Pieces, at: datetime, place: Path) -> dict[str, str]:
    """Write the zip, synced to the disk; gives the digests of what is in it."""
    sums = dict[str, str]()
    with place.open("wb") as out:
        with zipfile.ZipFile(out, "w") as archive:
            for name in sorted(pieces):
                sums[name] = _add(archive, _entry(name, at), pieces[name])
            lines = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
            _add(archive, _entry(SUMS, at), lines.encode())
        out.flush()
        os.fsync(out.fileno())
    return sums


def _add(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, piece: bytes | Path) -> str:
    if isinstance(piece, bytes):
        archive.writestr(entry, piece)
        return hashlib.sha256(piece).hexdigest()
    entry.file_size = piece.stat().st_size
    with piece.open("rb") as source, archive.open(entry, "w") as target:
        shutil.copyfileobj(source, target, _CHUNK)
    return file_digest(piece)


def _reread(place: Path, sums: Mapping[str, str]) -> None:
    """Hold what is really in the zip against what was meant to be."""
    with zipfile.ZipFile(place) as archive:
        names = [each for each in archive.namelist() if each != SUMS]
        found = {name: _digest(archive, name) for name in names}
    if found != sums:
        raise RefusedError(detail=_("the package does not hold exactly the files that it should"))


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    """Describe an entry by the moment of the bundle."""
    entry = zipfile.ZipInfo(name, at.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(".pdf") else zipfile.ZIP_DEFLATED
    entry.create_system = _UNIX
    entry.external_attr = _READABLE_BY_OWNER
    return entry
