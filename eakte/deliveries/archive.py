"""A zip to its files: every name is judged, every byte counted, nothing leaves the folder `out`."""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from eakte.deliveries.limits import (
    MAX_RATIO,
    MAX_UNPACKED,
    RATIO_FLOOR,
    check_files,
    refusal,
)
from eakte.deliveries.placing import our_name
from eakte.deliveries.zip_layout import check_end, check_places, unsafe
from eakte.domain.deliveries import display_name
from eakte.domain.findings import FindingCode
from eakte.i18n import N_

_CHUNK = 1 << 20
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF_8 = 0x800
_KNOWN_PACKING = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNREADABLE = N_("an entry of the archive cannot be read")
_DRIVE = re.compile(r"[A-Za-z]:")
_MIMETYPES = {
    "application/vnd.oasis.opendocument.text": N_("a text document of LibreOffice; ask for a PDF"),
    "application/vnd.oasis.opendocument.spreadsheet": N_(
        "a spreadsheet of LibreOffice; ask for a PDF"
    ),
    "application/vnd.oasis.opendocument.presentation": N_(
        "a presentation of LibreOffice; ask for a PDF"
    ),
    "application/epub+zip": N_("an e-book; ask for a PDF"),
}
_OTHER_DOCUMENT = N_("a document of an office program; ask for a PDF")
_TELLING = {
    "word/": N_("a Word document; ask for a PDF"),
    "xl/": N_("an Excel spreadsheet; ask for a PDF"),
    "ppt/": N_("a PowerPoint presentation; ask for a PDF"),
    "[Content_Types].xml": _OTHER_DOCUMENT,
    "Index/Document.iwa": _OTHER_DOCUMENT,
    "META-INF/container.xml": N_("an e-book; ask for a PDF"),
    "AndroidManifest.xml": N_("a program"),
    "META-INF/MANIFEST.MF": N_("a program"),
}


def extract(source: Path, out: Path) -> tuple[tuple[str, str], ...]:
    """Unpack a zip into `out`; gives (sender's name for display, our name) of each file, in order.

    Raises UnusableInputError: `truncated`, `damaged`, `encrypted`, `unsafe_archive`, `no_pages`
    (nothing in it), `unknown_type` (an office document, or a way of packing that Python lacks).
    """
    check_end(source)
    try:
        with source.open("rb") as file, zipfile.ZipFile(file) as archive:
            return _extract(archive, source, file, out)
    except (zipfile.BadZipFile, zlib.error, EOFError, UnicodeError, NotImplementedError):
        raise refusal(FindingCode.DAMAGED, _UNREADABLE) from None


def _extract(
    archive: zipfile.ZipFile, source: Path, file: BinaryIO, out: Path
) -> tuple[tuple[str, str], ...]:
    entries = archive.infolist()
    check_files(len(entries))
    starts = check_places(source, entries, archive.start_dir)
    names = [_name(entry) for entry in entries]
    _refuse_unsafe(entries, names)
    _refuse_document(archive, names)
    files = [
        (entry, name) for entry, name in zip(entries, names, strict=True) if not entry.is_dir()
    ]
    if not files:
        raise refusal(FindingCode.NO_PAGES, N_("the archive is empty"))
    left, placed = MAX_UNPACKED, list[tuple[str, str]]()
    for number, (entry, name) in enumerate(files, start=1):
        file.seek(starts[entry.header_offset])
        left -= _write(file, entry, out / our_name(number), left)
        placed.append((display_name(name) or our_name(number), our_name(number)))
    return tuple(placed)


def _name(entry: zipfile.ZipInfo) -> str:
    """Read an entry's name: UTF-8 if it is that, else the code page of DOS; `/` between folders."""
    name = entry.orig_filename
    if not entry.flag_bits & _UTF_8:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = entry.orig_filename
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _refuse_unsafe(entries: list[zipfile.ZipInfo], names: list[str]) -> None:
    seen = set[str]()
    for entry, name in zip(entries, names, strict=True):
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or _DRIVE.match(name) or "\0" in name:
            raise unsafe("path", entry.orig_filename)
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise unsafe("symlink" if kind == stat.S_IFLNK else "device", name)
        if entry.is_dir() and entry.file_size:
            raise unsafe("header", name)
        if name.casefold() in seen:
            raise unsafe("duplicate", name)
        seen.add(name.casefold())
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise refusal(FindingCode.ENCRYPTED)
    if any(entry.compress_type not in _KNOWN_PACKING for entry in entries):
        detail = N_("the archive is packed in a way that eakte does not know")
        raise refusal(FindingCode.UNKNOWN_TYPE, detail)


def _refuse_document(archive: zipfile.ZipFile, names: list[str]) -> None:
    """Refuse documents and programs that are zips too, saying what they are."""
    first = archive.infolist()[0]
    if names[0] == "mimetype" and first.file_size <= 200:  # noqa: PLR2004 - longer than any
        kind = archive.read(first).decode("ascii", "replace").strip()
        if "opendocument" in kind or kind in _MIMETYPES:
            raise refusal(FindingCode.UNKNOWN_TYPE, _MIMETYPES.get(kind, _OTHER_DOCUMENT))
    known = set(names)
    office = "[Content_Types].xml" in known
    for mark, kind in _TELLING.items():
        inside = mark.endswith("/") and office and any(each.startswith(mark) for each in known)
        if inside or mark in known:
            raise refusal(FindingCode.UNKNOWN_TYPE, kind)


def _write(file: BinaryIO, entry: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Unpack the entry whose data begin here, counting what really comes out; gives its bytes."""
    allowed = min(left, max(RATIO_FLOOR, MAX_RATIO * entry.compress_size))
    size = checksum = 0
    with target.open("xb") as out:
        for chunk in _unpacked(file, entry):
            size += len(chunk)
            if size > allowed:
                raise unsafe("bomb", entry.filename)
            checksum = zlib.crc32(chunk, checksum)
            out.write(chunk)
    if (size, checksum) != (entry.file_size, entry.CRC):
        raise refusal(FindingCode.DAMAGED, _UNREADABLE)
    return size


def _unpacked(file: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Give the bytes of an entry in pieces of at most a megabyte; it must end where it says."""
    left = entry.compress_size
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if entry.compress_type else None
    while left:
        packed = file.read(min(_CHUNK, left))
        left -= len(packed)
        if not packed:
            raise refusal(FindingCode.DAMAGED, _UNREADABLE)
        if inflate is None:
            yield packed
            continue
        while packed:
            yield inflate.decompress(packed, _CHUNK)
            packed = inflate.unconsumed_tail
            if inflate.unused_data:
                raise unsafe("hidden", entry.filename)
    if inflate is not None and not inflate.eof:
        yield inflate.flush()
        if not inflate.eof:
            raise refusal(FindingCode.DAMAGED, _UNREADABLE)
