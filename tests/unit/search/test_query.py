from __future__ import annotations

import pytest

from eakte.search.query import LONGEST, MOST_CLAUSES, Clause, parse


def test_words_phrases_exclusions_and_prefixes():
    asked = parse('Bescheide "grüne Tonne" -Mahnung Wider*')
    assert asked.wanted == (
        Clause(("bescheid",)),
        Clause(("grun", "tonn")),
        Clause(("wid",), prefix="wider"),
    )
    assert asked.unwanted == (Clause(("mahnung",), excluded=True),)


def test_identifiers_may_hold_spaces():
    asked = parse("2. März 2026 Rechnung")
    assert [clause.identifier for clause in asked.clauses] == ["d20260302", ""]


def test_an_excluded_date():
    assert parse("-02.03.2026").unwanted[0].identifier == "d20260302"


def test_a_word_with_punctuation_is_a_phrase():
    assert parse("DSGVO-Auskunft").wanted == (Clause(("dsgvo", "auskunft")),)


@pytest.mark.parametrize("text", ["", "   ", "-", "*", '"', '""', '"-"', "- -", "...", "()", "^:+"])
def test_nothing_to_ask_for(text):
    assert parse(text).clauses == ()


def test_a_phrase_that_is_not_closed_goes_to_the_end():
    assert parse('"grüne tonne').wanted == (Clause(("grun", "tonn")),)


def test_a_long_query_is_cut():
    assert len(parse("a " * LONGEST).clauses) == MOST_CLAUSES
    assert parse(" " * LONGEST + "Wort").clauses == ()
