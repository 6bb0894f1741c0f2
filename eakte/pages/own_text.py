"""The text that a born-digital page brings along, if it can be trusted and is all there is."""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from pathlib import Path

import pypdfium2
from pypdfium2 import raw

from eakte.domain.findings import Finding, FindingCode
from eakte.domain.text import Box, RecognisedPage, Word
from eakte.pages.legible import is_sound
from eakte.pages.render import open_document
from eakte.pages.unseen import Looks

ENGINE = "pdf-text"

_FEWEST_LETTERS = 20
"""With fewer visible letters a page is read by OCR: they may be a page number beside a picture."""
_FEW_LETTERS = 300
"""Such a text may be a stamp, a Bates number or a letterhead on a scan."""
_COVERED = 0.5
"""The share of a page from which on pictures make a scan of it, if its text is short."""
_MOST_COMPARED = 2_000_000
"""Pairs of words; beyond that, words rather stand there twice."""
_MOST_UNREAD = 0.3
"""The share of an invisible text that OCR may read otherwise: it has other faults than our own."""
_TOLD_LETTERS = 60


class Worth(StrEnum):
    """What a page's own text is good for."""

    ENOUGH = "enough"
    """It says all; pictures of text beside it are not read."""
    THIN = "thin"
    """It is sound, but pictures say more."""
    UNUSABLE = "unusable"
    """It is what a broken encoding made of a text."""


@dataclass(frozen=True)
class OwnText:
    """The own words of a page, and what they are good for."""

    page: RecognisedPage
    worth: Worth
    unseen: tuple[Word, ...] = ()
    """Words that are on the page, but cannot be seen: no part of what it says."""


@dataclass(frozen=True)
class _Glyph:
    text: str
    box: Box
    line: int
    seen: bool


def own_text(source: Path, number: int) -> OwnText:
    """Give the page's own words and what they are worth; those that cannot be seen stand apart."""
    with open_document(source) as document:
        page = document[number - 1]
        rotation = page.get_rotation()
        page.set_rotation(0)
        left, bottom, right, top = page.get_bbox()
        drawn = _glyphs(page.get_textpage(), left, top)
        covered = _covered(page, (right - left) * (top - bottom))
        looks = Looks(page)
    words, unseen = _parted(_words(_looked_at(drawn, looks)))
    read = RecognisedPage(
        number=number,
        width=right - left,
        height=top - bottom,
        words=words,
        text=lines_of(words),
        rotation=rotation,
        confidence=1.0,
        complete=True,
        engine=ENGINE,
        own_words=len(words),
    )
    letters = sum(letter.isalpha() for word in words for letter in word.text)
    worth = _worth(lines_of((*words, *unseen)), letters, covered)
    if worth is Worth.ENOUGH:
        read = replace(read, findings=_hidden(number, unseen))
    return OwnText(read, worth, unseen)


def _looked_at(glyphs: Iterable[_Glyph], looks: Looks) -> Iterator[_Glyph]:
    """Tell which glyphs are seen; punctuation is if the letter before it is, small as it is."""
    before: bool | None = None
    for glyph in glyphs:
        if glyph.text.isalnum() or before is None:
            before = glyph.text.isspace() or looks.show(glyph.box)
        seen = glyph.seen and before
        before = None if glyph.text.isspace() else before
        yield replace(glyph, seen=seen)


def _parted(words: Iterable[tuple[Word, bool]]) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """Part the words into those that are seen and those that are not."""
    parted = list(words)
    seen = tuple(word for word, is_seen in parted if is_seen)
    return seen, tuple(word for word, is_seen in parted if not is_seen)


def _hidden(number: int, unseen: Iterable[Word]) -> tuple[Finding, ...]:
    detail = " ".join(word.text for word in unseen if _plain(word.text))
    detail = detail if len(detail) <= _TOLD_LETTERS else f"{detail[:_TOLD_LETTERS]} …"
    return (Finding(FindingCode.HIDDEN_TEXT, number, detail),) if detail else ()


def _worth(text: str, seen: int, covered: float) -> Worth:
    if not is_sound(text):
        return Worth.UNUSABLE
    short = seen < _FEWEST_LETTERS or (seen < _FEW_LETTERS and covered >= _COVERED)
    return Worth.THIN if short else Worth.ENOUGH


