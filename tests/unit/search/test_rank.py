from __future__ import annotations

from eakte.search.meaning import Run, Term
from eakte.search.rank import Candidates, ranked

Letter = tuple[int, dict[str, str]]


def letter(number: int, t: str = "", p: str = "", x: str = "") -> Letter:
    return number, {"t": f" {t} ", "p": f" {p} ", "x": f" {x} ", "s": "  "}


def order(letters: list[Letter], *found: Term) -> list[int]:
    columns = {name: [texts[name] for _number, texts in letters] for name in "tpxs"}
    candidates = Candidates([number for number, _texts in letters], columns)
    return [each.number for each in ranked(candidates, found)]


HUND = Term((Run("t", ("hund",)), Run("p", ("hund",)), Run("x", ("hund",))))


def test_identifiers_before_words_before_parts():
    letters = [letter(1, p="hund"), letter(2, t="hund"), letter(3, x="hund")]
    assert order(letters, HUND) == [3, 2, 1]


def test_more_and_shorter_is_better():
    letters = [letter(1, t="hund a b"), letter(2, t="hund b hund"), letter(3, t="hund a b c d e")]
    assert order(letters, HUND) == [2, 1, 3]


def test_among_equals_the_newest_comes_first():
    assert order([letter(1, t="hund"), letter(3, t="hund"), letter(2, t="hund")], HUND) == [3, 2, 1]


def test_a_rare_word_weighs_more():
    letters = [letter(1, t="katze x"), *(letter(each, t="hund x") for each in range(2, 9))]
    katze = Term((Run("t", ("katze",)),))
    assert order(letters, HUND, katze)[0] == 1


def test_prefixes_count_where_a_word_begins():
    letters = [letter(1, t="althund hund"), letter(2, t="hunde hundert")]
    assert order(letters, Term((Run("t", ("hund",), prefix=True),))) == [2, 1]


def test_nobody_is_ranked():
    assert order([], HUND) == []
