"""Is a TIFF whole? All its directories and strips, read by place and never all at once."""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from eakte.domain.findings import FindingCode
from eakte.i18n import N_
from eakte.pages.limits import MAX_PAGES, check_pixels
from eakte.pages.sniff import refusal
from eakte.pages.whole import cut_off

WIDTH, HEIGHT, COMPRESSION, FILL_ORDER = 256, 257, 259, 266
FAX_3_OPTIONS, JPEG_TABLES = 292, 347
GROUP_3, GROUP_4, OLD_JPEG, JPEG = 3, 4, 6, 7
_OFFSETS_TO_COUNTS = {273: 279, 324: 325, 513: 514}
"""TIFF tags: StripOffsets to StripByteCounts, TileOffsets to TileByteCounts, and the JPEG of the
old style as a whole."""
_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_TYPE_CODES = {1: "B", 3: "H", 4: "I", 13: "I"}
_LARGEST_ENTRY = 1 << 22
"""Longer lists of numbers than that belong to no scan."""
_LARGEST_STRIP = 1 << 28


@dataclass(frozen=True)
class TiffPage:
    """What the directory of one page says: numbers per tag, for the tags that hold integers."""

    tags: dict[int, tuple[int, ...]]
    tables: bytes = b""
    """What the JPEG strips share."""
    end: int = 0
    """The place behind everything that belongs to the page."""

    def first(self, tag: int, default: int) -> int:
        """Give the first value of a tag."""
        return self.tags.get(tag, (default,))[0]

    def strips(self) -> Iterator[tuple[int, int]]:
        """Give place and length of every strip or tile."""
        for offsets, counts in _OFFSETS_TO_COUNTS.items():
            yield from zip(self.tags.get(offsets, ()), self.tags.get(counts, ()), strict=False)


class _Layout:
    """A file with its byte order."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, io.SEEK_END)
        file.seek(0)
        self.order = "<" if file.read(2) == b"II" else ">"

    def read(self, at: int, size: int) -> bytes:
        if at < 0 or at + size > self.size:
            raise cut_off(N_("a TIFF directory lies beyond the end of the file"))
        return os.pread(self._file.fileno(), size, at)

    def unpack(self, code: str, at: int) -> tuple[int, ...]:
        return struct.unpack(self.order + code, self.read(at, struct.calcsize("=" + code)))


def walk_tiff(file: BinaryIO) -> Iterator[TiffPage]:
    """Give the pages of a TIFF 6.0, each proven to lie in the file with all strips and tiles.

    Raises UnusableInputError (`truncated`, `damaged`, `too_large`).
    """
    layout = _Layout(file)
    (at,), seen = layout.unpack("I", 4), set[int]()
    while at:
        if at in seen:
            raise refusal(FindingCode.DAMAGED, N_("the TIFF directories run in a circle"))
        if len(seen) >= MAX_PAGES:
            raise refusal(FindingCode.TOO_LARGE, f"> {MAX_PAGES}")
        seen.add(at)
        page, at = _page(layout, at)
        _check_strips(page, layout.size)
        yield page


def read_strip(file: BinaryIO, place: int, length: int) -> bytes:
    """Give the bytes of a strip; raises UnusableInputError (`too_large`)."""
    if length > _LARGEST_STRIP:
        raise refusal(FindingCode.TOO_LARGE, N_("a TIFF strip is too long"))
    return os.pread(file.fileno(), length, place)


def _page(layout: _Layout, at: int) -> tuple[TiffPage, int]:
    (count,) = layout.unpack("H", at)
    rows = layout.read(at + 2, 12 * count)
    tags, tables, end = dict[int, tuple[int, ...]](), b"", at + 6 + 12 * count
    for row in struct.iter_unpack(layout.order + "HHI4s", rows):
        tag, values, raw, stop = _entry(layout, *row)
        end = max(end, stop)
        tables = raw if tag == JPEG_TABLES else tables
        if values:
            tags[tag] = values
    page = TiffPage(tags, tables)
    end = max([end, *(place + length for place, length in page.strips())])
    return TiffPage(tags, tables, end), layout.unpack("I", at + 2 + 12 * count)[0]


def _entry(
    layout: _Layout, tag: int, kind: int, count: int, value: bytes
) -> tuple[int, tuple[int, ...], bytes, int]:
    """Give an entry's tag, its integers if it has such, its bytes, and the place behind them."""
    size, end = _TYPE_SIZES.get(kind, 1) * count, 0
    if size > 4:  # noqa: PLR2004 - an entry's own four bytes
        (start,) = struct.unpack(layout.order + "I", value)
        end = start + size
        if end > layout.size:
            raise cut_off(N_("a TIFF directory lies beyond the end of the file"))
        value = layout.read(start, size) if size <= _LARGEST_ENTRY else b""
    code = _TYPE_CODES.get(kind)
    if code is None or len(value) < size:
        return tag, (), value, end
    return tag, struct.unpack(f"{layout.order}{count}{code}", value[:size]), value, end


def _check_strips(page: TiffPage, size: int) -> None:
    check_pixels(page.first(WIDTH, 0), page.first(HEIGHT, 0))
    for offsets_tag, counts_tag in _OFFSETS_TO_COUNTS.items():
        offsets, counts = page.tags.get(offsets_tag, ()), page.tags.get(counts_tag, ())
        if len(offsets) != len(counts):
            raise refusal(FindingCode.DAMAGED, N_("a TIFF page has strips without a length"))
        if any(start + length > size for start, length in zip(offsets, counts, strict=True)):
            raise cut_off(N_("a TIFF strip lies beyond the end of the file"))
    if not any(page.tags.get(tag) for tag in _OFFSETS_TO_COUNTS):
        raise refusal(FindingCode.DAMAGED, N_("a TIFF page has no picture"))
