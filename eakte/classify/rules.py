"""Rules: strong patterns that vote for a class, each under the name a person knows it by (pure)."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from eakte.classify.patterns import lowered, needed
from eakte.domain.ids import Digest, digest_of
from eakte.domain.letters import ClassDefinition

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


@dataclass(frozen=True)
class Prepared:
    """A rule ready to look for: its class, its name, what a text needs for it to fit at all."""

    class_id: str
    name: str
    weight: float
    words: tuple[str, ...]
    pattern: re.Pattern[str]


def prepare(classes: Sequence[ClassDefinition]) -> tuple[Prepared, ...]:
    """Compile the rules of classes; raises re.error where one is no regular expression."""
    return tuple(
        Prepared(
            each.id,
            rule.name or rule.pattern,
            rule.weight,
            needed(rule.pattern),
            re.compile(rule.pattern, re.IGNORECASE),
        )
        for each in classes
        for rule in each.rules
    )


def digest(classes: Sequence[ClassDefinition]) -> Digest:
    """Name what classes say to a classifier: their ids, their rules' patterns and weights."""
    told = sorted((each.id, [(one.pattern, one.weight) for one in each.rules]) for each in classes)
    return digest_of(json.dumps(told, ensure_ascii=False).encode())


def score(text: str, rules: Sequence[Prepared]) -> tuple[Vote, ...]:
    """Give the votes of all rules that fit, in the order of classes and rules.

    Each rule votes at most once, however often its words occur.
    """
    read = unicodedata.normalize("NFC", text)[:LONGEST]
    low = lowered(read)
    found = []
    for rule in rules:
        for word in rule.words or ("",):
            if word in low:
                fits = rule.pattern.search(read)
                if fits is not None:
                    seen = _evidence(fits.group())
                    found.append(Vote(rule.class_id, rule.name, rule.weight, seen))
                break
    return tuple(found)


def _evidence(read: str) -> str:
    short = " ".join(read.split())
    return short if len(short) <= _EVIDENCE else f"{short[:_EVIDENCE].rstrip()}…"
