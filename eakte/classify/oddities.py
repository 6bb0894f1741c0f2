"""What is odd about a letter as a whole (pure): flagged for a person, never guessed away.

Several letters in one scan, attachments that are there or not, hardly any text, other languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from eakte.classify.anchors import anchors
from eakte.classify.languages import foreign
from eakte.classify.layout import Layout, lay_out
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.text import RecognisedPage

_LITTLE = 150
"""Letters and digits of a whole letter below which its class rests on a few words."""
_DATE = re.compile(
    r"\b\d{1,2}\.\s?(?:\d{1,2}\.|Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|"
    r"November|Dezember)\s?(?:19|20)?\d\d\b"
)
_HEAD = 0.5
"""A letter begins in the upper half of a page (share of its height)."""
_ENCLOSED = re.compile(
    r"^\W*(?:\d+\s+)?Anl(?:agen?|\.)\b(?!\s*(?:zu[rm]?|der|die|des|auf)\b)"
    r"|\b(?:in|als|mit)\s+(?:der\s+|den\s+)?(?:Anlage|Anhang)\b|\banbei\b|\bfüge[n]?\s.{0,60}\bbei\b"
    r"|\bbeigefügt",
    re.IGNORECASE,
)


def oddities(pages: Sequence[RecognisedPage]) -> tuple[Finding, ...]:
    """Give the findings on a letter's pages, in the order of the list above."""
    layouts = [lay_out(page) for page in pages]
    return (
        *_several_letters(layouts),
        *_attachments(layouts),
        *_little_text(pages),
        *_other_languages(pages),
    )


def _several_letters(layouts: Sequence[Layout]) -> Iterator[Finding]:
    """Name the pages on which another letter seems to begin: a head and a salutation."""
    for layout in layouts[1:]:
        if _begins_letter(layout):
            yield Finding(FindingCode.SEVERAL_LETTERS, layout.page)
    for layout in layouts[:1]:
        if _greetings_after_a_closing(layout):
            yield Finding(FindingCode.SEVERAL_LETTERS, layout.page)


def _begins_letter(layout: Layout) -> bool:
    """Tell whether a page has a salutation in its upper half, under a recipient or a date."""
    found = anchors(layout)
    greeting = found.greeting
    if greeting is None or greeting.middle > _HEAD * layout.height:
        return False
    over = [line for line in layout.lines if line.middle < greeting.middle]
    addressed = found.recipient is not None and found.recipient.middle < greeting.middle
    return addressed or any(_DATE.search(line.text) for line in over)


def _greetings_after_a_closing(layout: Layout) -> bool:
    """Tell whether a page goes on with a salutation after a letter has closed."""
    found = anchors(layout)
    if found.closing is None:
        return False
    below = [line for line in layout.lines if line.middle > found.closing.middle]
    rest = Layout(layout.page, layout.width, layout.height, tuple(below), ())
    return anchors(rest).greeting is not None


def _attachments(layouts: Sequence[Layout]) -> Iterator[Finding]:
    """Tell of pages after the one that closes the letter, or that those it names are missing."""
    closed = next(
        (place for place, each in enumerate(layouts) if anchors(each).closing is not None), None
    )
    after = layouts[closed + 1 :] if closed is not None else []
    for layout in after:
        yield Finding(FindingCode.ATTACHMENTS, layout.page)
    named = next(
        (line for each in layouts for line in each.lines if _ENCLOSED.search(line.text)), None
    )
    if named is not None and not after and closed is not None:
        yield Finding(FindingCode.ATTACHMENTS_MISSING, named.page)


def _little_text(pages: Sequence[RecognisedPage]) -> Iterator[Finding]:
    if sum(sum(map(str.isalnum, page.text)) for page in pages) < _LITTLE:
        yield Finding(FindingCode.LITTLE_TEXT)


def _other_languages(pages: Sequence[RecognisedPage]) -> Iterator[Finding]:
    for page in pages:
        language = foreign(page.text)
        if language is not None:
            yield Finding(FindingCode.OTHER_LANGUAGE, page.number, language)
