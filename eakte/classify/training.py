"""Training: labelled letters in, a calibrated model out; the only home of scikit-learn.

Cross-validation decides at each training between two linear classifiers over the same features:
complement naive Bayes, which can begin with the classes' own descriptions and few letters, and a
linear support vector machine, which is better once there are letters. Letters of one group (a
sender, a template) are never on both sides of a fold. One temperature, fitted on letters that a
fold did not see, turns decisions into honest probabilities. Every step is deterministic: the same
letters give the same model, byte for byte.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from eakte.classify.features import (
    WIDTH,
    Buckets,
    Counted,
    character_buckets,
    counted,
    word_buckets,
    words,
)
from eakte.classify.model import Floats, Model, places, softmax, vectorise

NAME = "posteingang"
MOST_BUCKETS = 40_000
"""Buckets kept in a model: those with the largest weights; a model then stays below 2 MB."""
FOLDS = 3
_TOLERANCE = 0.5
"""Where the vector machine stops: a finer one takes twice the time and knows no letter more."""
_SEED = 20260302
_SMOOTHING = 0.5
_TOLD = 6.0
"""A description counts like so many letters: it says what is meant, without a letter's chaff.

With one letter a class that is worth .20 of accuracy, with ten .04, with forty none (measured).
"""
_TEMPERATURES = np.geomspace(0.02, 3.0, 100)
_FEW = 5
"""With fewer letters a class, cross-validation decides nothing: naive Bayes is taken."""
_COLD = 0.3
"""Temperature of naive Bayes where there is nothing to fit one on: it rather doubts too much."""

_Counts = tuple[Counted, Counted]


class Algorithm(StrEnum):
    """What cross-validation chooses from."""

    NAIVE_BAYES = "complement-naive-bayes"
    VECTOR_MACHINE = "linear-support-vector-machine"


@dataclass(frozen=True)
class Example:
    """A letter to learn from; `group` names what it shares with others ("": nothing)."""

    text: str
    class_id: str
    group: str = ""


@dataclass(frozen=True)
class Trial:
    """How one algorithm did on letters that it had not seen: share of right ones, mean log loss."""

    algorithm: Algorithm
    accuracy: float
    log_loss: float


@dataclass(frozen=True, eq=False)
class Trained:
    """A model, why its algorithm was chosen, and what it said of each letter unseen.

    `unseen` has one row of logits per example, in the order of `model.classes`, from a machine
    that knew nothing of the example's group; None where cross-validation was not possible.
    """

    model: Model
    trials: tuple[Trial, ...]
    unseen: Floats | None


@dataclass(frozen=True, eq=False)
class _Linear:
    """Weights (one row per bucket, one column per class) and intercepts."""

    weights: Any
    intercepts: Any


def train(
    examples: Sequence[Example], descriptions: Mapping[str, str] | None = None, name: str = NAME
) -> Trained:
    """Train on letters and on what the classes say of themselves (text by class id).

    Raises ValueError if both together tell of fewer than two classes.
    """
    told = dict(descriptions or {})
    classes = tuple(sorted({*told, *(each.class_id for each in examples)}))
    if len(classes) < 2:  # noqa: PLR2004 - see docstring
        raise ValueError("training needs two classes")
    counts = [_counts(each.text) for each in examples] + [_counts(text) for text in told.values()]
    labels = [each.class_id for each in examples] + list(told)
    known = np.array([classes.index(label) for label in labels])
    least = 2 if len(examples) >= 2 * len(classes) else 1
    buckets, idf = _vocabulary(counts, least)
    matrix = _matrix(counts, buckets, idf)
    worth = np.repeat([1.0, _TOLD], [len(examples), len(told)])
    enough = len(examples) >= _FEW * len(classes)
    fold_of = folds(examples if enough else ())
    trials, decisions = _chosen(matrix, known, worth, fold_of)
    algorithm = trials[0].algorithm if trials else Algorithm.NAIVE_BAYES
    temperature = _COLD
    unseen = None
    if decisions is not None:
        temperature, _ = _calibrated(decisions, known[: len(examples)])
        unseen = (decisions / temperature).astype(np.float32)
    model = Model(
        name=name,
        classes=classes,
        **_whole(algorithm, counts, known, worth, (buckets, idf, matrix)),
        temperature=round(temperature, 4),
        algorithm=algorithm.value,
    )
    return Trained(model, trials, unseen)


def folds(examples: Sequence[Example]) -> Any:
    """Give each example its fold: every class spread over all, no group in two.

    Whose group is "" is a group of its own.
    """
    names = [
        each.group or f"{place} {each.class_id} {each.text}" for place, each in enumerate(examples)
    ]
    order = sorted(
        range(len(examples)), key=lambda place: (examples[place].class_id, _mixed(names[place]))
    )
    taken = Counter[str]()
    fold_of = dict[str, int]()
    for place in order:
        class_id = examples[place].class_id
        if names[place] not in fold_of:
            fold_of[names[place]] = taken[class_id] % FOLDS
            taken[class_id] += 1
    return np.array([fold_of[name] for name in names], dtype=int)


def _mixed(name: str) -> bytes:
    """Give a sort key that has nothing to do with the name's meaning."""
    return hashlib.sha256(name.encode()).digest()


