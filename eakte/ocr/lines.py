"""Boxes that the engine drew too large or too small, set right by the line they stand on: pure.

Tesseract's box of a word takes in a rule below it, a stamp beside it, or misses the dots of an i.
The letters of a word tell how high it is on a line whose other words tell size and baseline.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from statistics import median

from eakte.domain.text import Box, Word
from eakte.domain.type_lines import Stand, reach, stands

_FEWEST = 3
"""Words that must stand on a line before one of them is called wrong."""
_TOLERANCE, _LEAST_TOLERANCE = 0.18, 0.08
"""Sizes of type; faces differ by 0.05."""
_TOLERATED_POINTS = 1.8
"""In large type no more than this is tolerated."""
_WIDER = 1.35
"""Letters wider than those of the line by this factor are larger type, not a wrong box."""
_ANY_REACH = (0.75, 0.25)
"""Sizes of type that anything on a line stays within."""


def settled(words: tuple[Word, ...], point: float) -> tuple[Word, ...]:
    """Move edges that are implausibly high or low; words run from left to right.

    `point` is the length of a point in the unit of the boxes.
    """
    lines = [tuple(line) for _, line in groupby(words, key=lambda word: word.line)]
    found = stands([[(word.text, word.box) for word in line] for line in lines])
    return tuple(
        word
        for line, stand in zip(lines, found, strict=True)
        for word in (_settled(line, stand, point) if stand and stand.evidence >= _FEWEST else line)
    )


def _settled(line: tuple[Word, ...], stand: Stand, point: float) -> Iterator[Word]:
    usual = median(_pitch(word) for word in line)
    tolerated = min(_TOLERANCE * stand.size, _TOLERATED_POINTS * point)
    allowed = max(tolerated, _LEAST_TOLERANCE * stand.size)
    for word in line:
        larger = _pitch(word) > _WIDER * usual
        yield word if larger else replace(word, box=_box(word, stand, allowed))


def _pitch(word: Word) -> float:
    return (word.box.x1 - word.box.x0) / len(word.text)


def _box(word: Word, stand: Stand, allowed: float) -> Box:
    box, base = word.box, stand.baseline(word.box)
    reached = reach(word.text)
    above, below = reached or _ANY_REACH
    slant = abs(stand.slope) * (box.x1 - box.x0) / 2
    top, bottom = base - above * stand.size - slant, base + below * stand.size + slant
    if reached and abs((bottom - top) - (box.y1 - box.y0)) <= allowed:
        return box
    y0 = top if box.y0 < top - allowed else box.y0
    y1 = bottom if box.y1 > bottom + allowed else box.y1
    if reached and y0 > top + allowed + 2 * slant:
        y0 = top + slant
    if reached and y1 < bottom - allowed - 2 * slant:
        y1 = bottom - slant
    return replace(box, y0=y0, y1=y1) if y0 < y1 else box
