"""Is a zip whole, and does its table of contents tell the truth about its bytes?

Python's zipfile reads the table at the end of the file only. Here every entry is held against its
local header, and every byte before the table must belong to exactly one entry; so entries that
overlap, that hide between others, or that belong to another archive inside are found.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from zipfile import ZipInfo

from eakte.deliveries.limits import MAX_FILES, refusal
from eakte.domain.findings import FindingCode
from eakte.errors import UnusableInputError
from eakte.i18n import N_

_END = struct.Struct("<4s4H2IH")
_END_MARK = b"PK\x05\x06"
_END_64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_LOCAL = struct.Struct("<4s5H3I2H")
_LOCAL_MARK = b"PK\x03\x04"
_FULL_16, _FULL_32 = 0xFFFF, 0xFFFFFFFF
_LONGEST_END = _END.size + _FULL_16
_MOST_TABLE_BYTES = 16 << 20
_DESCRIPTOR = 24
"""A data descriptor after an entry takes up to so many bytes (APPNOTE 4.3.9)."""
_DESCRIBED = 0x08


def check_end(path: Path) -> None:
    """Prove that the table of contents is at the end, whole, and not too long.

    Raises UnusableInputError (`truncated`, `unsafe_archive`, `no_pages` if it holds nothing).
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = _find_end(data)
        _, disk, _, _, entries, size, offset, _ = _END.unpack_from(data, at)
        if entries == _FULL_16 or _FULL_32 in (size, offset):
            entries, size, offset, at = _wide_end(data, at)
    if disk not in (0, _FULL_16) or offset + size != at:
        raise refusal(FindingCode.TRUNCATED, N_("the archive lacks its beginning or other volumes"))
    if entries > MAX_FILES or size > _MOST_TABLE_BYTES:
        raise refusal(FindingCode.UNSAFE_ARCHIVE, N_("it holds more than 1,000 files"))
    if not entries:
        raise refusal(FindingCode.NO_PAGES, N_("the archive is empty"))


def _find_end(data: mmap.mmap) -> int:
    """Give where the end record is: its comment must reach exactly to the end of the file."""
    at = len(data)
    while (at := data.rfind(_END_MARK, max(0, len(data) - _LONGEST_END), at)) >= 0:
        if at + _END.size <= len(data) == at + _END.size + _END.unpack_from(data, at)[7]:
            return at
    raise refusal(FindingCode.TRUNCATED, N_("the archive has no table of contents"))


def _wide_end(data: mmap.mmap, end: int) -> tuple[int, int, int, int]:
    """Read the ZIP64 end record: entries, size and offset of the table, and where it is itself."""
    try:
        mark, _, at, _ = _LOCATOR.unpack_from(data, end - _LOCATOR.size)
        record = _END_64.unpack_from(data, at)
    except struct.error:
        raise refusal(FindingCode.DAMAGED) from None
    if (mark, record[0]) != (b"PK\x06\x07", b"PK\x06\x06"):
        raise refusal(FindingCode.DAMAGED)
    return record[7], record[8], record[9], at


def check_places(path: Path, entries: list[ZipInfo], table: int) -> dict[int, int]:
    """Prove that the entries lie one after the other from the first byte to the table's.

    Gives where the data of each entry begin, by the offset of its header.
    """
    starts = dict[int, int]()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        expected = 0
        for entry in sorted(entries, key=lambda each: each.header_offset):
            gap = entry.header_offset - expected
            if gap < 0:
                raise unsafe("overlap", entry.filename)
            if gap > _DESCRIPTOR or _LOCAL_MARK in data[expected : entry.header_offset]:
                raise unsafe("hidden", entry.filename)
            starts[entry.header_offset] = _start_of(data, entry)
            expected = starts[entry.header_offset] + entry.compress_size
        if expected > table:
            raise unsafe("overlap", "")
        if table - expected > _DESCRIPTOR:
            raise unsafe("hidden", "")
    return starts


def _start_of(data: mmap.mmap, entry: ZipInfo) -> int:
    """Give where the data of an entry begin, after comparing its local header with the table."""
    try:
        local = _LOCAL.unpack_from(data, entry.header_offset)
    except struct.error:
        raise refusal(FindingCode.DAMAGED) from None
    mark, _, flags, method, _, _, _, packed, _, name_length, extra_length = local
    start = entry.header_offset + _LOCAL.size
    name = data[start : start + name_length]
    told = entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437", "replace")
    if mark != _LOCAL_MARK or method != entry.compress_type or name != told:
        raise unsafe("header", entry.filename)
    if not flags & _DESCRIBED and packed not in (entry.compress_size, _FULL_32):
        raise unsafe("header", entry.filename)
    return start + int(name_length) + int(extra_length)


def unsafe(kind: str, name: str) -> UnusableInputError:
    """Make the refusal of an archive: what is wrong in a word, and the entry's name."""
    return refusal(FindingCode.UNSAFE_ARCHIVE, f"{kind}: {name[:200]!a}" if name else kind)
