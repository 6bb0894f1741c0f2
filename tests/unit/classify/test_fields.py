"""Addresses, numbers, sums and deadlines of a letter, each with its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from eakte.classify.extract import extract
from eakte.classify.layout import lay_out
from eakte.domain.letters import Extraction, FieldName
from eakte.domain.offices import Office
from tests.unit.classify.typed_page import LETTER, typed

RECEIVED = date(2026, 3, 5)
INVOICE = (
    (70.0, 60.0, "Papierhaus Ruhmann OHG", 16.0),
    (70.0, 130.0, "Papierhaus Ruhmann OHG · Gerbergasse 27 · 79998 Kirchfurt", 6.0),
    (70.0, 160.0, "Stadt Neuenfurt"),
    (70.0, 174.0, "Stadtkämmerei"),
    (70.0, 188.0, "Rathausplatz 1"),
    (70.0, 202.0, "79999 Neuenfurt"),
    (350.0, 160.0, "Rechnungs-Nr.:"),
    (450.0, 160.0, "26-01187"),
    (350.0, 174.0, "Kirchfurt, 18.02.2026"),
    (70.0, 270.0, "Rechnung für Kopierpapier"),
    (70.0, 300.0, "Guten Tag,"),
    (70.0, 330.0, "Nettobetrag"),
    (400.0, 330.0, "1.747,80 €"),
    (70.0, 344.0, "Rechnungsbetrag"),
    (400.0, 344.0, "2.079,88 €"),
    (70.0, 400.0, "Der Betrag ist ohne jeden Abzug fällig und zahlbar auf unser Konto bis zum"),
    (70.0, 414.0, "20.03.2026. Bitte nennen Sie das Kassenzeichen"),
    (70.0, 428.0, "5.0382.903456.3 bei der Zahlung."),
    (70.0, 800.0, "Papierhaus Ruhmann OHG"),
    (300.0, 800.0, "IBAN DE11 4200 2814 9039 7664 24"),
    (300.0, 812.0, "IBAN DE11 4200 2814 9039 7664 25"),
)


def _said(*lines: tuple[float, float, str]) -> Extraction:
    return extract((typed(lines),), RECEIVED)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_an_invoice_gives_its_fields_however_it_was_scanned(rotation):
    found = extract((typed(INVOICE, rotation=rotation),), RECEIVED)
    values = {name: tuple(each.value for each in found.all(name)) for name in FieldName}
    assert values[FieldName.SENDER_ADDRESS] == ("Gerbergasse 27, 79998 Kirchfurt",)
    assert values[FieldName.RECIPIENT] == ("Stadtkämmerei",)
    assert values[FieldName.INVOICE_NUMBER] == ("26-01187",)
    assert values[FieldName.AMOUNT] == ("2079.88 EUR", "1747.80 EUR")
    assert values[FieldName.KASSENZEICHEN] == ("5.0382.903456.3",)
    assert values[FieldName.DEADLINE] == ("2026-03-20",)
    assert values[FieldName.IBAN] == ("DE11420028149039766424", "")
    assert all(field.box is not None and field.read for field in found.fields)


def test_a_deadline_broken_across_lines_has_its_place_in_both():
    (found,) = extract((typed(INVOICE),), RECEIVED).all(FieldName.DEADLINE)
    assert found.read == "bis zum 20.03.2026"
    assert found.box is not None
    assert (found.box.y0, found.box.y1) == (400.0, 424.0)


def test_a_wrong_iban_is_shown_as_read_with_its_doubt():
    wrong = extract((typed(INVOICE),), RECEIVED).all(FieldName.IBAN)[1]
    assert (wrong.value, wrong.confidence) == ("", 0.0)
    assert wrong.read == "DE11 4200 2814 9039 7664 25"
    assert wrong.doubt


def test_an_address_block_gives_name_and_address():
    found = _said(
        (70.0, 30.0, "Rainer Pfanz"),
        (70.0, 42.0, "Mörikeweg 16"),
        (70.0, 54.0, "79990 Weilerstett"),
        (70.0, 160.0, "Stadt Neuenfurt"),
        (70.0, 172.0, "Sozialamt"),
        (70.0, 300.0, "Sehr geehrte Damen und Herren,"),
        (70.0, 380.0, "Mit freundlichen Grüßen"),
        (70.0, 430.0, "Elke Mistele"),
    )
    sender, address = found.first(FieldName.SENDER), found.first(FieldName.SENDER_ADDRESS)
    assert sender is not None
    assert address is not None
    assert (sender.value, address.value) == ("Rainer Pfanz", "Mörikeweg 16, 79990 Weilerstett")


def test_a_page_full_of_anything_is_looked_at_in_part():
    lines = [(70.0, 20.0 + number / 10, "1. Mai 2026 Vorname: Mia") for number in range(4000)]
    page = lay_out(typed([*lines, (70.0, 5.0, "A" * 5000)]))
    assert len(page.lines) == 3000
    assert max(len(line.text) for line in page.lines) == 2000
    assert extract((typed(lines),), RECEIVED).fields


def test_an_unreadable_aktenzeichen_is_not_overlooked():
    found = _said((70.0, 300.0, "Az. 20.1-702 11/2026-0003"))
    (field,) = found.all(FieldName.AKTENZEICHEN)
    assert (field.value, field.read) == ("", "20.1-702 11/2026-0003")
    assert field.doubt


def test_an_aktenzeichen_of_no_office_is_doubtful():
    office = Office("66", "Tiefbauamt", ("66.#-###.##/JJJJ-####",))
    found = extract((typed(LETTER),), RECEIVED, (office,)).all(FieldName.AKTENZEICHEN)
    assert [(each.value[:2], bool(each.doubt)) for each in found] == [("32", True), ("66", False)]


def test_an_aktenzeichen_that_was_hard_to_read_is_doubtful():
    page = typed([(70.0, 300.0, "Az. 32.1-112.05/2026-0417")])
    words = [(word.text, 0.4 if "/" in word.text else 0.9) for word in page.words]
    assert [text for text, sure in words if sure < 0.5] == ["32.1-112.05/2026-0417"]
    faint = tuple(
        replace(word, confidence=sure) for word, (_, sure) in zip(page.words, words, strict=True)
    )
    (field,) = extract((replace(page, words=faint),), RECEIVED).all(FieldName.AKTENZEICHEN)
    assert field.doubt
    assert field.value == "32.1-112.05/2026-0417"


def test_a_first_name_that_a_cut_line_left_over_is_not_the_sender():
    """A stamp over the return line: its second line says more (sample letter 26)."""
    found = _said(
        (300.0, 30.0, "Wählervereinigung Stadt und Land", 16.0),
        (106.0, 78.0, "gung Stadt und Land - Stadträtin Isolde", 6.0),
        (70.0, 160.0, "Stadt Neuenfurt"),
        (70.0, 300.0, "Sehr geehrte Damen und Herren,"),
        (70.0, 380.0, "Mit freundlichen Grüßen"),
        (70.0, 430.0, "Isolde Marquardt-Sieber"),
    )
    sender = found.first(FieldName.SENDER)
    assert sender is not None
    assert sender.value == "Isolde Marquardt-Sieber"


def test_a_subject_that_begins_like_a_label_is_one():
    subject = "Schreiben vom 28.05.2025: Beitragsforderung für den Gehweg"
    found = _said(
        (70.0, 160.0, "Stadt Neuenfurt"),
        (350.0, 160.0, "Ihr Schreiben vom: 02.06.2025"),
        (70.0, 270.0, subject),
        (70.0, 300.0, "Sehr geehrte Damen und Herren,"),
        (70.0, 330.0, "gegen die Heranziehung zum Beitrag lege ich Widerspruch ein."),
    ).first(FieldName.SUBJECT)
    assert found is not None
    assert found.value == subject
