"""Is a fax-coded picture whole? Group 4 says where it ends, not how many rows it has."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pikepdf
from PIL import Image

from eakte.i18n import N_
from eakte.pages.tiff import GROUP_3, GROUP_4
from eakte.pages.whole import cut_off
from eakte.pictures.coding import fax_image
from eakte.pictures.large import Drawn, is_large

_Rows = Callable[[int, int], np.ndarray]
"""Decodes the rows from one to before another."""
_END_OF_BLOCK, _END_BITS = 0x001001, 24
_MORE_CODED_BYTES = bytes(range(17, 251, 13)) * 8
_SPARE_ROWS = 2
_ROWS_AT_ONCE = 256
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


@dataclass(frozen=True)
class Fax:
    """How a picture is coded: size in pixels, TIFF compression, T4Options, order of bits."""

    width: int
    height: int
    compression: int = GROUP_4
    options: int = 0
    fill_order: int = 1


def check_fax(data: bytes, fax: Fax) -> None:
    """Prove that coded data last for all rows; raises UnusableInputError (`truncated`).

    Where the mark for the end of a block is missing, more coded bytes would give a cut picture
    more rows: both are decoded and compared. A mark may have been set behind a cut. Then libtiff
    leaves the rest of the rows empty; but rows like those above them cost a bit each (ITU-T T.6),
    and so many ones must stand before the mark.
    """
    coded = data.translate(_REVERSED) if fax.fill_order == 2 else data  # noqa: PLR2004 - TIFF
    bits = _ending(coded)
    marked = fax.compression == GROUP_4 and bits & ((1 << _END_BITS) - 1) == _END_OF_BLOCK
    with _rows(coded, fax) as rows:
        if marked:
            alike = _rows_alike(rows, fax.height)
            whole = _ones_before_end(coded, alike) + _SPARE_ROWS >= alike
        else:
            with _rows(coded.rstrip(b"\0") + _MORE_CODED_BYTES, fax) as longer:
                whole = _alike(rows, longer, max(1, fax.height - _SPARE_ROWS))
    if not whole:
        raise cut_off(N_("a picture has fewer rows than it should"))


@contextmanager
def _rows(coded: bytes, fax: Fax) -> Iterator[_Rows]:
    """Give what decodes rows: Pillow, or PDFium if the picture is too large to be held."""
    if not is_large((fax.width, fax.height)):
        picture = _decoded(coded, fax)
        yield lambda top, low: np.asarray(picture.crop((0, top, fax.width, low)))
        return
    with pikepdf.new() as pdf:
        k = -1 if fax.compression == GROUP_4 else fax.options & 1
        image = fax_image(pdf, coded, (fax.width, fax.height), {"K": k})
        with Drawn(pdf, image, (fax.width, fax.height)) as drawn:
            yield drawn.rows


def _alike(here: _Rows, there: _Rows, height: int) -> bool:
    """Tell whether two decoded pictures have the same rows."""
    bands = [(top, min(top + _ROWS_AT_ONCE, height)) for top in range(0, height, _ROWS_AT_ONCE)]
    return all(np.array_equal(here(*band), there(*band)) for band in bands)


def _decoded(coded: bytes, fax: Fax) -> Image.Image:
    """Give a picture of one bit a pixel; raises OSError."""
    entries = [
        (256, fax.width),
        (257, fax.height),
        (258, 1),
        (259, fax.compression),
        (262, 1),
        (273, 8 + 2 + 12 * 10 + 4),
        (277, 1),
        (278, fax.height),
        (279, len(coded)),
        (292 if fax.compression == GROUP_3 else 293, fax.options),
    ]
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    head = struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + directory + bytes(4)
    with Image.open(io.BytesIO(head + coded)) as file:
        file.load()
        return file


def _ending(coded: bytes) -> int:
    """Give the last bits up to the last that is set."""
    value = int.from_bytes(coded.rstrip(b"\0")[-8:], "big")
    return value // (value & -value) if value else 0


def _rows_alike(rows: _Rows, height: int) -> int:
    """Count the last rows that are the same as the row before them."""
    alike, low = 0, height
    while low > 1:
        top = max(0, low - _ROWS_AT_ONCE - 1)
        band = rows(top, low)
        differ = np.nonzero((band[1:] != band[:-1]).any(axis=1))[0]
        if len(differ):
            return alike + len(band) - 2 - int(differ[-1])
        alike, low = alike + len(band) - 1, top + 1
    return alike


def _ones_before_end(coded: bytes, most: int) -> int:
    """Count the ones in a run before the mark for the end, up to some more than `most`."""
    tail = int.from_bytes(coded.rstrip(b"\0")[-(most // 8 + 2 * _END_BITS) :], "big")
    tail //= tail & -tail
    tail >>= _END_BITS
    return ((tail + 1) & -(tail + 1)).bit_length() - 1
