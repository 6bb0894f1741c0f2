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


def _ranks(letters: list[Letter], term: Term) -> list[float]:
    columns = {name: [texts[name] for _number, texts in letters] for name in "tpxs"}
    return [each.rank for each in ranked(Candidates([1, 2, 3], columns), [term])]


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


def test_of_many_words_each_counts_as_alone():
    words = ["hund", "katze", "maus", "pferd", "rind", "huhn"]
    letters = [letter(1, t="hund maus x hund"), letter(2, t="hundert hund"), letter(3, t="x")]
    runs = tuple(Run("t", (word,)) for word in words)
    assert order(letters, Term(runs)) == order(letters, Term(runs[:3])) == [1, 2, 3]
    many, few = (_ranks(letters, Term(runs[:count])) for count in (6, 3))
    assert many == few


def test_nobody_is_ranked():
    assert order([], HUND) == []
