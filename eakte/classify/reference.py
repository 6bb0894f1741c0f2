"""Every Aktenzeichen of a letter, most trusted first (pure).

Trust goes by place: beside a label (Ihr Zeichen, Aktenzeichen, Az.) or in the block of references,
then in the Betreff, then in the running text; page one before the others. What looks like one and
cannot be read as one is given without a value: better a person looks than that it is overlooked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from eakte.classify.anchors import anchors
from eakte.classify.layout import Layout, Line
from eakte.classify.sums import field as field_of
from eakte.domain.german import Reading, aktenzeichen_in, like_aktenzeichen
from eakte.domain.known_akten import IN_TEXT, LATER
from eakte.domain.letters import Field, FieldName
from eakte.domain.offices import IMPLAUSIBLE, Office, is_plausible
from eakte.i18n import N_

_LABEL = re.compile(
    r"\b(?:Ihr\s+Zeichen|Aktenzeichen|Az\b|Gesch(?:äfts)?-?z(?:eichen)?|Ihre\s+(?:Nachricht|Akte)|"
    r"Kennziffer|Personalakte|Akte)",
    re.IGNORECASE,
)
_LABEL_ALONE = re.compile(rf"\W*(?:Ihr(?:e[nm]?)?\s+)?{_LABEL.pattern}\b\W*$", re.IGNORECASE)
"""Below the head of a letter: nothing but a label may stand before it, else it is a sentence."""
_NOT_OURS = re.compile(r"\b(?:Unser|Mein)\s+(?:Zeichen|Az)", re.IGNORECASE)
_LABELLED, _BLOCK, _LABELLED_BELOW, _SUBJECT = 0.98, 0.95, 0.94, 0.93
_BODY, _LATER, _OURS = 0.8, 0.7, 0.6
_UPPER = 0.4
"""The block of references stands in this upper part of the page."""
_MENDED = 0.9
"""Factor where OCR had to be forgiven."""


_HARD_TO_READ = 0.6
"""The OCR engine's own confidence below which a digit may well be another."""
UNREADABLE = N_("looks like an Aktenzeichen, but cannot be read as one")
HARD_TO_READ = N_("hard to read: a digit may be another")


def references(
    pages: Sequence[Layout], subject: str, received: date, offices: Sequence[Office] = ()
) -> tuple[Field, ...]:
    """Give each Aktenzeichen once, with its best evidence, most trusted first; doubts in them.

    Of places that are trusted alike the first counts more, however well each of them reads.
    """
    found = [
        _told(line, reading, *_trust(number, page, row, line, reading, subject))
        for number, page in enumerate(pages)
        for row in page.rows
        for line in row
        for reading in aktenzeichen_in(line.text)
    ]
    best: dict[str, Field] = {}
    for _trusted, field in sorted(found, key=lambda told: -told[0]):
        if best.setdefault(field.value, field).doubt and not field.doubt:
            best[field.value] = replace(best[field.value], doubt="")
    judged = (_judged(field, received, offices) for field in best.values())
    return (*judged, *_unreadable(pages))


def _judged(field: Field, received: date, offices: Sequence[Office]) -> Field:
    plausible = is_plausible(field.value, offices, received)
    return field if plausible else replace(field, doubt=IMPLAUSIBLE)


def _unreadable(pages: Sequence[Layout]) -> Iterator[Field]:
    for page in pages:
        for line in page.lines:
            for start, end in like_aktenzeichen(line.text):
                reading = Reading(start, end, "", exact=False)
                yield field_of(
                    FieldName.AKTENZEICHEN, line, reading, 0.0, "resemblance", UNREADABLE
                )


def _trust(
    number: int, page: Layout, row: Sequence[Line], line: Line, reading: Reading, subject: str
) -> tuple[float, str]:
    beside = " ".join(each.text for each in row if each.box.x0 < line.box.x0)
    before = f"{beside} {line.text[: reading.start]}"
    upper = number == 0 and line.middle < _end_of_head(page)
    if _NOT_OURS.search(before):
        return _OURS, "their own reference"
    if _LABEL.search(before[-60:]) if upper else _LABEL_ALONE.match(before):
        return _LABELLED if upper else _LABELLED_BELOW, "label"
    if line.text[reading.start : reading.end] in subject:
        return _SUBJECT, "Betreff"
    if upper and line.box.x0 > page.width / 2:
        return _BLOCK, "block of references"
    return (_BODY, IN_TEXT) if number == 0 else (_LATER, LATER)


def _end_of_head(page: Layout) -> float:
    """Give where the letter itself begins at the latest: no reference block stands below."""
    greeting = anchors(page).greeting
    return min(_UPPER * page.height, greeting.middle if greeting else page.height)


def _told(line: Line, reading: Reading, trust: float, rule: str) -> tuple[float, Field]:
    """Give how far a place is trusted, and what stands there."""
    trusted = trust if reading.exact else trust * _MENDED
    hard = line.evidence(reading.start, reading.end)[1] < _HARD_TO_READ
    doubt = HARD_TO_READ if hard else ""
    return trusted, field_of(FieldName.AKTENZEICHEN, line, reading, trusted, rule, doubt)
