"""Numbers that stand beside their label (pure): Kassenzeichen, and the number of an invoice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from eakte.classify.layout import Layout, Line
from eakte.classify.sums import field, once
from eakte.domain.german import Reading
from eakte.domain.letters import Field, FieldName

_KASSENZEICHEN = re.compile(
    r"\b(?:Kassen-?zeichen|Buchungs-?zeichen|Kassen-?Nr\.?|Personenkonto|Debitoren-?(?:Nr\.?|nummer))"
    r"(?:\s+(?:lautet|ist|Nr\.?))?\s*:?\s*",
    re.IGNORECASE,
)
_INVOICE = re.compile(
    r"\b(?:Rechnungs?\s?-?\s?(?:Nr\.?|Nummer|No\.?)|(?:Ab?schlags|Schluss|Teil)?Rechnung\s+(?:Nr\.?|Nummer|No\.?)|"
    r"Beleg-?(?:Nr\.?|nummer)|Faktura(?:\s+Nr\.?)?)\s*[:#]?\s*",
    re.IGNORECASE,
)
_KASSENZEICHEN_VALUE = re.compile(r"\d(?:[\d./-]|\s(?=\d)){4,28}\d")
_INVOICE_VALUE = re.compile(r"(?=[A-Za-z0-9/-]*\d)[A-Za-z0-9][A-Za-z0-9./_-]{0,28}[A-Za-z0-9]")
_LEAD = re.compile(r"(?:lautet|ist|Nr\.?)\s*:?\s*", re.IGNORECASE)
_FEWEST_DIGITS = 6
_FEW_WORDS = 4
_LABELLED, _IN_TEXT = 0.93, 0.85


def kassenzeichen(pages: Sequence[Layout]) -> tuple[Field, ...]:
    """Give every Kassenzeichen, as written but without spaces."""
    found = [
        field(FieldName.KASSENZEICHEN, line, reading, _LABELLED, "label")
        for page in pages
        for line, reading in _beside(page, _KASSENZEICHEN, _KASSENZEICHEN_VALUE)
        if sum(each.isdigit() for each in reading.value) >= _FEWEST_DIGITS
    ]
    return once(found)


def invoice_number(pages: Sequence[Layout]) -> tuple[Field, ...]:
    """Give the number of the invoice that the letter is, from its first page; () without one."""
    found = [
        field(FieldName.INVOICE_NUMBER, line, reading, trust, "label")
        for page in pages[:1]
        for line, reading in _beside(page, _INVOICE, _INVOICE_VALUE)
        for trust in (_IN_TEXT if line.text.count(" ") > _FEW_WORDS else _LABELLED,)
    ]
    return tuple(sorted(found, key=lambda each: -each.confidence)[:1])


def _beside(
    page: Layout, label: re.Pattern[str], value: re.Pattern[str]
) -> Iterator[tuple[Line, Reading]]:
    """Find values after their label in a line, else right of it, else below it."""
    for row in page.rows:
        for place, line in enumerate(row):
            for named in label.finditer(line.text):
                found = value.match(line.text, named.end())
                if found:
                    yield line, _reading(found)
                elif not line.text[named.end() :].strip():
                    yield from _next_to(page, row[place + 1 :], line, value)


def _next_to(
    page: Layout, right: Sequence[Line], label: Line, value: re.Pattern[str]
) -> Iterator[tuple[Line, Reading]]:
    """Find a value right of its label, below it in a form, or where the running text goes on."""
    below = (each for each in page.lines if page.above(each) is label)
    after = (each for each in page.lines if page.before(each) is label)
    for line in (*right[:1], *islice(below, 1), *islice(after, 1)):
        lead = _LEAD.match(line.text)
        found = value.match(line.text, lead.end() if lead else 0)
        if found:
            yield line, _reading(found)
            return


def _reading(found: re.Match[str]) -> Reading:
    value = re.sub(r"\s", "", found.group())
    return Reading(found.start(), found.end(), value, exact=True)
