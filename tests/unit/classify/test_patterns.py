"""Rules of class files: a pattern that a letter could make slow is refused when it is loaded."""

from __future__ import annotations

import random
import re

import pytest

from eakte.classify.patterns import check, lowered, needed
from sample_mail.generator.corpus import letters, ocr_noise
from tests.unit.classify.small_corpus import classes


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"(?:a|aa)+$",
        r"(?:\w{1,50}\s?){1,50}x",
        r"(?:a?){40}a{40}",
        r".*.*x",
        r"a.*b.{0,60}c",
        r"x(?=.*.*y)",
        r"(?:(?:ab?){1,9}){1,9}",
        r"[^.]{0,400}a[^.]{0,400}b",
    ],
)
def test_what_could_take_for_ever_is_refused(pattern):
    with pytest.raises(ValueError, match="repeats"):
        check(pattern)


@pytest.mark.parametrize(
    "pattern",
    [r"\w+schule", r"a.{0,120}b.{0,120}c", r"(?:ab?){0,3}c", r"(?i)(?:Herr|Frau)\s{1,3}\w+", ""],
)
def test_what_is_bounded_is_taken(pattern):
    check(pattern)


def test_no_pattern_is_an_error():
    with pytest.raises(re.error):
        check("(")


def test_the_shipped_rules_are_bounded():
    for each in classes():
        for rule in each.rules:
            check(rule.pattern)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"\bWiderspruch\b", ("widerspruch",)),
        (r"(?:Mahn(?:ung|gebühr)|Verzug)x?", ("mahn", "verzug")),
        (r"a?b*[cd]", ()),
        (r"(?:Los)?\s{1,3}Glasfaser(?!Angebot)", ("glasfaser",)),
        (r"(?:ja|\d)", ()),
        (r"(?:Straße){2}", ("straße",)),
    ],
)
def test_the_words_that_a_pattern_needs(pattern, words):
    assert needed(pattern) == words


def test_looking_for_the_words_first_changes_no_vote():
    texts = [ocr_noise(e.text, 0.02, random.Random(1)) for e in letters(5, 3, "train")]
    texts += ["WIDERSPRUCH", "wider\u017fpruch gegen", "AKTENEIN\u017fICHT", ""]
    rules = [rule for each in classes() for rule in each.rules]
    for text in texts:
        low = lowered(text)
        for rule in rules:
            words = needed(rule.pattern)
            if re.search(rule.pattern, text, re.IGNORECASE):
                assert not words or any(word in low for word in words), (rule.pattern, text)
