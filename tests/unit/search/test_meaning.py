from __future__ import annotations

import pytest

from eakte.errors import QueryError
from eakte.search.meaning import AnyOf, Every, Run, Term, terms, understand, widened
from eakte.search.query import All, Field, parse
from eakte.search.similar import Similar


def asked(query: str):
    return understand(parse(query))


def test_a_compound_is_met_by_itself_and_by_its_parts_in_a_row():
    found = asked("Abfallgebühren").text
    assert found == Term(
        (
            Run("t", ("abfallgebuhr",)),
            Run("p", ("abfallgebuhr",)),
            Run("p", ("abfall", "gebuhr")),
            Run("t", ("abfall", "gebuhr")),
        ),
        "abfallgebuhr",
        "abfallgebuhr",
    )


def test_words_with_a_hyphen_may_be_one():
    runs = asked("Abfall-Gebühr").text.runs
    assert Run("t", ("abfall", "gebuhr")) in runs
    assert Run("t", ("abfallgebuhr",)) in runs


@pytest.mark.parametrize("query", ["1500", "1.500", "1.500,00 €"])
def test_a_number_may_be_an_amount(query):
    assert Run("x", ("m1500_00",)) in asked(query).text.runs


def test_what_records_answer_is_apart():
    found = asked("az:32.1 tonne -klasse:rechnung")
    assert isinstance(found.text, Term)
    assert str(found.records) == "az:32.1 -klasse:rechnung"
    assert asked("datum:2026 OR klasse:rechnung").text is None
    assert asked("(klasse:rechnung tonne)").records == Field("klasse", "rechnung")


def test_stop_words_count_only_where_nothing_else_does():
    assert asked("die Tonne").text == asked("Tonne").text
    assert len(asked("die der").text.wanted) == 2
    assert asked("die -Tonne").text == Every((asked("die").text,), (asked("Tonne").text,))
    assert len(asked('"die Tonne"').text.runs[0].tokens) == 2


@pytest.mark.parametrize(
    ("query", "place", "reason"),
    [
        ("-tonne", 1, "only exclusions"),
        ("a OR (-b -c)", 7, "only exclusions"),
        ("tonne OR klasse:rechnung", 10, "cannot stand beside words"),
        ("-(a datum:2026)", 5, "cannot stand beside words"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(query, place, reason):
    with pytest.raises(QueryError) as refusal:
        asked(query)
    assert refusal.value.facts["place"] == place
    assert reason in refusal.value.message()


def test_exclusions_beside_records_need_no_words():
    found = asked("klasse:rechnung -mahnung")
    assert found.text == Every((), (asked("mahnung").text,))
    assert found.records == Field("klasse", "rechnung")


def test_only_what_is_wanted_is_widened():
    tree = asked("(tonne OR hund) -katze").text
    wide = widened(
        tree, {"tonn": (Similar("torm", "torm", True),), "katz": (Similar("kaiz", "kaiz", True),)}
    )
    assert [len(term.runs) for term in terms(wide)] == [4, 2]
    assert isinstance(wide.wanted[0], AnyOf)
    assert wide.unwanted == tree.unwanted


def test_several_conditions_are_all_of_them():
    assert isinstance(asked("az:32 datum:2026").records, All)
