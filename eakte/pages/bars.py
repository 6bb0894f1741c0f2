"""What looks like a code, and what else a page shows: is it a sheet of its own, or content?"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops

from eakte.pages.codes import Code

_CELL = 24
"""Edge of a cell in half pixels of a glance: 8 mm at 75 dpi."""
_STEP = 30
"""Two half pixels apart, a step in brightness of more than this is an edge."""
_INK = 70
"""Darker than the paper by more than this is ink; stains are not."""
_MOST_STRAIGHT = 0.25
"""Along bars there are at most so many edges for one across; in writing about as many."""
_BARS_EDGES, _DENSE_EDGES = 6.0, 4.0
"""Edge pixels per line of a cell: of two bars at least, and of any code."""
_DENSE_INK = (0.33, 0.8)
"""Shares of ink in a cell of a code: writing has less, a photograph's shadows have more."""
_LEAST_BLOCKS = 5
"""Blocks of two by two cells; letters, tables and drawings make two at most, codes six or more."""
_RULE = 60
"""Half pixels: 20 mm; no stroke of writing is as long."""
_MARGIN = 0.04
_LEAST_INK, _INK_PER_CODE = 0.0015, 0.1
"""Shares of the page: a sheet has less ink besides its codes than the sum of the first and the
second for each share that codes and bars take; three lines on a page with a sticker are more."""


def coded_cells(glance: Image.Image) -> np.ndarray:
    """Tell for each cell of a grey glance whether it looks like a part of a code (bool, 2-D).

    Straight bars cross it, however pale, or it is as black and as full of edges as QR codes are.
    """
    half = glance.reduce(2)
    wide, high = half.width - 2, half.height - 2
    if min(wide, high) < _CELL:
        return np.zeros((1, 1), bool)
    here = half.crop((0, 0, wide, high))
    across, down = (
        _share(ImageChops.difference(here, half.crop((x, y, x + wide, y + high))), _STEP) * _CELL
        for x, y in ((2, 0), (0, 2))
    )
    black = _share(ImageChops.invert(here), 255 - _paper(half) + _INK)
    most, least = np.maximum(across, down), np.minimum(across, down)
    barred = (most > _BARS_EDGES) & (least < _MOST_STRAIGHT * most)
    dense = (black > _DENSE_INK[0]) & (black < _DENSE_INK[1]) & (most > _DENSE_EDGES)
    return np.asarray(barred | dense, bool)


def _share(picture: Image.Image, above: int) -> np.ndarray:
    """Give for each cell the share of its pixels that are brighter than `above`."""
    bright = picture.point([255 * (level > above) for level in range(256)])
    cells = bright.width // _CELL, bright.height // _CELL
    whole = bright.crop((0, 0, cells[0] * _CELL, cells[1] * _CELL))
    return np.asarray(whole.reduce(_CELL), np.float32) / 255


def _paper(half: Image.Image) -> int:
    """Give the brightness of the paper: the median of all pixels."""
    return int(np.searchsorted(np.cumsum(half.histogram()), half.width * half.height / 2))


def has_code(coded: np.ndarray) -> bool:
    """Tell whether coded cells make an area as large as a barcode's."""
    blocks = coded[:-1, :-1] & coded[1:, :-1] & coded[:-1, 1:] & coded[1:, 1:]
    return int(blocks.sum()) >= _LEAST_BLOCKS


def is_sheet(glance: Image.Image, coded: np.ndarray, codes: tuple[Code, ...]) -> bool:
    """Tell whether a page shows codes and bars, and hardly anything else; in doubt it does not."""
    half = glance.reduce(2)
    ink = np.asarray(half).astype(np.int16) < _paper(half) - _INK
    rules = _long_runs(ink) | _long_runs(ink.T).T
    taken = rules | _covered(ink.shape, coded, codes, 0)
    besides = _inner(ink & ~rules & ~_covered(ink.shape, coded, codes, _CELL))
    return bool(besides.mean() < _LEAST_INK + _INK_PER_CODE * taken.mean())


def _covered(
    shape: tuple[int, ...], coded: np.ndarray, codes: tuple[Code, ...], around: int
) -> np.ndarray:
    """Give the half pixels of codes and coded cells, and `around` them."""
    covered = np.zeros(shape, bool)
    corners = np.argwhere(coded) * _CELL
    places = [(left, top, left + _CELL, top + _CELL) for top, left in corners]
    boxes = [area for code in codes for area in code.areas]
    places += [(x0 // 2, y0 // 2, x1 // 2, y1 // 2) for x0, y0, x1, y1 in boxes]
    for x0, y0, x1, y1 in places:
        covered[max(0, y0 - around) : y1 + around, max(0, x0 - around) : x1 + around] = True
    return covered


def _inner(picture: np.ndarray) -> np.ndarray:
    rows, columns = (round(edge * _MARGIN) for edge in picture.shape)
    return picture[rows : picture.shape[0] - rows, columns : picture.shape[1] - columns]


def _long_runs(ink: np.ndarray) -> np.ndarray:
    """Give what belongs to an unbroken horizontal run of _RULE pixels: bars, rules, frames."""
    if ink.shape[1] < _RULE:
        return np.zeros(ink.shape, bool)
    before = np.pad(np.cumsum(ink, 1, np.int32), ((0, 0), (1, 0)))
    begins = before[:, _RULE:] - before[:, :-_RULE] == _RULE
    spread = np.cumsum(np.pad(begins, ((0, 0), (_RULE, _RULE - 1))), 1, np.int32)
    covered: np.ndarray = spread[:, _RULE:] > spread[:, :-_RULE]
    return covered