def _whole(
    algorithm: Algorithm,
    counts: Sequence[_Counts],
    known: Any,
    worth: Any,
    features: tuple[Buckets, Floats, csr_matrix],
) -> dict[str, Any]:
    """Fit on everything; where there are too many buckets, once more on the telling ones."""
    buckets, idf, matrix = features
    classes = int(known.max()) + 1
    fitted = _fitted(algorithm, matrix, known, worth, classes)
    if len(buckets) > MOST_BUCKETS:
        keep = _strongest(fitted.weights)
        buckets, idf = buckets[keep], idf[keep]
        fitted = _fitted(algorithm, _matrix(counts, buckets, idf), known, worth, classes)
    return {
        "buckets": buckets,
        "idf": _halved(idf),
        "weights": _halved(fitted.weights),
        "intercepts": fitted.intercepts.astype(np.float32),
    }


def _chosen(
    matrix: csr_matrix, known: Any, worth: Any, fold_of: Any
) -> tuple[tuple[Trial, ...], Any]:
    """Try every algorithm on unseen letters; gives the trials, best first, and its decisions."""
    tried = []
    for algorithm in Algorithm:
        decisions = _unseen(algorithm, matrix, known, worth, fold_of)
        if decisions is None:
            return (), None
        right = known[: len(fold_of)]
        _, loss = _calibrated(decisions, right)
        accuracy = float((decisions.argmax(axis=1) == right).mean())
        tried.append((Trial(algorithm, accuracy, loss), decisions))
    tried.sort(key=lambda pair: (-pair[0].accuracy, pair[0].log_loss))
    return tuple(trial for trial, _ in tried), tried[0][1]


def _unseen(algorithm: Algorithm, matrix: csr_matrix, known: Any, worth: Any, fold_of: Any) -> Any:
    """Give decisions on every letter by a machine that did not see its fold.

    Descriptions (the rows after the letters) are always seen. None: not possible, or no letters.
    """
    decisions = np.zeros((len(fold_of), int(known.max()) + 1))
    of_description = np.full(matrix.shape[0] - len(fold_of), -1)
    place = np.concatenate([fold_of, of_description])
    for fold in sorted(set(fold_of.tolist())):
        seen = place != fold
        if len(set(known[seen].tolist())) < 2:  # noqa: PLR2004 - nothing to tell apart
            return None
        fitted = _fitted(algorithm, matrix[seen], known[seen], worth[seen], decisions.shape[1])
        decisions[fold_of == fold] = matrix[place == fold] @ fitted.weights + fitted.intercepts
    return decisions if len(fold_of) else None


def _counts(text: str) -> _Counts:
    read = words(text)
    return counted(word_buckets(read)), counted(character_buckets(read))


def _vocabulary(counts: Sequence[_Counts], least: int) -> tuple[Buckets, Floats]:
    """Give the buckets seen in `least` letters, with smoothed inverse document frequencies."""
    seen = np.zeros(2 * WIDTH, dtype=np.int64)
    for halves in counts:
        for buckets, _times in halves:
            seen[buckets] += 1
    known = np.flatnonzero(seen >= least)
    idf = np.log((1 + len(counts)) / (1 + seen[known])) + 1
    return known, idf.astype(np.float32)


def _matrix(counts: Sequence[_Counts], buckets: Buckets, idf: Floats) -> csr_matrix:
    table = places(buckets)
    parts = [[vectorise(half, table, idf) for half in halves] for halves in counts]
    columns = [rows for halves in parts for rows, _ in halves]
    values = [weights for halves in parts for _, weights in halves]
    ends = np.cumsum([0, *(sum(len(rows) for rows, _ in halves) for halves in parts)])
    shape = (len(counts), len(buckets))
    return csr_matrix((np.concatenate(values), np.concatenate(columns), ends), shape=shape)


def _fitted(
    algorithm: Algorithm, matrix: csr_matrix, known: Any, worth: Any, classes: int
) -> _Linear:
    """Fit; a class without a letter gets the lowest decision of the others, in effect."""
    if algorithm is Algorithm.NAIVE_BAYES:
        machine = ComplementNB(alpha=_SMOOTHING).fit(matrix, known, worth)
        weights, intercepts = machine.feature_log_prob_.T, np.zeros(len(machine.classes_))
    else:
        machine = LinearSVC(random_state=_SEED, class_weight="balanced", tol=_TOLERANCE)
        machine.fit(matrix, known, worth)
        weights = _per_class(machine.coef_.T)
        intercepts = _per_class(machine.intercept_[None, :])[0]
    weights = weights - weights.mean(axis=1, keepdims=True)  # the softmax does not notice
    whole = np.tile(weights.min(axis=1, keepdims=True), (1, classes))
    offsets = np.full(classes, intercepts.min())
    whole[:, machine.classes_], offsets[machine.classes_] = weights, intercepts
    return _Linear(whole, offsets)


def _strongest(weights: Any) -> Any:
    """Give the positions of the buckets with the largest weights, ascending."""
    size = np.sqrt((weights**2).sum(axis=1))
    return np.sort(np.argsort(-size, kind="stable")[:MOST_BUCKETS])


def _per_class(weights: Any) -> Any:
    """Give one column per class; scikit-learn keeps a single one for two classes."""
    return np.hstack([-weights, weights]) if weights.shape[1] == 1 else weights


def _halved(values: Any) -> Floats:
    """Round to what the file keeps, so that a trained and a loaded model are equal."""
    rounded: Floats = np.asarray(values).astype(np.float16).astype(np.float32)
    return rounded


def _calibrated(decisions: Any, known: Any) -> tuple[float, float]:
    """Give the temperature with the smallest log loss, and that loss."""
    losses = [_log_loss(decisions / degree, known) for degree in _TEMPERATURES]
    best = int(np.argmin(losses))
    return float(_TEMPERATURES[best]), losses[best]


def _log_loss(logits: Any, known: Any) -> float:
    right = softmax(logits)[np.arange(len(known)), known]
    return float(-np.log(np.maximum(right, 1e-12)).mean())
