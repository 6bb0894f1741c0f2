from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from eakte.classify.extract import extract
from eakte.domain.letters import Extraction, FieldName
from eakte.domain.text import Box, RecognisedPage
from tests.unit.classify.typed_page import LETTER, typed

RECEIVED = date(2026, 3, 5)


def values(extraction: Extraction) -> dict[str, str]:
    return {name.value: found.value for name in FieldName if (found := extraction.first(name))}


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_letter_after_din_5008_gives_all_fields_however_it_was_scanned(rotation):
    found = extract((typed(LETTER, rotation=rotation),), RECEIVED)
    assert values(found) == {
        "aktenzeichen": "32.1-112.05/2026-0417",
        "date": "2026-03-02",
        "sender": "Gudrun Tannhauser",
        "subject": "Widerspruch gegen den Gebührenbescheid für das Aufstellen "
        "von zwei Tischen vor meinem Laden",
        "sender_address": "Rosenweg 5, 79999 Neuenfurt",
        "recipient": "Ordnungsamt",
    }


def test_every_field_has_its_evidence_on_the_page():
    found = extract((typed(LETTER, number=3),), RECEIVED)
    when = found.first(FieldName.DATE)
    assert when is not None
    assert (when.page, when.read, when.rule) == (3, "2. März 2026", "place and date")
    assert when.box == Box(425.0, 216.0, 485.0, 226.0)
    assert all(0 < field.confidence < 1 and field.box for field in found.fields)


def test_aktenzeichen_come_in_order_of_trust():
    found = extract((typed(LETTER),), RECEIVED).all(FieldName.AKTENZEICHEN)
    assert [field.value for field in found] == ["32.1-112.05/2026-0417", "66.1-657.30/2026-0009"]
    assert found[0].confidence > found[1].confidence
    assert [field.rule for field in found] == ["label", "text"]


def test_a_label_in_the_head_counts_more_than_one_in_the_text_however_well_that_is_read():
    page = typed(
        [
            (70.0, 200.0, "Ihr Zeichen: 66.3-659.40/2025-0019"),
            (70.0, 300.0, "Sehr geehrte Damen und Herren,"),
            (70.0, 500.0, "Aktenzeichen: 20.1-702.11/2026-0003"),
        ]
    )
    words = tuple(
        replace(each, confidence=0.99 if each.box.y0 > 400 else 0.96) for each in page.words
    )
    found = extract((replace(page, words=words),), RECEIVED).all(FieldName.AKTENZEICHEN)
    assert [field.value for field in found] == ["66.3-659.40/2025-0019", "20.1-702.11/2026-0003"]
    assert [field.rule for field in found] == ["label", "label"]


@pytest.mark.parametrize(
    "read", ["32.1–112.O5/2O26-04l7", "32,1 - 112.05 / 2026-0417", "32.1-112.0512026-0417"]
)
def test_an_aktenzeichen_that_ocr_misread_is_mended_but_trusted_less(read):
    exact = extract((typed([(70.0, 300.0, "Az. 32.1-112.05/2026-0417")]),), RECEIVED)
    mended = extract((typed([(70.0, 300.0, f"Az. {read}")]),), RECEIVED)
    assert values(mended)["aktenzeichen"] == "32.1-112.05/2026-0417"
    assert mended.fields[0].confidence < exact.fields[0].confidence


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("Neuenfurt, 02.03.2026", "2026-03-02"),
        ("Datum: 2026-03-02", "2026-03-02"),
        ("2. März 2026", "2026-03-02"),
        ("Bad Wurzach, den 28.2.26", "2026-02-28"),
    ],
)
def test_german_dates_are_read(line, wanted):
    page = typed([(350.0, 200.0, line), (70.0, 300.0, "Sehr geehrte Frau Amsel,")])
    assert values(extract((page,), RECEIVED))["date"] == wanted


@pytest.mark.parametrize(
    "line",
    ["geboren am 03.04.1961", "Geburtsdatum: 03.04.1961", "geb. 3. April 1961", "31.02.2026"],
)
def test_a_birth_date_or_an_impossible_one_is_no_date_of_a_letter(line):
    page = typed([(70.0, 200.0, line), (70.0, 300.0, "Sehr geehrte Frau Amsel,")])
    assert FieldName.DATE not in {field.name for field in extract((page,), RECEIVED).fields}


def test_dates_of_a_form_are_told_apart_by_the_labels_above_them():
    page = typed(
        [
            (70.0, 200.0, "Geburtsdatum"),
            (70.0, 212.0, "03.04.1961"),
            (200.0, 200.0, "Betriebsprüfung"),
            (200.0, 212.0, "01.02.2026"),
            (70.0, 600.0, "Ort, Datum"),
            (70.0, 612.0, "Neuenfurt, 02.03.2026"),
        ]
    )
    assert values(extract((page,), RECEIVED))["date"] == "2026-03-02"


