"""The invisible text over a page picture: pure, from words to a content stream.

All words of a line have one size, and lines of nearly one size the same: readers that find columns
and lines by sizes and baselines (poppler) need that. Every word stands on the baseline of its line
where the word is, and takes the variant of the font that reaches nearest to the edges of its box.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import median

from eakte.domain.text import Box, RecognisedPage
from eakte.domain.turning import as_stored, upright
from eakte.domain.type_lines import Stand, reach, stands
from eakte.pdfa.font import ADVANCE, REACHES, UNITS_PER_EM, font_name

_DIRECTIONS = {
    0: "1 0 0 1",
    90: "0.003 1 -1 0.003",
    180: "-1 0 0 -1",
    270: "0.003 -1 1 0.003",
}
"""Rotation of the page to the text matrix: text of a page to be turned by 90 runs upwards.

The thousandths are for PDFium (Chrome), which finds little text whose matrix has zeros there.
"""
_UPSIDE_DOWN = 180
_LEVEL = 1.0
"""Points that a line may rise or fall and still be called level."""
_UNUSABLE_CATEGORIES = ("Cc", "Cs", "Cn")
_UNUSABLE = "\N{ZERO WIDTH NO-BREAK SPACE}\ufffe"
_THINNEST = 0.5
_SAME_SIZE, _SAME_SIZES = 1.1, 1.3
"""Lines are set in one size if each is less than the first factor larger than the next smaller one,
and all are within the second."""
_FARTHEST_OFF = 0.8
"""Points by which a word's edge in its line's size may be off; else it gets a size of its own."""
_REACHES = tuple((above / UNITS_PER_EM, -below / UNITS_PER_EM) for above, below in REACHES)


@dataclass(frozen=True)
class _Run:
    """How a word is set on the page turned upright: start, length, size and variant of the font."""

    x: float
    baseline: float
    length: float
    size: float
    variant: int


_Line = Sequence[tuple[str, _Run]]


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
    lines = list(_set_lines(page))
    sorted_by_place = page.rotation == _UPSIDE_DOWN or not all(map(_is_level, lines))
    shown = _shown_from_the_edge if sorted_by_place else _shown

    def matrix(run: _Run) -> str:
        x, y = as_stored(run.x, run.baseline, page.rotation, page.width, page.height)
        return f"{_DIRECTIONS[page.rotation]} {left + x:.2f} {top - y:.2f} Tm"

    content = (each for line in lines for each in shown(line, codes, matrix))
    return "\n".join(["BT", "3 Tr", *content, "ET"]).encode("ascii")


def _is_level(line: _Line) -> bool:
    return abs(line[0][1].baseline - line[-1][1].baseline) <= _LEVEL


def _shown(line: _Line, codes: dict[str, str], matrix: Callable[[_Run], str]) -> Iterator[str]:
    """Show each word, and a space up to the next one."""
    for (text, run), after in zip(line, (*line[1:], None), strict=True):
        gap = after[1].x - run.x - run.length if after else 0.0
        yield f"{font_name(run.variant)} {run.size:.2f} Tf"
        yield f"{_stretch(run.length, len(text), run.size):.2f} Tz"
        yield matrix(run)
        yield f"<{''.join(codes[letter] for letter in text)}> Tj"
        yield f"{_stretch(gap, 1, run.size):.2f} Tz"
        yield f"<{codes[' ']}> Tj"


def _shown_from_the_edge(
    line: _Line, codes: dict[str, str], matrix: Callable[[_Run], str]
) -> Iterator[str]:
    """Show each word behind a space at the edge of the page.

    PDFium puts what it takes for one line in order from left to right: backwards if it stands
    upside down, mixed with the next line if it slopes. What begins at one edge keeps its order.
    """
    for text, run in line:
        stretch = _stretch(run.length, len(text), run.size)
        back = 1000 * (ADVANCE / UNITS_PER_EM - run.x / (run.size * stretch / 100))
        yield f"{font_name(run.variant)} {run.size:.2f} Tf"
        yield f"{stretch:.2f} Tz"
        yield matrix(replace(run, x=0.0))
        yield f"[<{codes[' ']}> {back:.1f} <{''.join(codes[letter] for letter in text)}>] TJ"


def _stretch(length: float, letters: int, size: float) -> float:
    """Give the horizontal scaling in percent that makes so many glyphs so long."""
    return 100 * max(length, _THINNEST / 5) / (letters * size * ADVANCE / UNITS_PER_EM)


def _set_lines(page: RecognisedPage) -> Iterator[_Line]:
    """Set the words of each line; words without a usable letter are left out."""
    lines = [
        [
            (text, upright(word.box, page.rotation, page.width, page.height))
            for word in words
            if (text := usable(word.text))
        ]
        for _, words in groupby(page.words, key=lambda word: word.line)
    ]
    lines = [line for line in lines if line]
    for line, stand in zip(lines, _in_common_sizes(stands(lines)), strict=True):
        yield [(text, _run(text, box, stand)) for text, box in line]


def _in_common_sizes(found: Sequence[Stand | None]) -> list[Stand | None]:
    """Give lines of nearly the same size the same one."""
    common, group = dict[float, float](), list[float]()
    for size in (*sorted(stand.size for stand in found if stand), math.inf):
        if group and size > min(_SAME_SIZE * group[-1], _SAME_SIZES * group[0]):
            common.update(dict.fromkeys(group, median(group)))
            group = []
        group.append(size)
    return [stand and replace(stand, size=common[stand.size]) for stand in found]


def _run(text: str, box: Box, stand: Stand | None) -> _Run:
    """Set a word on its line, or by itself where the line would put it too far off its box."""
    if stand is not None and stand.size >= _THINNEST:
        baseline = stand.baseline(box)
        needs = (baseline - box.y0) / stand.size, (box.y1 - baseline) / stand.size
        variant = min(range(len(_REACHES)), key=lambda number: _off(number, needs))
        if reach(text) is None or _off(variant, needs) * stand.size <= _FARTHEST_OFF:
            return _Run(box.x0, baseline, box.x1 - box.x0, stand.size, variant)
    above, below = _REACHES[0]
    size = max((box.y1 - box.y0) / (above + below), _THINNEST)
    return _Run(box.x0, box.y1 - below * size, box.x1 - box.x0, size, 0)


def _off(variant: int, needs: tuple[float, float]) -> float:
    """Give by how many sizes the farther edge of a word is off in a variant of the font."""
    return max(abs(has - need) for has, need in zip(_REACHES[variant], needs, strict=True))
