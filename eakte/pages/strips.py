"""The strips of a TIFF page: does each hold the rows that the directory says?"""

from __future__ import annotations

from typing import BinaryIO

from eakte.i18n import N_
from eakte.pages.fax import Fax, check_fax
from eakte.pages.jpeg import check_jpeg
from eakte.pages.tiff import (
    COMPRESSION,
    FAX_3_OPTIONS,
    FILL_ORDER,
    GROUP_3,
    GROUP_4,
    HEIGHT,
    JPEG,
    OLD_JPEG,
    WIDTH,
    TiffPage,
    read_strip,
)
from eakte.pages.whole import cut_off

_ROWS_PER_STRIP, _TILE_WIDTH, _TILE_HEIGHT = 278, 322, 323
_RAW, _SAMPLES, _BITS, _PLANES, _SUBSAMPLING = 1, 277, 258, 284, 530
_WHOLE_JPEG = 513
_START_AND_TABLES = 2


def check_strips(file: BinaryIO, page: TiffPage) -> None:
    """Prove that each strip lasts for its rows, where libtiff would fill up silently.

    It refuses LZW, Deflate and PackBits that end too early by itself. Raises UnusableInputError
    (`truncated`, `damaged`, `too_large`) or OSError.
    """
    compression = page.first(COMPRESSION, _RAW)
    if compression == _RAW:
        _check_raw(page)
    for number, (place, length) in enumerate(page.strips()):
        if compression == OLD_JPEG and page.first(_WHOLE_JPEG, 0) == place:
            check_jpeg(read_strip(file, place, length))
        elif compression == JPEG:
            check_jpeg(_with_tables(page.tables, read_strip(file, place, length)))
        elif compression in (GROUP_3, GROUP_4):
            check_fax(read_strip(file, place, length), _fax(page, number, compression))


def _check_raw(page: TiffPage) -> None:
    """Prove that the strips together have a byte for every pixel."""
    if _SUBSAMPLING in page.tags or _TILE_WIDTH in page.tags:
        return
    bits = page.tags.get(_BITS, (1,))
    per_pixel = bits[0] * page.first(_SAMPLES, 1)
    wanted = -(-page.first(WIDTH, 0) * per_pixel // 8) * page.first(HEIGHT, 0)
    if page.first(_PLANES, 1) == 1 and sum(length for _, length in page.strips()) < wanted:
        raise cut_off(N_("a picture has fewer pixels than it should"))


def _with_tables(tables: bytes, strip: bytes) -> bytes:
    """Make a strip a JPEG of its own by the tables that all strips share."""
    return tables[:-2] + strip[_START_AND_TABLES:] if len(tables) > _START_AND_TABLES else strip


def _fax(page: TiffPage, number: int, compression: int) -> Fax:
    rows = page.first(_ROWS_PER_STRIP, page.first(HEIGHT, 0))
    height = max(1, min(rows, page.first(HEIGHT, 0) - number * rows))
    width = page.first(WIDTH, 0)
    if _TILE_WIDTH in page.tags:
        width, height = page.first(_TILE_WIDTH, width), page.first(_TILE_HEIGHT, height)
    options = page.first(FAX_3_OPTIONS, 0) if compression == GROUP_3 else 0
    return Fax(width, height, compression, options, page.first(FILL_ORDER, 1))
