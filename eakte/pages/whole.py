"""Is a picture file whole? Each format says where it ends; decoding alone would not tell."""

from __future__ import annotations

import io
import re
import struct
from dataclasses import dataclass
from typing import NamedTuple

from PIL import Image

from eakte.domain.findings import FindingCode
from eakte.errors import UnusableInputError
from eakte.i18n import N_
from eakte.pages.limits import MAX_PAGES
from eakte.pages.sniff import refusal

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_END_OF_IMAGE = 0xD9
_START_OF_SCAN = 0xDA
_MORE_CODED_BYTES = bytes(range(17, 251, 13)) * 4
_PNG_END = b"IEND\xaeB`\x82"
_OFFSETS_TO_COUNTS = {273: 279, 324: 325}
"""TIFF tags: StripOffsets to StripByteCounts, TileOffsets to TileByteCounts."""
_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_TYPE_CODES = {1: "B", 3: "H", 4: "I", 13: "I"}


def cut_off(what: str) -> UnusableInputError:
    """Make the error for a file whose end is missing."""
    return refusal(FindingCode.TRUNCATED, what)


def check_jpeg(data: bytes) -> None:
    """Walk the markers of a JPEG up to its end-of-image marker (ITU-T T.81 annex B)."""
    at, scanned = 2, False
    while True:
        match = _MARKER.search(data, at)
        if match is None or match.end() > len(data):
            raise cut_off(N_("the JPEG has no end marker"))
        marker = data[match.start() + 1]
        if marker == _END_OF_IMAGE:
            break
        scanned = scanned or marker == _START_OF_SCAN
        (length,) = struct.unpack(">H", data[match.end() : match.end() + 2].rjust(2, b"\0"))
        at = match.end() + length
    if not scanned:
        raise cut_off(N_("the JPEG ends before its picture"))


def check_jpeg_filled(data: bytes) -> None:
    """Prove that the coded data last for all of the picture, whoever set the end marker.

    libjpeg silently fills up what is missing. Some more coded bytes before the end marker change
    nothing in a whole picture, but give a cut one more blocks; both are decoded small and compared.
    """
    end = data.rfind(b"\xff\xd9")
    longer = data[:end] + _MORE_CODED_BYTES + data[end:]
    if _decoded_small(data) != _decoded_small(longer):
        raise cut_off(N_("the JPEG has fewer pixels than it should"))


def _decoded_small(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as file:
        file.draft("L", (1, 1))
        return file.tobytes()


def check_png(data: bytes) -> None:
    """Walk the chunks of a PNG up to IEND."""
    at = 8
    while at + 12 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 12] == _PNG_END:
            return
        at += 12 + length
    raise cut_off(N_("the PNG has no IEND chunk"))


class _Layout(NamedTuple):
    order: str
    data: bytes

    def unpack(self, code: str, at: int) -> int:
        size = struct.calcsize(code)
        if at < 0 or at + size > len(self.data):
            raise cut_off(N_("a TIFF directory lies beyond the end of the file"))
        return int(struct.unpack_from(self.order + code, self.data, at)[0])


@dataclass(frozen=True)
class TiffPage:
    """What the directory of one page says: numbers per tag, for the tags that hold integers."""

    tags: dict[int, tuple[int, ...]]

    def first(self, tag: int, default: int) -> int:
        """Give the first value of a tag."""
        return self.tags.get(tag, (default,))[0]


def check_tiff(data: bytes) -> tuple[TiffPage, ...]:
    """Walk all directories of a TIFF 6.0 and prove that every strip and tile is in the file."""
    layout = _Layout("<" if data[:2] == b"II" else ">", data)
    at, seen, pages = layout.unpack("I", 4), set[int](), list[TiffPage]()
    while at:
        if at in seen or len(pages) > MAX_PAGES:
            raise refusal(FindingCode.DAMAGED, N_("the TIFF directories run in a circle"))
        seen.add(at)
        count = layout.unpack("H", at)
        entries = (_entry(layout, at + 2 + 12 * index) for index in range(count))
        page = TiffPage({tag: values for tag, values in entries if values})
        _check_strips(page, len(data))
        pages.append(page)
        at = layout.unpack("I", at + 2 + 12 * count)
    return tuple(pages)


def _entry(layout: _Layout, at: int) -> tuple[int, tuple[int, ...]]:
    tag, kind, count = (
        layout.unpack(code, at + skip) for code, skip in zip("HHI", (0, 2, 4), strict=True)
    )
    size = _TYPE_SIZES.get(kind, 1) * count
    start = at + 8 if size <= 4 else layout.unpack("I", at + 8)  # noqa: PLR2004 - an entry's own four bytes
    if start + size > len(layout.data):
        raise cut_off(N_("a TIFF directory lies beyond the end of the file"))
    code = _TYPE_CODES.get(kind)
    if code is None:
        return tag, ()
    return tag, struct.unpack_from(f"{layout.order}{count}{code}", layout.data, start)


def _check_strips(page: TiffPage, size: int) -> None:
    for offsets_tag, counts_tag in _OFFSETS_TO_COUNTS.items():
        offsets, counts = page.tags.get(offsets_tag, ()), page.tags.get(counts_tag, ())
        if len(offsets) != len(counts):
            raise refusal(FindingCode.DAMAGED, N_("a TIFF page has strips without a length"))
        if any(start + length > size for start, length in zip(offsets, counts, strict=True)):
            raise cut_off(N_("a TIFF strip lies beyond the end of the file"))
    if not any(page.tags.get(tag) for tag in _OFFSETS_TO_COUNTS):
        raise refusal(FindingCode.DAMAGED, N_("a TIFF page has no picture"))
