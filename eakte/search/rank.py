"""Ranking of candidates (pure): bm25 over four columns, the same on every database.

How rare a term is counts among the candidates only: what somebody may not see cannot show in the
rank of what they may.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from eakte.search.meaning import Run, Term

WEIGHTS = {"t": 10.0, "p": 2.0, "x": 20.0, "s": 10.0}
"""Words, parts of compounds, identifiers, sender; measured, see tests/relevance."""
_K, _B = 1.2, 0.75
_MANY = 6
"""From so many needles on a text is cut into words, and only those it holds are counted."""


@dataclass(frozen=True)
class Candidates:
    """Letters that meet a query: numbers and, in the same order, the texts of some columns.

    The columns are t and those asked for, tokens between blanks.
    """

    numbers: Sequence[int]
    columns: Mapping[str, Sequence[str]]

    def __len__(self) -> int:
        """Give how many they are."""
        return len(self.numbers)

    def first(self, most: int) -> Candidates:
        """Give so many of them."""
        columns = {name: texts[:most] for name, texts in self.columns.items()}
        return Candidates(self.numbers[:most], columns)


class Ranked(NamedTuple):
    """A candidate's number with its rank, the higher the better."""

    number: int
    rank: float


def ranked(letters: Candidates, terms: Iterable[Term]) -> tuple[Ranked, ...]:
    """Put candidates in order, best first, among equals the newest."""
    lengths = [len(text) for text in letters.columns["t"]]
    mean = sum(lengths) / len(lengths) if lengths else 1.0
    norms = [_K * (1 - _B + _B * length / mean) for length in lengths]
    ranks = [0.0] * len(lengths)
    for term in terms:
        weights = _weights(letters, term.runs)
        met = len(weights) - weights.count(0)
        share = (1 + math.log((len(weights) + 1) / (met + 1))) * (_K + 1)
        ranks = [
            rank + share * weight / (weight + norm)
            for rank, weight, norm in zip(ranks, weights, norms, strict=True)
        ]
    found = map(Ranked, letters.numbers, ranks)
    return tuple(sorted(found, key=lambda each: (-each.rank, -each.number)))


def _weights(letters: Candidates, runs: Sequence[Run]) -> list[float]:
    """Give how well each letter meets a term."""
    found = [0.0] * len(letters)
    for column in dict.fromkeys(run.column for run in runs):
        needles = tuple(dict.fromkeys(needle(run) for run in runs if run.column == column))
        counts = _counts(letters.columns[column], needles)
        weight = WEIGHTS[column]
        found = [sum_ + weight * count for sum_, count in zip(found, counts, strict=True)]
    return found


def _counts(texts: Sequence[str], needles: Sequence[str]) -> list[int]:
    """Give how often any of the needles occurs in each text."""
    words = {each[1:-1] for each in needles if each.count(" ") == 2}  # noqa: PLR2004 - around it
    if len(words) < _MANY:
        words = set()
    found = [
        sum([text.count(f" {word} ") for word in words.intersection(text.split())])
        for text in (texts if words else ())
    ] or [0] * len(texts)
    for each in (each for each in needles if each[1:-1] not in words):
        found = [sum_ + text.count(each) for sum_, text in zip(found, texts, strict=True)]
    return found


def needle(run: Run) -> str:
    """Give what to look for in a column's text."""
    return f" {' '.join(run.tokens)}" if run.prefix else f" {' '.join(run.tokens)} "
