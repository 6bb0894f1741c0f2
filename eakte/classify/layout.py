"""The lines of a page as a reader sees them (pure): upright, straight, columns kept apart.

Boxes of words are in the coordinates of the stored picture. Here they are turned the way the page
is read and levelled where the scan is skewed, so that "above" and "left of" mean what they say.
`Line.stored` leads back to the picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from eakte.domain.text import Box, RecognisedPage, Word

_GAP = 2.2
"""A gap wider than this many heights of the line divides it into two."""
_WIDE = 100.0
"""Only lines of this width (points) tell how skewed a page is."""
_SAME_ROW = 0.6
_CELL = 2.4
_EDGE = 5.0
_BREAK, _FLUSH = 1.6, 14.0
"""Lines of a running text stand closer than so many heights, and flush within so many points."""
_LONGEST_LABEL = 36
"""A label stands over its value within so many heights, points from its edge and characters."""
_LEADING = 14.0
"""Height of a line where no words tell (points)."""


@dataclass(frozen=True)
class Piece:
    """A word with its box as read."""

    word: Word
    box: Box


@dataclass(frozen=True)
class Line:
    """A run of words without a wide gap; `box` as read, `stored` as in the picture."""

    text: str
    page: int
    box: Box
    stored: Box | None
    confidence: float
    words: tuple[Word, ...] = ()

    @property
    def height(self) -> float:
        """Height of its box in points."""
        return self.box.y1 - self.box.y0

    @property
    def middle(self) -> float:
        """Height at which it stands."""
        return (self.box.y0 + self.box.y1) / 2

    def evidence(self, start: int, end: int) -> tuple[Box | None, float]:
        """Give the stored box and the confidence of the words between two offsets of `text`."""
        chosen: list[Word] = []
        place = 0
        for word in self.words:
            if place < end and place + len(word.text) > start:
                chosen.append(word)
            place += len(word.text) + 1
        if not chosen:
            return self.stored, self.confidence
        return union(word.box for word in chosen), min(word.confidence for word in chosen)


@dataclass(frozen=True)
class Layout:
    """A page: its size as read, its lines from top to bottom, and the same as rows."""

    page: int
    width: float
    height: float
    lines: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]
    """Lines that stand side by side, from left to right."""

    def above(self, line: Line) -> Line | None:
        """Give the short line right above another, at the same left edge: the label in a form."""
        reach = _CELL * self.usual_height
        over = [
            each
            for each in self.lines
            if 0 < line.middle - each.middle < reach
            and abs(each.box.x0 - line.box.x0) < _EDGE
            and len(each.text) < _LONGEST_LABEL
        ]
        return over[-1] if over else None

    def before(self, line: Line) -> Line | None:
        """Give the line that a running text was on before it broke: close above, aligned."""
        over = [
            each
            for each in self.lines
            if each.box.y1 <= line.middle
            and line.box.y0 - each.box.y1 < _BREAK * self.usual_height
            and abs(each.box.x0 - line.box.x0) < _FLUSH
        ]
        return over[-1] if over else None

    @property
    def usual_height(self) -> float:
        """Median height of its lines."""
        return median(line.height for line in self.lines) if self.lines else _LEADING


def union(boxes: Iterable[Box]) -> Box:
    """Give the smallest box around some boxes (at least one)."""
    every = list(boxes)
    return Box(
        min(box.x0 for box in every),
        min(box.y0 for box in every),
        max(box.x1 for box in every),
        max(box.y1 for box in every),
    )


def lay_out(page: RecognisedPage) -> Layout:
    """Give the lines of a page; without words, its text stands in for them."""
    turned = page.rotation % 180 == 90  # noqa: PLR2004 - a quarter turn
    width, height = (page.height, page.width) if turned else (page.width, page.height)
    lines = _from_words(page) if page.words else _from_text(page)
    ordered = tuple(sorted(lines, key=lambda line: (line.middle, line.box.x0)))
    return Layout(page.number, width, height, ordered, tuple(_rows(ordered)))


def upright(box: Box, page: RecognisedPage) -> Box:
    """Turn a stored box the way the page is read."""
    width, height = page.width, page.height
    match page.rotation % 360:
        case 90:
            return Box(height - box.y1, box.x0, height - box.y0, box.x1)
        case 180:
            return Box(width - box.x1, height - box.y1, width - box.x0, height - box.y0)
        case 270:
            return Box(box.y0, width - box.x1, box.y1, width - box.x0)
        case _:
            return box


def _from_words(page: RecognisedPage) -> list[Line]:
    ordered = sorted(page.words, key=lambda word: word.line)
    grouped = [
        [Piece(word, upright(word.box, page)) for word in words]
        for _, words in groupby(ordered, key=lambda word: word.line)
    ]
    slope = _slope(grouped)
    levelled = [[_levelled(piece, slope) for piece in pieces] for pieces in grouped]
    return [_line(run, page.number) for pieces in levelled for run in _runs(pieces)]


def _slope(lines: Sequence[Sequence[Piece]]) -> float:
    """Give how much the lines fall from left to right, per point."""
    found = []
    for pieces in lines:
        first, last = pieces[0].box, pieces[-1].box
        if last.x0 - first.x0 > _WIDE:
            fall = (last.y0 + last.y1 - first.y0 - first.y1) / 2
            found.append(fall / (last.x0 - first.x0))
    return median(found) if found else 0.0


def _levelled(piece: Piece, slope: float) -> Piece:
    box = piece.box
    drop = slope * (box.x0 + box.x1) / 2
    return Piece(piece.word, Box(box.x0, box.y0 - drop, box.x1, box.y1 - drop))


def _runs(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Divide a line where its gaps are wide: columns, labels and their values."""
    ordered = sorted(pieces, key=lambda piece: piece.box.x0)
    height = median(piece.box.y1 - piece.box.y0 for piece in ordered)
    runs = [[ordered[0]]]
    for before, after in pairwise(ordered):
        if after.box.x0 - before.box.x1 > _GAP * max(height, 5.0):
            runs.append([])
        runs[-1].append(after)
    return runs


def _line(pieces: Sequence[Piece], page: int) -> Line:
    words = tuple(piece.word for piece in pieces)
    return Line(
        " ".join(word.text for word in words),
        page,
        union(piece.box for piece in pieces),
        union(word.box for word in words),
        sum(word.confidence for word in words) / len(words),
        words,
    )


def _from_text(page: RecognisedPage) -> list[Line]:
    lines = []
    for number, text in enumerate(page.text.splitlines()):
        for part in re.split(r"\t|\s{4,}", text):
            if part.strip():
                top = number * _LEADING
                box = Box(50.0, top, 50.0 + 5 * len(part), top + 10.0)
                lines.append(Line(part.strip(), page.number, box, None, page.confidence))
    return lines


def _rows(lines: Sequence[Line]) -> Iterable[tuple[Line, ...]]:
    """Group lines (from top to bottom) that stand at the same height."""
    row: list[Line] = []
    for line in lines:
        if row and line.middle - row[0].middle > _SAME_ROW * min(line.height, row[0].height):
            yield tuple(sorted(row, key=lambda each: each.box.x0))
            row = []
        row.append(line)
    if row:
        yield tuple(sorted(row, key=lambda each: each.box.x0))
