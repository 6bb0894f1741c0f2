"""The package: a zip with the message and its files, published whole or not at all."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eakte.domain.handover import Handover
from eakte.domain.ids import Digest
from eakte.errors import SystemRefusedError
from eakte.handover import publishing
from eakte.handover.demands import lacking
from eakte.handover.message import message_xml
from eakte.handover.reread import contradictions
from eakte.store.local import file_digest

_CHUNK = 1 << 20
_READABLE_BY_OWNER = 0o100600 << 16
_UNIX = 3


@dataclass(frozen=True)
class Package(publishing.Published):
    """A package of xdomea."""

    files: int
    """How many primary documents and signatures are in it."""


def publish(
    handover: Handover,
    open_file: Callable[[Digest], Path],
    folder: Path,
    note: Callable[[Package], None],
) -> Package:
    """Write a package into a folder, under the name that the standard gives it.

    `open_file` gives the place of a file by its digest; `note` is told of the package before it
    appears. Raises RefusedError if something is lacking, contradicts itself, or is there already
    under that name, SystemRefusedError if the folder cannot be written to. Nothing is left behind
    then.
    """
    target = folder / f"{handover.name}.zip"
    publishing.refuse(lacking(handover))
    publishing.require_free(target)
    with publishing.draft(folder) as draft:
        _write(handover, open_file, draft)
        publishing.refuse(contradictions(draft, handover))
        made = Package(
            target, file_digest(draft), draft.stat().st_size, sum(1 for _file in handover.files())
        )
        note(made)
        publishing.link(draft, target)
    return made


def _write(handover: Handover, open_file: Callable[[Digest], Path], draft: Path) -> None:
    """Write the zip: the message first, then its files in their order; synced to the disk."""
    try:
        with draft.open("wb") as out:
            with zipfile.ZipFile(out, "w") as archive:
                message = _entry(handover, f"{handover.name}.xml", zipfile.ZIP_DEFLATED)
                archive.writestr(message, message_xml(handover))
                for file in handover.files():
                    source = open_file(file.digest)
                    entry = _entry(handover, file.name, zipfile.ZIP_STORED)
                    entry.file_size = source.stat().st_size
                    with source.open("rb") as data, archive.open(entry, "w") as place:
                        shutil.copyfileobj(data, place, _CHUNK)
            out.flush()
            os.fsync(out.fileno())
    except OSError as problem:
        raise SystemRefusedError(detail=str(problem)) from problem


def _entry(handover: Handover, name: str, packing: int) -> zipfile.ZipInfo:
    """Describe an entry by the moment of the message: the same hand-over gives the same bytes."""
    entry = zipfile.ZipInfo(name, handover.at.timetuple()[:6])
    entry.compress_type = packing
    entry.create_system = _UNIX
    entry.external_attr = _READABLE_BY_OWNER
    return entry