def with_own(own: OwnText, read: RecognisedPage) -> RecognisedPage:
    """Join what was read on a page with its own text: unusable text is left out, and that is said.

    Of the words read, those stay that the own text does not have at their place already. Invisible
    words (an older OCR layer) count where the same was read; if too few do, that is said, too.
    """
    if own.worth is Worth.UNUSABLE:
        unusable = Finding(FindingCode.TEXT_UNUSABLE, read.number)
        return replace(read, findings=(*read.findings, unusable))
    confirmed, unread = _confirmed(own.unseen, read.words)
    there = (*own.page.words, *confirmed)
    compared = there if len(there) * len(read.words) <= _MOST_COMPARED else ()
    new = tuple(word for word in read.words if not any(_covers(one, word) for one in compared))
    lines = 1 + max((word.line for word in new), default=-1)
    words = (*new, *(replace(word, line=word.line + lines) for word in there))
    told = _hidden(read.number, unread) if len(unread) > _MOST_UNREAD * len(own.unseen) else ()
    findings = (*read.findings, *told)
    return replace(read, words=words, text=lines_of(words), own_words=len(there), findings=findings)


def _confirmed(
    unseen: tuple[Word, ...], read: tuple[Word, ...]
) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """Part invisible words into those that OCR read, too (each as often), and the others."""
    left = Counter(_plain(word.text) for word in read)
    confirmed, unread = list[Word](), list[Word]()
    for word in unseen:
        plain = _plain(word.text)
        (confirmed if left[plain] > 0 else unread).append(word)
        left[plain] -= 1
    return tuple(confirmed), tuple(unread)


def _plain(text: str) -> str:
    """Leave letters and digits: at punctuation every OCR errs."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _covers(one: Word, other: Word) -> bool:
    """Tell whether a word stands where another one was read."""
    x, y = (other.box.x0 + other.box.x1) / 2, (other.box.y0 + other.box.y1) / 2
    return one.box.x0 <= x <= one.box.x1 and one.box.y0 <= y <= one.box.y1


def lines_of(words: Iterable[Word]) -> str:
    """Join words to lines, in their order."""
    return "\n".join(
        " ".join(word.text for word in line)
        for _, line in groupby(words, key=lambda word: word.line)
    )


def _covered(page: pypdfium2.PdfPage, area: float) -> float:
    """Give the share of a page that its pictures cover, counted twice where they overlap."""
    pictures = page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,))
    bounds = [_outermost(picture).get_bounds() for picture in pictures]
    return float(sum((right - left) * (top - low) for left, low, right, top in bounds)) / max(
        area, 1
    )


def _outermost(drawn: pypdfium2.PdfObject) -> pypdfium2.PdfObject:
    """Give the form that the page draws, for a picture within: PDFium measures in the form."""
    while drawn.container is not None:
        drawn = drawn.container
    return drawn


def _glyphs(textpage: pypdfium2.PdfTextPage, left: float, top: float) -> list[_Glyph]:
    """Give the characters with their boxes from the top left; white space splits words."""
    glyphs, line = list[_Glyph](), 0
    edges = [ctypes.c_double() for _ in range(4)]
    for index in range(textpage.count_chars()):
        text = chr(raw.FPDFText_GetUnicode(textpage, index) or 0xFFFD)
        line += text == "\n"
        raw.FPDFText_GetCharBox(textpage, index, *(ctypes.byref(edge) for edge in edges))
        x0, x1, low, high = (edge.value for edge in edges)
        box = Box(x0 - left, top - high, x1 - left, top - low)
        glyphs.append(_Glyph(text, box, line, _is_seen(textpage, index)))
    return glyphs


def _is_seen(textpage: pypdfium2.PdfTextPage, index: int) -> bool:
    shown = raw.FPDFText_GetTextObject(textpage, index)
    mode = raw.FPDFTextObj_GetTextRenderMode(shown) if shown else raw.FPDF_TEXTRENDERMODE_FILL
    return bool(mode != raw.FPDF_TEXTRENDERMODE_INVISIBLE)


def _words(glyphs: Iterable[_Glyph]) -> Iterator[tuple[Word, bool]]:
    """Give the words, each with whether its text is drawn at all; both ways need words apart."""
    runs = groupby(glyphs, key=lambda glyph: (glyph.line, glyph.text.isspace(), glyph.seen))
    for (line, space, seen), run in runs:
        if not space:
            yield _word(list(run), line), seen


def _word(run: list[_Glyph], line: int) -> Word:
    box = Box(
        min(glyph.box.x0 for glyph in run),
        min(glyph.box.y0 for glyph in run),
        max(glyph.box.x1 for glyph in run),
        max(glyph.box.y1 for glyph in run),
    )
    return Word("".join(glyph.text for glyph in run), box, 1.0, line)
