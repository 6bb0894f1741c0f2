"""The invisible text over a page picture: pure, from words to a content stream."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from eakte.domain.text import Box, RecognisedPage, Word
from eakte.pdfa.font import ADVANCE, DESCENT, UNITS_PER_EM

FONT = "/EakteText"

_DIRECTIONS = {
    0: "1 0 0 1",
    90: "0.003 1 -1 0.003",
    180: "-1 0 0 -1",
    270: "0.003 -1 1 0.003",
}
"""Rotation of the page to the text matrix: text of a page to be turned by 90 runs upwards.

The thousandths are for PDFium (Chrome), which finds little text whose matrix has zeros there.
"""
_UNUSABLE_CATEGORIES = ("Cc", "Cs", "Cn")
_UNUSABLE = "\N{ZERO WIDTH NO-BREAK SPACE}\ufffe"
_THINNEST = 0.5


@dataclass(frozen=True)
class _Run:
    """Where a word stands in the reading direction: its start, length and height."""

    x: float
    y: float
    length: float
    height: float


def usable(text: str) -> str:
    """Leave out what PDF/A-2u forbids in a ToUnicode map, and control characters."""
    return "".join(
        letter
        for letter in text
        if letter not in _UNUSABLE and unicodedata.category(letter) not in _UNUSABLE_CATEGORIES
    )


def letters_of(pages: Iterable[RecognisedPage]) -> str:
    """Give every letter of the pages once, in a fixed order, and the space."""
    return "".join(
        sorted(
            {letter for page in pages for word in page.words for letter in usable(word.text)}
            | {" "}
        )
    )


def text_layer(page: RecognisedPage, letters: str, left: float, top: float) -> bytes:
    """Write the page's words invisibly into their boxes; left, top: where its corner lies."""
    codes = {letter: f"{code:04X}" for code, letter in enumerate(letters, start=1)}
    lines = ["BT", "3 Tr"]
    for word, after in pairwise((*page.words, None)):
        if word is None:
            break
        lines += _shown(word, after, page.rotation, codes, left, top)
    lines.append("ET")
    return "\n".join(lines).encode("ascii")


def _shown(
    word: Word,
    after: Word | None,
    rotation: int,
    codes: dict[str, str],
    left: float,
    top: float,
) -> list[str]:
    text = usable(word.text)
    if not text:
        return []
    run = _run(word.box, rotation, left, top)
    size = max(run.height, _THINNEST)
    lines = [
        f"{FONT} {size:.2f} Tf",
        f"{_stretch(run.length, len(text), size):.2f} Tz",
        f"{_DIRECTIONS[rotation]} {run.x:.2f} {run.y:.2f} Tm",
        f"<{''.join(codes[letter] for letter in text)}> Tj",
    ]
    if after is not None:
        gap = _gap(word, after, rotation)
        lines += [f"{_stretch(gap, 1, size):.2f} Tz", f"<{codes[' ']}> Tj"]
    return lines


def _stretch(length: float, letters: int, size: float) -> float:
    """Give the horizontal scaling in percent that makes so many glyphs so long."""
    return 100 * max(length, _THINNEST / 5) / (letters * size * ADVANCE / UNITS_PER_EM)


def _run(box: Box, rotation: int, left: float, top: float) -> _Run:
    """Find start of the baseline, so that the font's box covers the word's box."""
    x0, x1 = left + box.x0, left + box.x1
    low, high = top - box.y1, top - box.y0
    wide, tall = x1 - x0, high - low
    if rotation == 90:  # noqa: PLR2004 - degrees
        return _Run(x1 - _below(wide), low, tall, wide)
    if rotation == 180:  # noqa: PLR2004
        return _Run(x1, high - _below(tall), wide, tall)
    if rotation == 270:  # noqa: PLR2004
        return _Run(x0 + _below(wide), high, tall, wide)
    return _Run(x0, low + _below(tall), wide, tall)


def _below(height: float) -> float:
    """Give how far a font of that size reaches below its baseline."""
    return -height * DESCENT / UNITS_PER_EM


def _gap(word: Word, after: Word, rotation: int) -> float:
    """Give how much room there is up to the next word of the same line."""
    if word.line != after.line:
        return 0.0
    here, there = word.box, after.box
    return {
        0: there.x0 - here.x1,
        90: here.y0 - there.y1,
        180: here.x0 - there.x1,
        270: there.y0 - here.y1,
    }[rotation]
