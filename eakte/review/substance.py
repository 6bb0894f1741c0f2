"""Which corrections mean that the machine was wrong in substance, so that a sample fails."""

from __future__ import annotations

from eakte.domain.akten import Document
from eakte.domain.letters import FieldName

_WORDING = frozenset({FieldName.SUBJECT, FieldName.SENDER})
"""Fields whose slips of OCR a clerk mends without doubting the rest of the batch."""


def is_substantial(before: Document, after: Document) -> bool:
    """Tell whether class, Akte, pages, date, or a value other than wording was corrected."""
    return _facts(before) != _facts(after)


def _facts(letter: Document) -> tuple[object, ...]:
    values = {
        (field.name, field.value)
        for field in letter.extraction.fields
        if field.name not in _WORDING
    }
    return (
        letter.classification.class_id,
        letter.aktenzeichen,
        letter.pages,
        letter.letter_date,
        frozenset(values),
    )
