"""The classifier: what the model learned and what the rules know, in one honest number.

The model gives each class a logit (calibrated: their softmax are probabilities). A rule that fits
adds its weight, a log-likelihood ratio, to the logit of its class, at most `MOST_FROM_RULES` per
class however many fit. The softmax of the sums is the confidence. Below `LEAST` nobody knows.
What is proven of a class counts only with the rules that it was measured with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import islice
from math import exp
from typing import Protocol

from eakte.classify.model import Prediction
from eakte.classify.rules import Vote, digest, prepare, score
from eakte.domain.letters import ClassDefinition, Classification
from eakte.i18n import N_

LEAST = 0.35
"""Confidence below which the class is unknown."""
MOST = 0.999
"""Nothing is certain: a higher confidence is never claimed."""
MOST_FROM_RULES = 5.0
_EMPTY = 20
"""Letters and digits below which a text says nothing."""


class Predictor(Protocol):
    """Port: a trained model (`eakte.classify.model.Model`)."""

    def predict(self, text: str) -> Prediction:
        """Say what a letter is."""
        ...


class Classifier:
    """Says what letters are; knows the classes of this installation and one model."""

    def __init__(self, classes: Sequence[ClassDefinition], model: Predictor) -> None:
        self._known = tuple(each.id for each in classes)
        self._rules = prepare(classes)
        self._digest = digest(classes)
        self._model = model

    def classify(self, text: str) -> Classification:
        """Give class, confidence and reasons; whatever the text asks for, it is only read."""
        if sum(1 for _ in islice(filter(str.isalnum, text), _EMPTY)) < _EMPTY:
            return Classification(None, 0.0, (N_("there is hardly any text"),))
        prediction = self._model.predict(text)
        votes = score(text, self._rules)
        best, confidence = self._judged(prediction.logits, votes)
        return Classification(
            best if confidence >= LEAST else None,
            confidence,
            _reasons(best, prediction, votes),
            prediction.model,
            prediction.least.get(best) if prediction.rules == self._digest else None,
        )

    def judge(self, text: str, logits: Mapping[str, float]) -> tuple[str | None, float]:
        """Give class and confidence of a letter of which a model said these logits."""
        best, confidence = self._judged(logits, score(text, self._rules))
        return best if confidence >= LEAST else None, confidence

    def _judged(self, logits: Mapping[str, float], votes: Sequence[Vote]) -> tuple[str, float]:
        return _combined(self._known, logits, votes)


def _combined(
    known: Sequence[str], logits: Mapping[str, float], votes: Sequence[Vote]
) -> tuple[str, float]:
    """Add the rules to the logits; a class the model never saw starts at its lowest logit."""
    from_rules: dict[str, float] = defaultdict(float)
    for vote in votes:
        from_rules[vote.class_id] += vote.weight
    lowest = min(logits.values())
    sums = [logits.get(each, lowest) + min(from_rules[each], MOST_FROM_RULES) for each in known]
    highest = max(sums)
    share = 1.0 / sum(exp(each - highest) for each in sums)
    return known[sums.index(highest)], round(min(MOST, share), 4)


def _reasons(best: str, prediction: Prediction, votes: Sequence[Vote]) -> tuple[str, ...]:
    fitting = tuple(f"{vote.rule}: “{vote.evidence}”" for vote in votes if vote.class_id == best)
    if prediction.class_id != best or not prediction.words:
        return fitting
    return (*fitting, ", ".join(prediction.words))
