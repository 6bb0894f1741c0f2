"""Rules: strong patterns that vote for a class, each under the name a person knows it by (pure)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from eakte.domain.letters import ClassDefinition, Rule

LONGEST = 20_000
"""Characters that rules look at: a rule names what a letter is on its first pages."""
_EVIDENCE = 60


@dataclass(frozen=True)
class Vote:
    """One rule that fits: the class it speaks for, its weight and the words that it saw.

    A weight is a log-likelihood ratio: 3.0 makes its class about twenty times as likely.
    """

    class_id: str
    rule: str
    weight: float
    evidence: str


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def compile_rule(rule: Rule) -> re.Pattern[str]:
    """Compile the pattern of a rule; raises re.error where it is not a regular expression."""
    return _compiled(rule.pattern)


def score(text: str, classes: Sequence[ClassDefinition]) -> tuple[Vote, ...]:
    """Give the votes of all rules that fit, in the order of classes and rules.

    Each rule votes at most once, however often its words occur.
    """
    read = unicodedata.normalize("NFC", text)[:LONGEST]
    return tuple(
        Vote(each.id, rule.name or rule.pattern, rule.weight, _evidence(found.group()))
        for each in classes
        for rule in each.rules
        if (found := compile_rule(rule).search(read)) is not None
    )


def _evidence(read: str) -> str:
    short = " ".join(read.split())
    return short if len(short) <= _EVIDENCE else f"{short[:_EVIDENCE].rstrip()}…"
