"""Words to lines, lines to blocks: pure, for outputs that nest them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from eakte.domain.text import Box, RecognisedPage, Word
from eakte.domain.turning import upright

_LARGEST_GAP = 1.0
"""Lines of one block lie no farther apart than this share of a line's height."""


@dataclass(frozen=True)
class Line:
    """A line of words in reading order; boxes in points of the page as stored."""

    words: tuple[Word, ...]
    box: Box


@dataclass(frozen=True)
class Block:
    """Lines that follow one another, one below the other."""

    lines: tuple[Line, ...]
    box: Box


def blocks_of(page: RecognisedPage) -> Iterator[Block]:
    """Gather the words of a page in the order in which they are read."""
    block = list[Line]()
    for _, words in groupby(page.words, key=lambda word: word.line):
        members = tuple(words)
        line = Line(members, around(word.box for word in members))
        if block and not _follows(_upright(line.box, page), _upright(block[-1].box, page)):
            yield _block(block)
            block = []
        block.append(line)
    if block:
        yield _block(block)


def around(boxes: Iterable[Box]) -> Box:
    """Give the smallest box around boxes (at least one)."""
    every = tuple(boxes)
    return Box(
        min(box.x0 for box in every),
        min(box.y0 for box in every),
        max(box.x1 for box in every),
        max(box.y1 for box in every),
    )


def _block(lines: list[Line]) -> Block:
    return Block(tuple(lines), around(line.box for line in lines))


def _upright(box: Box, page: RecognisedPage) -> Box:
    """Place a box on the page turned as it is read."""
    return upright(box, page.rotation, page.width, page.height)


def _follows(line: Box, before: Box) -> bool:
    """Tell whether a line stands right below another one, and not in the next column."""
    height = min(line.y1 - line.y0, before.y1 - before.y0)
    apart = line.y0 - before.y1
    beside = min(line.x1, before.x1) <= max(line.x0, before.x0)
    return -height < apart < _LARGEST_GAP * height and not beside
