from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte.errors import QueryError
from eakte.search.identifiers import identifiers
from eakte.search.query import (
    FIELDS,
    LONGEST,
    MOST_TERMS,
    All,
    Either,
    Field,
    Node,
    Not,
    Phrase,
    Prefix,
    Word,
    parse,
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Bescheide", Word("Bescheide")),
        ('"grüne Tonne"', Phrase("grüne Tonne")),
        ("Wider*", Prefix("Wider")),
        ("a -b", All((Word("a"), Not(Word("b"))))),
        ("a OR b ODER c | d", Either((Word("a"), Word("b"), Word("c"), Word("d")))),
        ("a b OR c", Either((All((Word("a"), Word("b"))), Word("c")))),
        ("(a OR b) c", All((Either((Word("a"), Word("b"))), Word("c")))),
        ("-(a b)", Not(All((Word("a"), Word("b"))))),
        ("a AND b UND c", All((Word("a"), Word("b"), Word("c")))),
        ("2. März 2026 Rechnung", All((Word("2. März 2026"), Word("Rechnung")))),
        ("-02.03.2026", Not(Word("02.03.2026"))),
        ("az:32.1-112.05/2026-0417", Field("az", "32.1-112.05/2026-0417")),
        ('VON:"Müller & Co"', Field("von", "Müller & Co")),
        ("datum:2. März 2026 x", All((Field("datum", "2. März 2026"), Word("x")))),
        ("iban:DE02 1203 0000 0000 2020 51", Field("iban", "DE02 1203 0000 0000 2020 51")),
        ("https://neuenfurt.example", Word("https://neuenfurt.example")),
        ("a - b", All((Word("a"), Word("b")))),
        ("§ 5 & 6", All((Word("5"), Word("6")))),
    ],
)
def test_queries_are_read(text, wanted):
    assert parse(text) == wanted


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("", 1, "word is missing"),
        ('a "b', 3, "quotation mark is not closed"),
        ("a (b", 3, "bracket is not closed"),
        ("a) b", 2, "never opened"),
        ("a ()", 4, "word is missing"),
        ("a OR", 5, "word is missing"),
        ("OR a", 1, "word is missing"),
        ("--a", 2, "one “-” is enough"),
        ("a OR -b", 6, "cannot stand alone"),
        ("x ab*", 3, "at least three letters"),
        ("*", 1, "at least three letters"),
        ("x betreff:b", 3, "no field “betreff”"),
        ("von:", 5, "value is missing"),
        ("a datum:2026-13", 9, "“2026-13” is no date"),
        ("datum:2026-03..2026-01", 7, "no date"),
        ("betrag:viel", 8, "“viel” is no amount"),
        ("a " * MOST_TERMS + "a", 2 * MOST_TERMS + 1, "too many words"),
        ("(" * 10 + "a" + ")" * 10, 9, "too many brackets"),
        ("a" * (LONGEST + 1), LONGEST + 1, "too long"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text, place, reason):
    with pytest.raises(QueryError) as refusal:
        parse(text)
    assert refusal.value.facts["place"] == place
    assert reason in refusal.value.message()


@given(st.text(max_size=80) | st.text(alphabet='ab ä"-*():|ORD.,;19€', max_size=40))
def test_every_text_is_read_or_refused_and_what_is_read_reads_the_same(text):
    try:
        node = parse(text)
    except QueryError as refusal:
        place, told = refusal.facts["place"], refusal.message()
    else:
        assert parse(str(node)) == node
        return
    assert 1 <= place <= len(text) + 1
    assert told


def _is_free(word: str) -> bool:
    return word not in {"OR", "ODER", "AND", "UND"} and not list(identifiers(word))


words = st.text(alphabet="abcdefghäöüßABC", min_size=3, max_size=8).filter(_is_free)
leaves = st.one_of(
    words.map(Word),
    words.map(Prefix),
    st.lists(words, min_size=1, max_size=3).map(lambda each: Phrase(" ".join(each))),
    st.builds(Field, st.sampled_from(sorted({*FIELDS} - {"datum", "betrag"})), words),
    st.sampled_from(["2026", "2026-03", ">2026-03-01", "2026-01..2026-03", "..2026"]).map(
        lambda each: Field("datum", each)
    ),
)


def _beyond(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    many = st.lists(inner, min_size=2, max_size=3)
    some = st.lists(inner | inner.map(_negated), min_size=2, max_size=3)
    return some.map(lambda nodes: All(tuple(nodes))) | many.map(lambda nodes: Either(tuple(nodes)))


def _negated(node: Node) -> Node:
    return Not(node)


@given(st.recursive(leaves, _beyond, max_leaves=8))
def test_every_tree_can_be_written_and_read(node):
    assert parse(str(node)) == node
