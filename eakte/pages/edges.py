"""Is text cut off at an edge of the picture? Rims, rules, holes and photographs are not text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from eakte.pages.shade import MM_PER_INCH, Shade, glance_dpi

_STRIP_MM = 12.0
"""How far from the edge the rest of a cut word is looked for."""
_OUTERMOST_MM = 0.35
"""Ink within this of the border touches it: two pixels at 150 dpi, one of which scanners blur."""
_INK = 0.35
_STROKE_MM = (0.15, 4.5)
"""Length along the edge of a cut stroke, from a hairline to a capital of a heading."""
_DEEP_MM = (0.3, 6.0)
"""How far a cut letter reaches inwards; rules of tables reach further, rims and grain less."""
_LINES = 2
"""Lines of type that run into the edge: one alone may be a mark or a logo that bleeds."""
_HALF_MM = (1.0, 6.0)
"""The same for a line cut along its length: type of 10 points keeps 1 mm if half is lost."""
_PIECES = 3
"""Letters, or parts of them, behind a cut one."""
_ALONG, _ALONG_MM = 10, 60.0
"""Strokes of one line of type cut along its length, within so many mm of the edge."""
_MOST_ALONG = 0.5
"""Share of the border under ink there; a line of type has 0.2 to 0.4, a frayed rim more."""
_LINE_PITCH_MM = 3.0
_TEXT_INK = (0.03, 0.45)
"""Share of ink in the rest of a cut line; a photograph or a shadow has more."""
_PAPER_DEPTH, _LEAST_PAPER = 0.12, 0.5
"""Share of a strip that is bare paper (not darker than this): between type 0.6 and more, in a
photograph of fine texture less than 0.4."""


@dataclass(frozen=True)
class _Stroke:
    """Ink at the border: first and last + 1 pixel along it, and how deep it goes in mm."""

    start: int
    end: int
    depth: float


@dataclass(frozen=True)
class _Edge:
    """A strip along one edge, turned so that the edge is its first row."""

    ink: np.ndarray
    paper: np.ndarray
    per_mm: float

    def rows(self, millimetres: float) -> int:
        return max(1, round(millimetres * self.per_mm))


def cut_edges(glance: Image.Image, page: Shade) -> int:
    """Count the edges (0..4) of a grey glance at which text runs out of the picture."""
    per_mm = glance_dpi(glance) / MM_PER_INCH
    grey = np.asarray(glance)
    deep = round(_STRIP_MM * per_mm)
    if min(grey.shape) < 4 * deep:
        return 0
    step = max(1, round(per_mm / page.per_mm))
    turns = ((grey, page.paper), (grey[::-1], page.paper[::-1]), (grey.T, page.paper.T))
    sides = (*turns, (grey.T[::-1], page.paper.T[::-1]))
    return sum(_is_cut(_edge(side, paper, deep, step, per_mm)) for side, paper in sides)


def _edge(side: np.ndarray, paper: np.ndarray, deep: int, step: int, per_mm: float) -> _Edge:
    inner = max(1, deep // step)
    level = np.repeat(np.median(paper[:inner], axis=0), step)[: side.shape[1]]
    level = np.pad(level, (0, side.shape[1] - level.size), mode="edge")
    strip = side[:deep]
    ink = _without_grain(strip < level * (1.0 - _INK))
    return _Edge(ink, strip > level * (1.0 - _PAPER_DEPTH), per_mm)


def _without_grain(ink: np.ndarray) -> np.ndarray:
    """Keep what holds a square of 2 x 2 pixels: strokes do, the fringe of a rim hardly does."""
    squares = ink[:-1, :-1] & ink[1:, :-1] & ink[:-1, 1:] & ink[1:, 1:]
    kept = np.zeros_like(ink)
    kept[:-1, :-1] = squares
    kept[1:, :-1] |= squares
    kept[:, 1:] |= kept[:, :-1].copy()
    return kept


def _is_cut(edge: _Edge) -> bool:
    strokes = [_Stroke(start, end, _depth(edge, start, end)) for start, end in _touching(edge)]
    return _cut_across(edge, strokes) or _cut_along(edge, strokes)


def _border(edge: _Edge) -> np.ndarray:
    """Tell for every pixel along the border whether ink touches it there."""
    return np.asarray(edge.ink[: edge.rows(_OUTERMOST_MM)].any(axis=0))


def _touching(edge: _Edge) -> list[tuple[int, int]]:
    """Give the runs of ink (first and last + 1 pixel) along the border that are strokes wide."""
    steps = np.diff(np.pad(_border(edge), 1).astype(np.int8))
    starts, ends = np.nonzero(steps == 1)[0], np.nonzero(steps == -1)[0]
    least, most = (length * edge.per_mm for length in _STROKE_MM)
    return [
        (int(start), int(end))
        for start, end in zip(starts, ends, strict=True)
        if least <= end - start <= most
    ]


def _depth(edge: _Edge, start: int, end: int) -> float:
    """Give how many mm the ink at a run goes inwards without a gap."""
    rows = edge.ink[:, max(0, start - 1) : end + 1].any(axis=1)
    return (rows.size if rows.all() else int(np.argmin(rows))) / edge.per_mm


def _cut_across(edge: _Edge, strokes: list[_Stroke]) -> bool:
    """Tell whether several lines of type run into the edge: behind each lies the rest of it."""
    found, last = 0, -_STRIP_MM * edge.per_mm
    for stroke in strokes:
        apart = stroke.start - last >= edge.rows(_LINE_PITCH_MM)
        if apart and _within(stroke.depth, _DEEP_MM) and _text_behind(edge, stroke):
            found, last = found + 1, stroke.end
    return found >= _LINES


def _text_behind(edge: _Edge, stroke: _Stroke) -> bool:
    """Tell whether the strip behind a stroke holds letters: ink in several pieces, with gaps."""
    around = edge.rows(1.0)
    beside = slice(max(0, stroke.start - around), stroke.end + around)
    behind = edge.ink[:, beside]
    if edge.paper[:, beside].mean() < _LEAST_PAPER:
        return False
    pieces = np.count_nonzero(np.diff(behind.any(axis=1).astype(np.int8)) == 1)
    return bool(pieces >= _PIECES) and _within(float(behind.mean()), _TEXT_INK)


def _cut_along(edge: _Edge, strokes: list[_Stroke]) -> bool:
    """Tell whether one line of type lies on the edge: many strokes close together."""
    starts = np.array([stroke.start for stroke in strokes if _within(stroke.depth, _HALF_MM)])
    if starts.size < _ALONG:
        return False
    inked = np.cumsum(np.pad(_border(edge), (1, 0)))
    firsts, lasts = starts[: 1 - _ALONG], starts[_ALONG - 1 :]
    spans = lasts - firsts
    shares = (inked[lasts] - inked[firsts]) / spans
    bare = np.cumsum(np.pad(edge.paper.mean(axis=0), (1, 0)))
    papers = (bare[lasts] - bare[firsts]) / spans
    close = spans <= _ALONG_MM * edge.per_mm
    return bool((close & (shares <= _MOST_ALONG) & (papers >= _LEAST_PAPER)).any())


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]
