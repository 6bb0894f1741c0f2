"""The text that a born-digital page brings along, if it can be trusted."""

from __future__ import annotations

import ctypes
import unicodedata
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pypdfium2
from pypdfium2 import raw

from eakte.domain.text import Box, RecognisedPage, Word
from eakte.pages.render import open_document

ENGINE = "pdf-text"

_FEWEST_LETTERS = 20
"""With fewer letters a page is read by OCR: its text may be a page number beside a picture."""
_LEAST_LEGIBLE = 0.85
_SPOILT_CATEGORIES = ("Cn", "Co", "Cc", "Cs")


@dataclass(frozen=True)
class _Glyph:
    text: str
    box: Box
    line: int


def own_text(source: Path, number: int) -> RecognisedPage | None:
    """Give the page's own words; None if it has hardly any, or fonts that map to nonsense."""
    with open_document(source) as document:
        page = document[number - 1]
        rotation = page.get_rotation()
        page.set_rotation(0)
        left, bottom, right, top = page.get_cropbox(fallback_ok=True)
        glyphs = _glyphs(page.get_textpage(), left, top)
    if not is_legible("".join(glyph.text for glyph in glyphs)):
        return None
    words = _words(glyphs)
    return RecognisedPage(
        number=number,
        width=right - left,
        height=top - bottom,
        words=words,
        text=lines_of(words),
        rotation=rotation,
        confidence=1.0,
        complete=True,
        engine=ENGINE,
    )


def lines_of(words: tuple[Word, ...]) -> str:
    """Join words to lines, in their order."""
    return "\n".join(
        " ".join(word.text for word in line)
        for _, line in groupby(words, key=lambda word: word.line)
    )


def is_legible(text: str) -> bool:
    """Tell whether text has enough letters and few characters that stand for nothing."""
    solid = [letter for letter in text if not letter.isspace()]
    if sum(letter.isalpha() for letter in solid) < _FEWEST_LETTERS:
        return False
    spoilt = sum(
        letter == "\N{REPLACEMENT CHARACTER}" or unicodedata.category(letter) in _SPOILT_CATEGORIES
        for letter in solid
    )
    return 1 - spoilt / len(solid) >= _LEAST_LEGIBLE


def _glyphs(textpage: pypdfium2.PdfTextPage, left: float, top: float) -> list[_Glyph]:
    """Give the characters with their boxes from the top left; white space splits words."""
    glyphs, line = list[_Glyph](), 0
    edges = [ctypes.c_double() for _ in range(4)]
    for index in range(textpage.count_chars()):
        text = chr(raw.FPDFText_GetUnicode(textpage, index) or 0xFFFD)
        line += text == "\n"
        raw.FPDFText_GetCharBox(textpage, index, *(ctypes.byref(edge) for edge in edges))
        x0, x1, low, high = (edge.value for edge in edges)
        glyphs.append(_Glyph(text, Box(x0 - left, top - high, x1 - left, top - low), line))
    return glyphs


def _words(glyphs: list[_Glyph]) -> tuple[Word, ...]:
    runs = groupby(glyphs, key=lambda glyph: (glyph.line, glyph.text.isspace()))
    return tuple(_word(list(run), line) for (line, space), run in runs if not space)


def _word(run: list[_Glyph], line: int) -> Word:
    box = Box(
        min(glyph.box.x0 for glyph in run),
        min(glyph.box.y0 for glyph in run),
        max(glyph.box.x1 for glyph in run),
        max(glyph.box.y1 for glyph in run),
    )
    return Word("".join(glyph.text for glyph in run), box, 1.0, line)
