"""Every Aktenzeichen of a letter, most trusted first (pure).

Trust goes by place: beside a label (Ihr Zeichen, Aktenzeichen, Az.) or in the block of references,
then in the Betreff, then in the running text; page one before the others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from eakte.classify.layout import Layout, Line
from eakte.domain.german import Reading, aktenzeichen_in
from eakte.domain.letters import Field, FieldName

_LABEL = re.compile(
    r"\b(?:Ihr\s+Zeichen|Aktenzeichen|Az\b|Gesch(?:äfts)?-?z(?:eichen)?|Ihre\s+(?:Nachricht|Akte)|"
    r"Kennziffer|Personalakte|Akte)",
    re.IGNORECASE,
)
_NOT_OURS = re.compile(r"\b(?:Unser|Mein)\s+(?:Zeichen|Az)", re.IGNORECASE)
_LABELLED, _BLOCK, _SUBJECT, _BODY, _LATER, _OURS = 0.98, 0.95, 0.93, 0.8, 0.7, 0.6
_UPPER = 0.4
"""The block of references stands in this upper part of the page."""
_MENDED = 0.9
"""Factor where OCR had to be forgiven."""


def references(pages: Sequence[Layout], subject: str) -> tuple[Field, ...]:
    """Give each Aktenzeichen once, with its best evidence, most trusted first."""
    found = [
        _field(line, reading, *_trust(number, page, row, line, reading, subject))
        for number, page in enumerate(pages)
        for row in page.rows
        for line in row
        for reading in aktenzeichen_in(line.text)
    ]
    best: dict[str, Field] = {}
    for field in sorted(found, key=lambda field: -field.confidence):
        best.setdefault(field.value, field)
    return tuple(best.values())


def _trust(
    number: int, page: Layout, row: Sequence[Line], line: Line, reading: Reading, subject: str
) -> tuple[float, str]:
    beside = " ".join(each.text for each in row if each.box.x0 < line.box.x0)
    before = f"{beside} {line.text[: reading.start]}"
    upper = number == 0 and line.middle < _UPPER * page.height
    if _NOT_OURS.search(before):
        return _OURS, "their own reference"
    if _LABEL.search(before[-60:]) and (upper or len(line.text) < 60):  # noqa: PLR2004 - no sentence
        return _LABELLED, "label"
    if line.text[reading.start : reading.end] in subject:
        return _SUBJECT, "Betreff"
    if upper and line.box.x0 > page.width / 2:
        return _BLOCK, "block of references"
    return (_BODY, "text") if number == 0 else (_LATER, "later page")


def _field(line: Line, reading: Reading, trust: float, rule: str) -> Field:
    box, sure = line.evidence(reading.start, reading.end)
    confidence = trust * (0.7 + 0.3 * sure) * (1.0 if reading.exact else _MENDED)
    return Field(
        FieldName.AKTENZEICHEN,
        reading.value,
        line.text[reading.start : reading.end],
        round(confidence, 3),
        rule,
        line.page,
        box,
    )
