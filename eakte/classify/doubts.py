"""Doubts about what was extracted (pure): a clerk should look before anything rests on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from eakte.domain.findings import Finding, FindingCode
from eakte.domain.letters import Extraction, Field, FieldName
from eakte.i18n import N_

OLDEST_YEARS = 10
SURE = 0.3
"""A date that is less certain is none."""
_CODES = {
    FieldName.DATE: FindingCode.DOUBTFUL_DATE,
    FieldName.AKTENZEICHEN: FindingCode.DOUBTFUL_AKTENZEICHEN,
    FieldName.IBAN: FindingCode.DOUBTFUL_IBAN,
}


def judged(extraction: Extraction, received: date) -> Extraction:
    """Judge the date of a letter received on a day (in Germany).

    If it is later than the receipt, more than ten years older, or a guess, it keeps what was read
    and loses its value. The date of receipt is never taken from it.
    """
    return Extraction(tuple(_judged(each, received) for each in extraction.fields))


def _judged(field: Field, received: date) -> Field:
    if field.name is not FieldName.DATE or not field.value:
        return field
    written = date.fromisoformat(field.value)
    if written > received:
        return replace(field, value="", doubt=N_("later than its receipt"))
    if written.year < received.year - OLDEST_YEARS:
        return replace(field, value="", doubt=N_("more than ten years old"))
    guess = field.confidence < SURE
    return replace(field, value="", doubt=N_("only a guess")) if guess else field


def doubts(extraction: Extraction) -> tuple[Finding, ...]:
    """Give a finding for each doubtful date, Aktenzeichen and IBAN: what was read, and why."""
    found = (
        Finding(_CODES[field.name], field.page, f"{field.read} – {field.doubt}")
        for field in extraction.fields
        if field.doubt and field.name in _CODES
    )
    return tuple(dict.fromkeys(found))
