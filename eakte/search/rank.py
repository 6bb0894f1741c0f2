"""Ranking of candidates (pure): bm25 over four columns, the same on every database.

How rare a term is counts among the candidates only: what somebody may not see cannot show in the
rank of what they may.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eakte.search.meaning import Run, Term

WEIGHTS = {"t": 10.0, "p": 2.0, "x": 20.0, "s": 10.0}
"""Words, parts of compounds, identifiers, sender; measured, see tests/relevance."""
_K, _B = 1.2, 0.75


@dataclass(frozen=True, slots=True)
class Candidate:
    """A letter that meets a query; of its columns t and those asked, tokens between blanks."""

    number: int
    document: str
    columns: dict[str, str]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its rank, the higher the better."""

    candidate: Candidate
    rank: float


def ranked(candidates: Sequence[Candidate], terms: Iterable[Term]) -> tuple[Ranked, ...]:
    """Put candidates in order, best first, among equals the newest."""
    lengths = [len(each.columns["t"]) for each in candidates]
    mean = sum(lengths) / len(lengths) if lengths else 1.0
    norms = [_K * (1 - _B + _B * length / mean) for length in lengths]
    ranks = [0.0] * len(candidates)
    for term in terms:
        weights = [_weight(each.columns, term.runs) for each in candidates]
        met = sum(weight > 0 for weight in weights)
        rarity = 1 + math.log((len(candidates) + 1) / (met + 1))
        for place, weight in enumerate(weights):
            ranks[place] += rarity * weight * (_K + 1) / (weight + norms[place])
    found = (Ranked(each, rank) for each, rank in zip(candidates, ranks, strict=True))
    return tuple(sorted(found, key=lambda each: (-each.rank, -each.candidate.number)))


def _weight(columns: dict[str, str], runs: Iterable[Run]) -> float:
    return sum(WEIGHTS[run.column] * columns[run.column].count(needle(run)) for run in runs)


def needle(run: Run) -> str:
    """Give what to look for in a column's text."""
    return f" {' '.join(run.tokens)}" if run.prefix else f" {' '.join(run.tokens)} "
