from __future__ import annotations

import pytest

from eakte.search.analyser import fold, form
from eakte.search.similar import keys, keys_near, nearest, skeleton


def formed(word: str) -> str:
    return form(fold(word))


def found(word: str, *others: str) -> tuple[str, ...]:
    wanted = keys_near(word)
    candidates = [(key, each, each) for each in others for key in keys(each) if key in wanted]
    return tuple(each.stem for each in nearest(word, candidates))


@pytest.mark.parametrize(
    ("right", "read"),
    [
        ("Rechnung", "Rcchnung"),
        ("Gebühr", "Gebiihr"),
        ("Gebühr", "6ebühr"),
        ("Straße", "StraBe"),
        ("Kündigung", "Kündlgung"),
        ("Kündigung", "Künd1gung"),
        ("Modem", "Modern"),
        ("Bescheid", "Bescheicl"),
        ("Wasser", "Wa55er"),
        ("Widerspruch", "Wiclerspruch"),
        ("Höhe", "H0he"),
    ],
)
def test_confusions_of_ocr_are_found_by_a_key_in_common(right, read):
    wanted, misread = formed(right), formed(read)
    assert set(keys(misread)) & set(keys_near(wanted))
    assert found(wanted, misread) == (misread,)


@pytest.mark.parametrize(("left", "right"), [("Haus", "Maus"), ("Rat", "Rad")])
def test_short_words_stay_apart(left, right):
    assert found(formed(left), formed(right)) == ()


def test_the_nearest_comes_first_and_the_word_itself_not_at_all():
    others = ("wiederspruch", "widerspruoh", "widcrspruch", "widerspruch")
    assert found("widerspruch", *others) == ("widcrspruch", "widerspruoh", "wiederspruch")


@pytest.mark.parametrize("place", range(len("widerspruch")))
def test_one_edit_anywhere_leaves_a_key_in_common(place):
    for typed in (
        "widerspruch"[:place] + "x" + "widerspruch"[place + 1 :],
        "widerspruch"[:place] + "widerspruch"[place + 1 :],
        "widerspruch"[:place] + "x" + "widerspruch"[place:],
    ):
        assert set(keys(typed)) & set(keys_near("widerspruch"))


def test_skeletons_tell_words_apart():
    words = ["bescheid", "bericht", "gebuhr", "geburt", "steuer", "strass", "wohnung", "rechnung"]
    assert len({skeleton(word) for word in words}) == len(words)
