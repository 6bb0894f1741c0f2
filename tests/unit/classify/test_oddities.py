# ruff: noqa: RUF001 - letters of other languages
"""Letters as a whole: flagged, not guessed."""

from __future__ import annotations

import pytest

from eakte.classify.languages import foreign
from eakte.classify.oddities import oddities
from eakte.domain.findings import FindingCode
from eakte.domain.text import RecognisedPage

_FIRST = """Irmgard Hollenbeck
Lindenweg 4, 79999 Neuenfurt
Stadt Neuenfurt
Rathausplatz 1
79999 Neuenfurt
Neuenfurt, 2. März 2026
Widerspruch gegen den Gebührenbescheid
Sehr geehrte Damen und Herren,
hiermit lege ich fristgerecht Widerspruch gegen Ihren Bescheid über die Abfallgebühren ein.
Die Berechnung der Gebühren ist nicht richtig, weil die Tonne seit Januar abgemeldet ist.
Mit freundlichen Grüßen
Irmgard Hollenbeck"""
_SECOND = _FIRST.replace("Irmgard Hollenbeck", "Lothar Wimpfheimer")
_CONTINUED = """Seite 2
Die Satzung sieht vor, dass die Gebühr nur für Tonnen erhoben wird, die angemeldet sind.
Ich beantrage daher, den Bescheid aufzuheben und die Vollziehung auszusetzen.
Mit freundlichen Grüßen
Irmgard Hollenbeck"""
_TABLE = """Gedächtnisprotokoll
Tonne 120 Liter 84,20 EUR
Tonne 240 Liter 168,40 EUR"""


def page(number: int, text: str) -> RecognisedPage:
    return RecognisedPage(number, 595, 842, (), text, 0, 0.95, True, "test")


def found(*texts: str) -> list[tuple[FindingCode, int | None]]:
    pages = [page(number, text) for number, text in enumerate(texts, 1)]
    return [(each.code, each.page) for each in oddities(pages)]


def test_one_letter_is_not_odd():
    assert found(_FIRST) == []
    assert found(_FIRST.rsplit("Mit freundlichen", 1)[0], _CONTINUED) == []


def test_a_second_letter_is_flagged_with_its_page():
    assert (FindingCode.SEVERAL_LETTERS, 2) in found(_FIRST, _SECOND)


def test_two_letters_on_one_page_are_flagged():
    short = _SECOND.replace("hiermit lege", "ebenso lege")
    assert (FindingCode.SEVERAL_LETTERS, 1) in found(f"{_FIRST}\n{short}")


def test_pages_after_the_closing_are_attachments():
    assert found(_FIRST, _TABLE) == [(FindingCode.ATTACHMENTS, 2)]


@pytest.mark.parametrize("line", ["Anlage: Vollmacht", "3 Anlagen", "Eine Kopie füge ich bei."])
def test_attachments_that_are_named_but_not_there_are_flagged(line):
    assert found(f"{_FIRST}\n{line}") == [(FindingCode.ATTACHMENTS_MISSING, 1)]
    assert found(f"{_FIRST}\n{line}", _TABLE) == [(FindingCode.ATTACHMENTS, 2)]


@pytest.mark.parametrize(
    "line", ["Die Anlage zur Müllverbrennung stinkt.", "Anlage des Parks", "Anlagenbau Huber GmbH"]
)
def test_the_word_alone_names_no_attachment(line):
    assert found(f"{line}\n{_FIRST}") == []


def test_hardly_any_text_is_flagged():
    assert found("Antrag\nName: Huber\nUnterschrift:") == [(FindingCode.LITTLE_TEXT, None)]


_FOREIGN = {
    "English": "Dear Sir or Madam, I am writing to you because the fee for the waste bin of our "
    "house has been charged twice. Please check this and send the amount back to my account. "
    "We have been living in this town for ten years and you have not made such a mistake before.",
    "French": "Madame, Monsieur, je vous écris pour contester la facture que vous avez envoyée "
    "pour les ordures. Nous avons quitté notre maison dans votre ville en janvier et le contrat "
    "est terminé. Veuillez agréer mes salutations distinguées et me rendre la somme.",
    "Turkish": "Sayın yetkili, bu mektup ile çöp ücreti için itiraz ediyorum. Bizim evimiz "
    "ocak ayında boş kaldı ve bir daha kullanılmadı. Bana ait olan bu ücret var gibi görünüyor "
    "ama doğru değil. Size daha önce de yazdım. Saygılarımla ve teşekkür ile bitiriyorum.",
    "another script": "Уважаемые дамы и господа, я пишу вам по поводу счёта за вывоз мусора.",
    "a language that is not known here": "tisztelt hölgyem uram azért írok önöknek mert a ház "
    "szemétszállítási díját kétszer számolták fel kérem ellenőrizzék ezt és utalják vissza az "
    "összeget a számlámra tíz éve élünk ebben a városban és korábban soha nem követtek el ilyen "
    "hibát kérem válaszoljanak minél hamarabb mert a pénzre szükségünk van köszönettel maradok "
    "tisztelettel egy régi lakos aki mindig időben fizetett minden számlát",
}


@pytest.mark.parametrize("language", _FOREIGN)
def test_a_page_in_another_language_is_flagged(language):
    assert foreign(_FOREIGN[language]) == language
    assert (FindingCode.OTHER_LANGUAGE, 2) in found(_FIRST, _FOREIGN[language])


@pytest.mark.parametrize(
    "text",
    [
        _FIRST,
        _TABLE * 20,
        "Rechnung Nr. 4711 Kopierpapier A4 80 g 500 Blatt Netto Umsatzsteuer Gesamt EUR " * 12,
        "Peter Huber Anna Meier Jana Vogt Olga Sommer Rainer Winter Emre Kaya " * 12,
        "Our reference: 4711. Please note: payment within 14 days.\n" + _FIRST,
    ],
)
def test_german_tables_and_names_are_not_foreign(text):
    assert foreign(text) is None
