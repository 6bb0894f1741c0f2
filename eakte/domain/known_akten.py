"""Readings of an Aktenzeichen compared with the Akten that exist (pure)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from eakte.domain.letters import Extraction, Field, FieldName
from eakte.domain.offices import IMPLAUSIBLE

MENDED = "known Akte"
IN_TEXT, LATER = "text", "later page"
"""Rules of Aktenzeichen that stand in running text: what a letter says there is data, no reference,
and only suggests where it belongs."""
_MENDED_TRUST = 0.9


def settled(extraction: Extraction, exists: Callable[[str], bool]) -> Extraction:
    """Mend Aktenzeichen against the Akten that exist, and against nothing else.

    A reading that is no Akte becomes the one Akte that OCR's confusions allow it to mean; if they
    allow none or several it stays as it is: an unknown Aktenzeichen, for a person to see.
    """
    fields = (
        _settled(each, exists) if each.name is FieldName.AKTENZEICHEN and each.value else each
        for each in extraction.fields
    )
    return Extraction(tuple(fields))


def only_suggests(field: Field) -> bool:
    """Tell whether an Aktenzeichen stands where no reference stands."""
    return field.rule.removesuffix(f", {MENDED}") in {IN_TEXT, LATER}


def _settled(field: Field, exists: Callable[[str], bool]) -> Field:
    if exists(field.value):
        return replace(field, doubt="") if field.doubt == IMPLAUSIBLE else field
    meant = [each for each in field.others if exists(each)]
    if len(meant) != 1:
        return field
    rule, confidence = f"{field.rule}, {MENDED}", round(field.confidence * _MENDED_TRUST, 3)
    return replace(field, value=meant[0], rule=rule, confidence=confidence)
