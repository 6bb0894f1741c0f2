"""Is a page blank, or nearly? Pencil counts as a mark; dust, grain, folds and holes do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eakte.i18n import N_
from eakte.pages.shade import Shade

FEW_MARKS = N_("nearly blank: it bears a few marks")
ONLY_FAINT = N_("only faint marks: pencil, a pale stamp or the reverse shining through")

_MARGIN_MM = 3.0
"""Left out at each edge: shadows of the lid, torn rims."""
_FAINTEST = 0.06
"""Least depth of a mark. A pencil stroke of grey 200, 0.3 mm wide, has 0.06 to 0.12 here."""
_GRAINS = 5.0
"""A mark is darker than so many standard deviations of the grain."""
_STRONG = 0.30
"""Ink and toner are deeper; pencil and show-through hardly ever (measured: below 0.27)."""
_CELL_MM = 2.0
_MARKED_PIXELS = 3 / 16
"""A stroke that crosses a cell fills a quarter of it; a speck of 0.5 mm a sixteenth."""
_SOLID_PIXELS = 0.8
"""Punch holes and torn corners fill cells; type never does."""
_FEW_CELLS = 30
"""Cells of ink below which a page is nearly blank: 120 mm2. A Paraphe of 8 mm has 16, a line of
type of 60 mm has 50, three short lines have 120."""
_FEWEST_CELLS = 4
"""The same for small pictures (cards, slips): a hundredth of them, but at least this."""
_STRETCH_MM = 50.0
_THICK = 3
"""A line has no full row 3 pixels (1.5 mm) above or below."""
_LINE_SHARE = 0.9
"""A row or column marked over more than this of a stretch is a fold or a rule; type has gaps."""


@dataclass(frozen=True)
class Blankness:
    """What a page bears: cells of 2 x 2 mm with any mark, and with strokes as deep as ink."""

    marked: int
    inked: int
    few: int
    """With fewer inked cells it is nearly blank."""

    @property
    def blank(self) -> bool:
        """Tell whether a person must look for what little there is."""
        return self.inked < self.few

    @property
    def detail(self) -> str:
        """Say (in English, to be translated) what a blank page does bear; "" if nothing."""
        if not self.marked:
            return ""
        return FEW_MARKS if self.marked < 2 * self.few else ONLY_FAINT


def blankness(page: Shade) -> Blankness:
    """Count the marks of a page; rims and straight lines across it are left out."""
    edge = round(_MARGIN_MM * page.per_mm)
    marked = _without_lines(_inner(page.darker(max(_FAINTEST, _GRAINS * page.grain)), edge), page)
    strong = _inner(page.darker(_STRONG), edge) & marked
    size = max(2, round(_CELL_MM * page.per_mm))
    strokes, inked = _cells(marked, size), _cells(strong, size)
    solid = _spread(inked >= _SOLID_PIXELS)
    written = (inked >= _MARKED_PIXELS) & ~solid
    few = max(_FEWEST_CELLS, min(_FEW_CELLS, inked.size // 100))
    return Blankness(_clustered(strokes >= _MARKED_PIXELS), _clustered(written), few)


def _inner(pixels: np.ndarray, edge: int) -> np.ndarray:
    rows, columns = pixels.shape
    across, down = min(edge, columns // 10), min(edge, rows // 10)
    inner: np.ndarray = pixels[down : rows - down, across : columns - across]
    return inner


def _without_lines(marked: np.ndarray, page: Shade) -> np.ndarray:
    stretch = max(8, round(_STRETCH_MM * page.per_mm))
    written: np.ndarray = marked & ~(_lines(marked, stretch) | _lines(marked.T, stretch).T)
    return written


def _lines(marked: np.ndarray, stretch: int) -> np.ndarray:
    """Mark the rows that are nearly full over a stretch; two rows count together for the slope."""
    pairs = marked.copy()
    pairs[:-1] |= marked[1:]
    starts = np.arange(0, marked.shape[1], stretch)
    lengths = np.diff([*starts, marked.shape[1]])
    full = np.add.reduceat(pairs, starts, axis=1, dtype=np.int32) > _LINE_SHARE * lengths
    thick = np.zeros_like(full)
    thick[_THICK:-_THICK] = full[: -2 * _THICK] | full[2 * _THICK :]
    full &= ~thick
    full[1:] |= full[:-1]
    lines: np.ndarray = np.repeat(full, lengths, axis=1)
    return lines


def _cells(pixels: np.ndarray, size: int) -> np.ndarray:
    """Give the share of marked pixels in every cell of size x size."""
    rows, columns = (edge // size for edge in pixels.shape)
    whole = pixels[: rows * size, : columns * size]
    shares: np.ndarray = whole.reshape(rows, size, columns, size).mean((1, 3))
    return shares


def _spread(cells: np.ndarray) -> np.ndarray:
    """Mark the neighbours of marked cells, too."""
    spread: np.ndarray = _around(cells) > 0
    return spread


def _clustered(cells: np.ndarray) -> int:
    """Count the marked cells that have a marked neighbour: strokes, no specks."""
    return int(np.count_nonzero(cells & (_around(cells) > 1)))


def _around(cells: np.ndarray) -> np.ndarray:
    """Count the marked cells among each cell and its eight neighbours."""
    wide = np.pad(cells, 1).astype(np.int8)
    rows, columns = cells.shape
    tall = wide[:rows] + wide[1:-1] + wide[2:]
    around: np.ndarray = tall[:, :columns] + tall[:, 1:-1] + tall[:, 2:]
    return around
