from __future__ import annotations

import unicodedata

import pytest

from eakte.search.analyser import analyse, fold, parts, stem, tokens
from eakte.search.identifiers import identifiers
from eakte.search.vocabulary import SEED


def stemmed(word: str) -> str:
    return stem(fold(word))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Straße", "STRASSE"),
        ("Müller", "Mueller"),
        ("Müller", "MULLER"),
        ("Gebühren", "Gebuehr"),
        ("Gebühren", unicodedata.normalize("NFD", "Gebühren")),
        ("Häuser", "Haus"),
        ("Bescheide", "Bescheid"),
        ("Bescheides", "Bescheiden"),
        ("neue", "neuen"),
        ("Café", "Cafe"),
    ],
)
def test_what_people_write_differently_is_one_stem(left, right):
    assert stemmed(left) == stemmed(right)


@pytest.mark.parametrize(("left", "right"), [("neuen", "neun"), ("Rat", "Rad"), ("Bau", "Baum")])
def test_different_words_stay_different(left, right):
    assert stemmed(left) != stemmed(right)


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("Abfallgebührenbescheid", {"abfall", "gebühr", "bescheid"}),
        ("Widerspruchsbescheid", {"widerspruch", "bescheid"}),
        ("Straßenausbaubeitrag", {"straße", "ausbau", "beitrag"}),
        ("Glasfaserausbau", {"glasfaser", "glas", "faser", "ausbau"}),
        ("Kindergartenplätze", {"kindergarten", "platz"}),
        ("Straßenlaternen", {"straße", "laterne"}),
        ("Grundschulen", {"schule"}),
        ("Gewerbeummeldung", {"gewerbe", "ummeldung"}),
    ],
)
def test_compounds_have_their_parts(word, wanted):
    assert {stemmed(part) for part in wanted} <= set(parts(fold(word)))


@pytest.mark.parametrize(
    "word", ["Verantwortung", "freundlichen", "Neuenfurt", "Unterlagen", "und"]
)
def test_plain_words_have_none(word):
    assert parts(fold(word)) == ()


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("Az. 32.1-112.05/2026-0417", "az3211120520260417"),
        ("32.1 – 112.O5/2026-04l7", "az3211120520260417"),
        ("vom 2. März 2026", "d20260302"),
        ("02.03.2026", "d20260302"),
        ("2026-03-02", "d20260302"),
        ("1.747,80 €", "m1747_80"),
        ("EUR 1747,80", "m1747_80"),
        ("DE02 1203 0000 0000 2020 51", "de02120300000000202051"),
        ("1747.80 EUR", "m1747_80"),
        ("1 747,80", "m1747_80"),
        ("500 Euro", "m500_00"),
        ("€ 500,-", "m500_00"),
        ("DE02 12O3 0000 0000 2020 5l", "de02120300000000202051"),
        ("DE0212030000000020205", None),
        ("de99 1203 0000 0000 2020 51", "de99120300000000202051"),
        ("AT61 1904 3002 3457 3201 an", "at611904300234573201"),
        ("32.1-112.05/2026-O4I7", "az3211120520260417"),
        ("Info@Ruhmann.example.", "e_info_ruhmann_example"),
        ("info @ ruhmann.example", "e_info_ruhmann_example"),
    ],
)
def test_identifiers_have_one_form(text, token):
    tokens = {found.token for found in identifiers(text)}
    assert (token in tokens) if token else (tokens == set())


def test_a_word_broken_at_the_end_of_a_line_is_whole():
    assert analyse("Wider-\nspruch").stems == (stemmed("Widerspruch"),)
    assert analyse("Straßen- und\nWegerecht").stems[0] == stemmed("Straßen")


def test_tokens_know_where_they_stand():
    text = "Die Häuser, alt."
    assert [text[token.start : token.end] for token in tokens(text)] == ["Die", "Häuser", "alt"]


def test_columns_are_plain_tokens():
    terms = analyse("Müller's Café, 5 % — DSGVO-Auskunft 2.000,00 € an ä@ö.example")
    for token in (*terms.stems, *terms.parts, *terms.identifiers):
        assert token.replace("_", "").isalnum()


def test_the_seed_vocabulary_is_sorted_and_unique():
    assert list(SEED) == sorted(set(SEED))
    assert all(word.isalpha() and word == word.lower() for word in SEED)
