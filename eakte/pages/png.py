"""Is a PNG whole? Every chunk with its checksum, and as many pixels as the header says."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from eakte.domain.findings import FindingCode
from eakte.i18n import N_
from eakte.pages.limits import check_pixels
from eakte.pages.sniff import refusal
from eakte.pages.whole import WINDOW, Inflation, cut_off

_SIGNATURE = 8
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""PNG colour types: samples per pixel."""
_PASSES = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)
"""Adam7: first column and row of each pass, and the steps between them."""
_SLACK = 1 << 16


def check_png(path: Path) -> int:
    """Prove that a PNG is whole and give the place behind its end (PNG, ISO/IEC 15948, clause 5).

    Raises UnusableInputError (`truncated`, `damaged`, `too_large`).
    """
    wanted, pixels = 0, None
    with path.open("rb") as file:
        file.seek(_SIGNATURE)
        for kind, pieces in _chunks(file):
            if kind == b"IHDR":
                wanted = _pixel_bytes(b"".join(pieces))
                pixels = Inflation(wanted + _SLACK)
            elif kind == b"IDAT" and pixels is not None:
                for piece in pieces:
                    pixels.feed(piece)
            elif kind == b"IEND":
                if pixels is None or pixels.finish() < wanted:
                    raise cut_off(N_("a picture has fewer pixels than it should"))
                if len(file.read(4)) == 4:  # noqa: PLR2004 - its checksum
                    return file.tell()
    raise cut_off(N_("the PNG has no IEND chunk"))


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, Iterator[bytes]]]:
    """Give kind and contents of each chunk; its checksum is compared before the next one."""
    while len(head := file.read(8)) == 8:  # noqa: PLR2004 - length and kind
        (length,), kind = struct.unpack(">I", head[:4]), head[4:]
        start, pieces = file.tell(), _pieces(file, length)
        yield kind, pieces
        file.seek(start)
        checksum = zlib.crc32(kind)
        for piece in _pieces(file, length):
            checksum = zlib.crc32(piece, checksum)
        stated = file.read(4)
        if len(stated) == 4 and stated != struct.pack(">I", checksum):  # noqa: PLR2004 - 32 bits
            raise refusal(FindingCode.DAMAGED, N_("a part of the PNG was changed"))


def _pieces(file: BinaryIO, length: int) -> Iterator[bytes]:
    while length > 0 and (piece := file.read(min(WINDOW, length))):
        length -= len(piece)
        yield piece


def _pixel_bytes(header: bytes) -> int:
    """Give how many bytes all rows have, each with its filter byte."""
    width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header.ljust(13)[:13])
    check_pixels(width, height)
    passes = _PASSES if interlaced else ((0, 0, 1, 1),)
    per_pixel, total = bits * _SAMPLES.get(colour, 1), 0
    for left, top, across, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + -(-columns * per_pixel // 8))
    return total
