"""Rules of class files: a pattern that a letter could make slow is refused when it is loaded."""

from __future__ import annotations

import re

import pytest

from eakte.classify.patterns import check
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