def test_the_recipient_is_never_the_sender():
    page = typed(
        [
            (70.0, 60.0, "Stadt Neuenfurt", 16.0),
            (70.0, 90.0, "Bürgermeisteramt Neuenfurt"),
            (70.0, 300.0, "Sehr geehrte Damen und Herren,"),
            (70.0, 810.0, "Stadt Neuenfurt"),
        ]
    )
    assert "sender" not in values(extract((page,), RECEIVED))


def test_a_firm_is_named_by_letterhead_and_return_line_not_by_who_signs():
    page = typed(
        [
            (70.0, 40.0, "Aufzugdienst Pförtner GmbH", 18.0),
            (70.0, 130.0, "Aufzugdienst Pförner GmbH · Ring 12 · 79996 Hohenlauch", 6.0),
            (70.0, 160.0, "Stadt Neuenfurt"),
            (70.0, 300.0, "Sehr geehrte Damen und Herren,"),
            (70.0, 400.0, "Mit freundlichen Grüßen"),
            (70.0, 430.0, "Knut Abelein"),
            (70.0, 700.0, "Alle Leistungen der Aufzugdienst Pförtner GmbH gelten als abgenommen."),
        ]
    )
    assert values(extract((page,), RECEIVED))["sender"] == "Aufzugdienst Pförtner GmbH"


def test_a_councillor_is_the_sender_not_the_group():
    page = typed(
        [
            (70.0, 40.0, "Bürgerforum Neuenfurt", 18.0),
            (70.0, 130.0, "Bürgerforum · Stadtrat Ekkehard Rominger · 79999 Neuenfurt", 6.0),
            (70.0, 160.0, "Stadt Neuenfurt"),
            (70.0, 300.0, "Sehr geehrter Herr Oberbürgermeister,"),
            (70.0, 400.0, "Mit freundlichen Grüßen"),
            (70.0, 430.0, "Ekkehard Rominger"),
        ]
    )
    assert values(extract((page,), RECEIVED))["sender"] == "Ekkehard Rominger"


def test_the_applicant_of_a_school_form_is_the_parent_not_the_child():
    page = typed(
        [
            (70.0, 40.0, "Stadt Neuenfurt"),
            (70.0, 100.0, "Anmeldung eines Kindes zur Grundschule", 14.0),
            (70.0, 130.0, "1. Angaben zum Kind"),
            (70.0, 150.0, "Familienname"),
            (300.0, 150.0, "Vorname"),
            (70.0, 162.0, "Ansorge"),
            (300.0, 162.0, "Mattis"),
            (70.0, 190.0, "2. Sorgeberechtigte"),
            (70.0, 210.0, "Name, Vorname"),
            (70.0, 222.0, "Ansorge, Friederike"),
        ]
    )
    found = values(extract((page,), RECEIVED))
    assert found["sender"] == "Friederike Ansorge"
    assert found["subject"] == "Anmeldung eines Kindes zur Grundschule"


def test_the_word_betreff_is_no_part_of_the_subject():
    page = typed(
        [
            (70.0, 250.0, "Betreff: Hecke am Spielplatz und weiterhin kein Be-"),
            (70.0, 264.0, "scheid"),
            (70.0, 300.0, "Guten Tag,"),
        ]
    )
    assert values(extract((page,), RECEIVED))["subject"] == (
        "Hecke am Spielplatz und weiterhin kein Bescheid"
    )


def test_betr_without_a_colon_is_a_label_too():
    page = typed([(70.0, 250.0, "Betr. Hecke am Spielplatz"), (70.0, 300.0, "Guten Tag,")])
    assert values(extract((page,), RECEIVED))["subject"] == "Hecke am Spielplatz"


def test_a_skewed_scan_keeps_label_and_value_together():
    skewed = [(left, top + 0.02 * left, text, *rest) for left, top, text, *rest in LETTER]
    found = extract((typed(skewed),), RECEIVED)
    assert values(found)["aktenzeichen"] == "32.1-112.05/2026-0417"


def test_text_without_words_is_enough():
    text = "\n".join(text for _, _, text, *_ in LETTER)
    page = RecognisedPage(
        1, 595.0, 842.0, (), text, 0, 0.9, complete=True, engine="the file's own text"
    )
    found = values(extract((page,), RECEIVED))
    assert found["date"] == "2026-03-02"
    assert found["aktenzeichen"] == "32.1-112.05/2026-0417"


def test_nothing_gives_nothing():
    empty = RecognisedPage(1, 595.0, 842.0, (), "", 0, 0.0, complete=False, engine="none")
    assert extract((), RECEIVED).fields == ()
    assert extract((empty,), RECEIVED).fields == ()
