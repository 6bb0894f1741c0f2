"""What a clerk types is checked and kept in the records' own form; before and after are kept."""

from __future__ import annotations

import pytest

from eakte.domain.letters import Extraction, Field, FieldName
from eakte.review.corrections import difference, is_by_person, normalised, with_field
from tests.unit.review.letters import letter


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        (FieldName.DATE, "2026-03-01", "2026-03-01"),
        (FieldName.DATE, "1.3.2026", "2026-03-01"),
        (FieldName.DATE, " 01. 03. 2026 ", "2026-03-01"),
        (FieldName.AMOUNT, "1.234,50 €", "1234.50 EUR"),
        (FieldName.AMOUNT, "1234.5", "1234.50 EUR"),
        (FieldName.AMOUNT, "12,00 CHF", "12.00 CHF"),
        (FieldName.IBAN, "de89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        (FieldName.SENDER, "  Ida   Faber ", "Ida Faber"),
        (FieldName.AKTENZEICHEN, "32.1-112.05/2026-0417", "32.1-112.05/2026-0417"),
        (FieldName.DATE, "", ""),
    ],
)
def test_values_are_kept_in_one_form(name: FieldName, typed: str, kept: str) -> None:
    assert normalised(name, typed) == kept


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        (FieldName.DATE, "30.2.2026"),
        (FieldName.DATE, "gestern"),
        (FieldName.AMOUNT, "viel"),
        (FieldName.AMOUNT, "1,2,3"),
        (FieldName.IBAN, "DE89370400440532013001"),
        (FieldName.AKTENZEICHEN, "32/17"),
        (FieldName.SENDER, "x" * 501),
        (FieldName.SUBJECT, "\x1b[2J"),
    ],
)
def test_impossible_values_are_refused(name: FieldName, typed: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        normalised(name, typed)


def test_a_corrected_field_says_who_and_stays_in_its_place() -> None:
    read = Field(FieldName.SENDER, "Ida Faher", "Ida Faher", 0.6, "return line", 2)
    before = letter(sender="Ida Faher", extraction=Extraction((read,)), pages=(2, 3))
    after = with_field(before, FieldName.SENDER, "Ida Faber", "probst")
    (field,) = after.extraction.fields
    assert (field.value, field.confidence, field.page) == ("Ida Faber", 1.0, 2)
    assert field.rule == "person:probst"
    assert is_by_person(field.rule)
    assert after.sender == "Ida Faber"
    gone = with_field(after, FieldName.SENDER, "", "probst")
    assert (gone.sender, gone.extraction.fields) == ("", ())


def test_before_and_after_name_what_changed_and_nothing_else() -> None:
    before = letter(aktenzeichen="32.1-112.05/2026-0417")
    after = with_field(before, FieldName.DATE, "2026-03-01", "probst")
    told = difference(before, after, "salt")
    assert (told.before, told.after) == ({"date": ""}, {"date": "2026-03-01"})
    assert (told.document, told.salt) == (before.id, "salt")
