"""Doubts about what was extracted (pure): a clerk should look before anything rests on it."""

from __future__ import annotations

from datetime import date

from eakte.domain.findings import Finding, FindingCode
from eakte.domain.letters import Extraction, Field, FieldName
from eakte.i18n import N_

OLDEST_YEARS = 10
SURE = 0.3
"""A date that is less certain is reported."""


def doubts(extraction: Extraction, received: date) -> tuple[Finding, ...]:
    """Give the findings on fields of a letter received on a day.

    The date of a letter is doubtful if it is later than the receipt, more than ten years older, or
    a guess; the date of receipt is never taken from it.
    """
    found = extraction.first(FieldName.DATE)
    reason = _doubt(found, received) if found else None
    if found is None or reason is None:
        return ()
    return (Finding(FindingCode.DOUBTFUL_DATE, found.page, f"{found.read} – {reason}"),)


def _doubt(found: Field, received: date) -> str | None:
    written = date.fromisoformat(found.value)
    if written > received:
        return N_("later than its receipt")
    if written.year < received.year - OLDEST_YEARS:
        return N_("more than ten years old")
    return N_("only a guess") if found.confidence < SURE else None
