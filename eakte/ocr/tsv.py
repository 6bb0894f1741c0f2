"""Tesseract's TSV to words: pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise

from eakte.domain.text import Box, Word

_WORD_LEVEL = "5"
_COLUMNS = 12
_TELLING_LENGTH = 4


@dataclass(frozen=True)
class Reading:
    """What one run of the engine read: words in pixels of the picture it was given."""

    words: tuple[Word, ...]

    @property
    def confidence(self) -> float:
        """Mean confidence (0..1), each word counting by its letters; 0 without words."""
        letters = sum(len(word.text) for word in self.words)
        if not letters:
            return 0.0
        return sum(word.confidence * len(word.text) for word in self.words) / letters

    @property
    def text(self) -> str:
        """The lines in reading order, separated by newlines."""
        lines = groupby(self.words, key=lambda word: word.line)
        return "\n".join(" ".join(word.text for word in line) for _, line in lines)

    @property
    def weight(self) -> float:
        """How much was read how surely; see `weight`."""
        return weight(self.words)


def weight(words: tuple[Word, ...]) -> float:
    """Give how much was read how surely: decides between two readings of one page."""
    return sum(word.confidence**2 * len(word.text) for word in words)


def parse_tsv(tsv: str) -> Reading:
    """Read the word rows of Tesseract's TSV output."""
    words, lines = list[Word](), dict[tuple[str, ...], int]()
    for row in tsv.splitlines():
        cells = row.split("\t")
        if len(cells) != _COLUMNS or cells[0] != _WORD_LEVEL or not cells[11].strip():
            continue
        line = lines.setdefault(tuple(cells[1:5]), len(lines))
        left, top, width, height = (float(cell) for cell in cells[6:10])
        box = Box(left, top, left + width, top + height)
        confidence = min(max(float(cells[10]) / 100, 0.0), 1.0)
        words.append(Word(cells[11].strip(), box, confidence, line))
    return Reading(tuple(words))


def lying(words: tuple[Word, ...]) -> int:
    """Give how many degrees clockwise lines that were read lying on their side must be turned.

    Tesseract reads some sideways pages as they are: their words are then higher than wide.
    """
    long = [word for word in words if len(word.text) >= _TELLING_LENGTH]
    upright = sum(word.box.x1 - word.box.x0 >= word.box.y1 - word.box.y0 for word in long)
    if not long or upright * 2 > len(long):
        return 0
    steps = [
        after.box.y0 - before.box.y0
        for before, after in pairwise(words)
        if before.line == after.line
    ]
    return 270 if sum(step > 0 for step in steps) * 2 >= len(steps) else 90


def turned_back(box: Box, turned: int, width: float, height: float) -> Box:
    """Map a box on a picture that was turned clockwise back; width, height: before turning."""
    if turned == 90:  # noqa: PLR2004 - degrees
        return Box(box.y0, height - box.x1, box.y1, height - box.x0)
    if turned == 180:  # noqa: PLR2004
        return Box(width - box.x1, height - box.y1, width - box.x0, height - box.y0)
    if turned == 270:  # noqa: PLR2004
        return Box(width - box.y1, box.x0, width - box.y0, box.x1)
    return box
