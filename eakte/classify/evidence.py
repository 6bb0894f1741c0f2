"""What confirmed letters prove about the classifier: coverage against precision (pure).

The proof of a precision is a lower confidence bound: Clopper-Pearson, one-sided, 95 %. It holds
for letters like those that were confirmed. 99 % need 299 letters without an error, 473 with one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import betaincinv

TARGET = 0.99
"""The precision that a rule must be proven to have, unless somebody asks for another one."""
CERTAINTY = 0.95
LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
"""Thresholds that are looked at. They are few and fixed, because the best of many would look
better than it is."""


@dataclass(frozen=True)
class Outcome:
    """What was said of a letter that the model had not seen, and what a person confirmed."""

    said: str | None
    confirmed: str
    confidence: float


@dataclass(frozen=True)
class Level:
    """What happens if everything from a threshold on is taken for right."""

    threshold: float
    sure: int
    right: int
    coverage: float
    """Share of the letters that are as sure as that."""
    precision: float
    """Share of these that are right; 0 if there are none."""
    bound: float
    """Lower confidence bound of the precision."""


@dataclass(frozen=True)
class Evidence:
    """What is known of one class, or ("") of all letters together."""

    class_id: str
    confirmed: int
    """Letters that persons confirmed to be of this class."""
    said: int
    """Letters that the classifier said to be of this class."""
    right: int
    levels: tuple[Level, ...]
    proposed: float | None
    """The lowest threshold whose bound reaches the target; None: suggest only."""

    @property
    def chosen(self) -> Level | None:
        """Give the level of the proposed threshold."""
        return next((each for each in self.levels if each.threshold == self.proposed), None)


def lower_bound(right: int, of: int) -> float:
    """Give the precision that is reached with a certainty of 95 %, after Clopper and Pearson."""
    return float(betaincinv(right, of - right + 1, 1 - CERTAINTY)) if right else 0.0


def weigh(outcomes: Sequence[Outcome], target: float = TARGET) -> Evidence:
    """Judge all letters together."""
    return _weighed("", outcomes, outcomes, target)


def weigh_classes(
    classes: Sequence[str], outcomes: Sequence[Outcome], target: float = TARGET
) -> tuple[Evidence, ...]:
    """Judge each class by the letters that were said to be of it."""
    return tuple(
        _weighed(each, outcomes, [one for one in outcomes if one.said == each], target)
        for each in classes
    )


def thresholds(evidence: Sequence[Evidence]) -> dict[str, float]:
    """Give the proposed threshold of each class that is proven at one."""
    return {each.class_id: each.proposed for each in evidence if each.proposed is not None}


def _weighed(
    class_id: str, outcomes: Sequence[Outcome], said: Sequence[Outcome], target: float
) -> Evidence:
    levels = tuple(_level(each, said) for each in LEVELS)
    confirmed = sum(not class_id or each.confirmed == class_id for each in outcomes)
    proposed = next((each.threshold for each in levels if each.bound >= target), None)
    return Evidence(class_id, confirmed, len(said), _right(said), levels, proposed)


def _level(threshold: float, said: Sequence[Outcome]) -> Level:
    sure = [each for each in said if each.said and each.confidence >= threshold]
    right, count = _right(sure), len(sure)
    return Level(
        threshold,
        count,
        right,
        count / len(said) if said else 0.0,
        right / count if count else 0.0,
        lower_bound(right, count),
    )


def _right(outcomes: Sequence[Outcome]) -> int:
    return sum(each.said == each.confirmed for each in outcomes)
