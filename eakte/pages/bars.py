"""What looks like bars, and what else a page shows: is it a sheet of its own, or content?"""

from __future__ import annotations

import numpy as np
from PIL import Image

from eakte.pages.codes import Code

_CELL = 24
"""Edge of a cell in half pixels of a glance: 8 mm at 75 dpi."""
_EDGE = 30
"""Two half pixels apart, a step in brightness of more than this is an edge."""
_EDGES_ACROSS = 6.0
"""Edge pixels per line of a cell: three edges of two pixels."""
_EDGES_ALONG = 0.25
"""Along bars there are at most so many edges for one across; in writing about as many."""
_LEAST_BLOCKS = 4
"""Blocks of two by two cells; writing, tables and drawings make one at most (measured)."""
_INK = 70
"""Darker than the paper by more than this is ink; stains are not."""
_RULE = 60
"""Half pixels: 20 mm; no stroke of writing is as long."""
_MARGIN = 0.04
_LEAST_INK, _INK_PER_CODE = 0.0015, 0.1
"""Shares of the page: a sheet has less ink besides its codes than the sum of the first and the
second for each share that codes and bars take; three lines on a page with a sticker are more."""


def barred_cells(glance: Image.Image) -> np.ndarray:
    """Tell for each cell of a grey glance whether straight bars cross it (bool, rows x columns)."""
    grey = np.asarray(glance.reduce(2)).astype(np.int16)
    rows, columns = (edge // _CELL for edge in grey.shape)
    grey = grey[: rows * _CELL, : columns * _CELL]
    across, down = np.zeros(grey.shape, bool), np.zeros(grey.shape, bool)
    across[:, 2:] = np.abs(grey[:, 2:] - grey[:, :-2]) > _EDGE
    down[2:] = np.abs(grey[2:] - grey[:-2]) > _EDGE
    first, second = (
        edges.reshape(rows, _CELL, columns, _CELL).sum((1, 3), dtype=np.int32) / _CELL
        for edges in (across, down)
    )
    most = np.maximum(first, second)
    barred: np.ndarray = (most > _EDGES_ACROSS) & (np.minimum(first, second) < _EDGES_ALONG * most)
    return barred


def has_bars(barred: np.ndarray) -> bool:
    """Tell whether barred cells make an area as large as a barcode's."""
    blocks = barred[:-1, :-1] & barred[1:, :-1] & barred[:-1, 1:] & barred[1:, 1:]
    return int(blocks.sum()) >= _LEAST_BLOCKS


def is_sheet(glance: Image.Image, barred: np.ndarray, codes: tuple[Code, ...]) -> bool:
    """Tell whether a page shows codes and bars, and hardly anything else; in doubt it does not."""
    grey = np.asarray(glance.reduce(2)).astype(np.int16)
    ink = grey < np.median(grey) - _INK
    rules = _long_runs(ink) | _long_runs(ink.T).T
    coded = rules | _covered(ink.shape, barred, codes, 0)
    besides = _inner(ink & ~rules & ~_covered(ink.shape, barred, codes, _CELL))
    return bool(besides.mean() < _LEAST_INK + _INK_PER_CODE * coded.mean())


def _covered(
    shape: tuple[int, ...], barred: np.ndarray, codes: tuple[Code, ...], around: int
) -> np.ndarray:
    """Give the half pixels of codes and barred cells, and `around` them."""
    covered = np.zeros(shape, bool)
    corners = np.argwhere(barred) * _CELL
    places = [(left, top, left + _CELL, top + _CELL) for top, left in corners]
    boxes = [code.box for code in codes if code.solid]
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
