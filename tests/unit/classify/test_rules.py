from __future__ import annotations

import time
import unicodedata

import pytest

from eakte.classify.rules import LONGEST, prepare, score
from tests.unit.classify.small_corpus import classes

CLASSES = classes()
RULES = prepare(CLASSES)


def fitting(text: str) -> set[str]:
    return {vote.class_id for vote in score(text, RULES)}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Widerspruch gegen den Abfallgebührenbescheid 2026", "widerspruch"),
        ("Betreff: Einspruch gegen den Bußgeldbescheid vom 24.04.2026", "einspruch_bussgeld"),
        ("Widerspruch gegen den Bussgeldbescheid", "einspruch_bussgeld"),
        ("Antrag auf Sondernutzung für die Bewirtung im Freien", "sondernutzung"),
        ("Bauantrag für einen Carport mit Geräteraum", "bauantrag"),
        ("Gewerbe-Anmeldung nach § 14 der Gewerbeordnung", "gewerbeanmeldung"),
        ("Rechnung Nr. 26-01187", "rechnung"),
        ("Dritte und letzte Mahnung", "mahnung"),
        ("Zahlungserinnerung zu unserer Rechnung 5126", "mahnung"),
        ("Bewerbung als Sachbearbeiterin im Bürgerbüro", "bewerbung"),
        ("Kündigung meines Arbeitsverhältnisses", "kuendigung"),
        ("Beschwerde über nächtlichen Lärm", "beschwerde"),
        ("Auskunft über meine gespeicherten Daten nach Artikel 15 DSGVO", "auskunftsersuchen"),
        ("wir stellen die Anfrage nach § 24 Abs. 4 GemO", "ratsanfrage"),
        ("beantragen wir nach § 34 Abs. 1 Satz 4 GemO die Aufnahme", "ratsantrag"),
        ("verlangen nach 8 24 Abs. 3 der Gemeindeordnung Akteneinsicht", "akteneinsicht"),
        ("Zuwendungsbescheid DigitalPakt Schule", "foerderbescheid"),
        ("Angebot zum Glasfaserausbau, Los 2", "vergabe_glasfaser"),
        ("Anmeldung eines Kindes zur Grundschule", "schulanmeldung"),
    ],
)
def test_a_plain_betreff_is_known(text, wanted):
    assert fitting(text) == {wanted}


@pytest.mark.parametrize(
    "text",
    [
        "Ich habe gegen die Rechnung keinen Widerspruch gehört und freue mich über die Bewerbung.",
        "Das Vorhaben fügt sich nach § 34 Abs. 1 BauGB in die Umgebung ein.",
        "Der Fahrer beging eine Ordnungswidrigkeit nach § 24 Abs. 3 StVG.",
        "Die Kündigung eines Kollegen und eine Mahnung haben wir zur Kenntnis genommen.",
        "Für Ihre Anfrage zur Beschwerde über die Baustelle danke ich.",
    ],
)
def test_mentioning_a_word_of_a_class_is_not_enough(text):
    assert fitting(text) == set()


def test_a_rule_votes_once_and_shows_what_it_saw():
    votes = score("Widerspruch gegen A\nWiderspruch gegen B", RULES)
    assert [(vote.rule, vote.evidence) for vote in votes] == [
        ("Betreff Widerspruch", "Widerspruch")
    ]


def test_decomposed_umlauts_are_the_same():
    assert fitting(unicodedata.normalize("NFD", "Kündigung des Mietvertrags")) == {"kuendigung"}


def test_all_rules_are_regular_expressions_with_a_name_and_a_weight():
    for each in CLASSES:
        for rule in each.rules:
            assert rule.name
            assert 0 < rule.weight <= 4


@pytest.mark.parametrize(
    "piece", ["Rechnung ", "a ", "§ 24 ", "Auskunft über Glasfaser Los ", "\n"]
)
def test_no_text_makes_the_rules_slow(piece):
    text = piece * (2 * LONGEST // len(piece))
    before = time.monotonic()
    score(text, RULES)
    assert time.monotonic() - before < 2
