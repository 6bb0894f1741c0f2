"""The date of a letter (pure): where DIN 5008 puts it, else the best guess with less trust."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from eakte.classify.anchors import anchors, is_closing
from eakte.classify.layout import Layout, Line
from eakte.domain.german import Reading, dates_in
from eakte.domain.letters import Field, FieldName

_LABEL = re.compile(
    r"(?:^|\s)(?:(?:Rechnungs|Brief|Ausstellungs|Beleg)-?)?Datum\s*:?\W*$", re.IGNORECASE
)
_PLACE = re.compile(
    r"^\W*[A-ZÄÖÜ][\wäöüß.-]+(?:[\s-][\w.()-]+){0,3}\s*,\s*(?:den|am|im)?\s*\W?$|\b(?:den|dem)\s*$"
)
_BIRTH = re.compile(r"\bgeb(?:oren|\.|urts\w*)?\b", re.IGNORECASE)
_OTHER = re.compile(
    r"\b(?:Nachricht|Schreiben|Bescheid\w*|Bestell\w*|Auftrag\w*|Liefer\w*|Leistung\w*|fällig\w*|"
    r"zahlbar|bis|seit|ab|vom|von|am|zum|Frist|Stand|Zeitraum|Beginn|Eintritt|Rechnung)\W*"
    r"(?:zum|bis|am|vom|:)*\W*$",
    re.IGNORECASE,
)
_LABELLED, _PLACED, _ALONE, _SIGNED, _TOP, _BODY, _NAMED = 0.97, 0.95, 0.92, 0.8, 0.6, 0.35, 0.2
_UPPER = 0.45
_MENDED = 0.9
_LONGEST_ALONE = 6
_EDGES = " .,;:'|[("


def letter_date(pages: Sequence[Layout], received: date) -> Field | None:
    """Give the most trusted date of a letter, never one of birth; None if there is none.

    A date after the receipt cannot be the letter's: it counts less, and `doubts` reports it.
    """
    found = [
        _field(line, reading, *_trust(number, page, row, line, reading, form=form))
        for number, page in enumerate(pages)
        for form in (anchors(page).greeting is None,)
        for row in page.rows
        for line in row
        for reading in dates_in(line.text)
    ]
    return max(
        (field for field in found if field.confidence > 0),
        key=lambda field: field.confidence * _plausible(field.value, received),
        default=None,
    )


def _plausible(value: str, received: date) -> float:
    age = (received - date.fromisoformat(value)).days
    return 1.0 if 0 <= age <= 366 else 0.4  # noqa: PLR2004 - a year


def _trust(
    number: int, page: Layout, row: Sequence[Line], line: Line, reading: Reading, *, form: bool
) -> tuple[float, str]:
    upper = number == 0 and line.middle < _UPPER * page.height
    before, rest = line.text[: reading.start], line.text[reading.end :].strip(_EDGES)
    bare = not before.strip(_EDGES) and not rest
    label, cell = _label(page, row, line, bare=bare and form)
    label = before if before.strip(_EDGES) else label
    if _BIRTH.search(label[-40:]):
        return 0.0, "birth"
    if _LABEL.search(label):
        return (_LABELLED, "label") if upper else (_SIGNED, "label below")
    if not rest and _PLACE.search(before):
        return (_PLACED, "place and date") if upper else _below(page, line)
    if cell or _OTHER.search(label):
        return _NAMED, "another date"
    return _by_place(before, rest, upper=upper)


def _by_place(before: str, rest: str, *, upper: bool) -> tuple[float, str]:
    """Trust a date that nothing names: alone in the upper part it is the letter's."""
    if upper and len(before) + len(rest) < _LONGEST_ALONE:
        return _ALONE, "date line"
    return (_TOP, "upper part") if upper and not rest else (_BODY, "text")


def _label(page: Layout, row: Sequence[Line], line: Line, *, bare: bool) -> tuple[str, bool]:
    """Give what names a date, left of it or, in a form, above it, and whether it is such a field.

    Only what has no greeting can be a form.
    """
    beside = next((each.text for each in reversed(row) if each.box.x1 <= line.box.x0), "")
    named = (_LABEL, _OTHER, _BIRTH)
    over = page.above(line)
    if not bare or over is None or any(name.search(beside) for name in named):
        return beside, False
    return over.text, not beside.rstrip().endswith(":")


def _below(page: Layout, line: Line) -> tuple[float, str]:
    """Trust place and date at the end of a letter, more so below its closing."""
    closed = any(is_closing(each.text) and each.middle < line.middle for each in page.lines)
    return _SIGNED + 0.05 if closed else _SIGNED, "place and date below"


def _field(line: Line, reading: Reading, trust: float, rule: str) -> Field:
    box, sure = line.evidence(reading.start, reading.end)
    confidence = trust * (0.7 + 0.3 * sure) * (1.0 if reading.exact else _MENDED)
    read = line.text[reading.start : reading.end]
    return Field(FieldName.DATE, reading.value, read, round(confidence, 3), rule, line.page, box)
