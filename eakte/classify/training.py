"""Training: labelled letters in, a calibrated model out; the only home of scikit-learn.

Features are those of `features`, the classifier is a linear support vector machine, its decisions
are calibrated by one temperature that is fitted on letters each fold did not see. Every step is
deterministic: the same letters give the same model, byte for byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from eakte.classify.features import character_counts, word_counts, word_grams
from eakte.classify.model import Buckets, Floats, Model, softmax, vectorise

NAME = "posteingang"
MOST_BUCKETS = 40_000
"""Buckets kept in a model: those with the largest weights; a model then stays below 2 MB."""
_FOLDS = 5
_SEED = 20260302
_TEMPERATURES = np.geomspace(0.05, 2.0, 75)
"""Not below .05: folds share turns of phrase, so that they look easier than real letters are."""

_Counts = tuple[Counter[int], Counter[int]]


def train(texts: Sequence[str], labels: Sequence[str], name: str = NAME) -> Model:
    """Train on labelled letters; every class needs at least two.

    Raises ValueError if there are fewer than two classes or a class with one letter only.
    """
    classes = tuple(sorted(set(labels)))
    known = np.array([classes.index(label) for label in labels])
    if len(classes) < 2 or np.bincount(known).min() < 2:  # noqa: PLR2004 - see docstring
        raise ValueError("training needs two classes with two letters each")
    counts = [_counts(text) for text in texts]
    buckets, idf = _vocabulary(counts)
    matrix = _matrix(counts, buckets, idf)
    keep = _strongest(_fitted(matrix, known).coef_)
    buckets, idf = buckets[keep], idf[keep]
    matrix = _matrix(counts, buckets, idf)
    machine = _fitted(matrix, known)
    return Model(
        name=name,
        classes=classes,
        buckets=buckets,
        idf=_halved(idf),
        weights=_halved(_per_class(machine.coef_.T)),
        intercepts=_per_class(machine.intercept_[None, :])[0].astype(np.float32),
        temperature=_temperature(matrix, known),
    )


def train_shipped(letters: Iterable[tuple[str, str]], folder: Path) -> Model:
    """Train on (text, class id) pairs and write the model into a folder."""
    pairs = list(letters)
    model = train([text for text, _ in pairs], [label for _, label in pairs])
    model.save(folder)
    return model


def _counts(text: str) -> _Counts:
    return word_counts(word_grams(text)), character_counts(text)


def _vocabulary(counts: Sequence[_Counts]) -> tuple[Buckets, Floats]:
    """Give the buckets seen in two letters or more, with smoothed inverse document frequencies."""
    seen: Counter[int] = Counter()
    for halves in counts:
        for half in halves:
            seen.update(half.keys())
    buckets = np.array(sorted(each for each, number in seen.items() if number > 1), dtype=np.int64)
    frequency = np.array([seen[int(each)] for each in buckets], dtype=np.float64)
    idf = np.log((1 + len(counts)) / (1 + frequency)) + 1
    return buckets, idf.astype(np.float32)


def _matrix(counts: Sequence[_Counts], buckets: Buckets, idf: Floats) -> csr_matrix:
    columns: list[Buckets] = []
    values: list[Floats] = []
    ends = [0]
    for halves in counts:
        parts = [vectorise(half, buckets, idf) for half in halves]
        columns += [rows for rows, _ in parts]
        values += [weights for _, weights in parts]
        ends.append(ends[-1] + sum(len(rows) for rows, _ in parts))
    shape = (len(counts), len(buckets))
    return csr_matrix((np.concatenate(values), np.concatenate(columns), ends), shape=shape)


def _fitted(matrix: csr_matrix, known: Any) -> Any:
    return LinearSVC(random_state=_SEED, class_weight="balanced").fit(matrix, known)


def _strongest(weights: Any) -> Any:
    """Give the positions of the buckets with the largest weights, ascending."""
    size = np.sqrt((np.asarray(weights) ** 2).sum(axis=0))
    return np.sort(np.argsort(-size, kind="stable")[:MOST_BUCKETS])


def _per_class(weights: Any) -> Any:
    """Give one column per class; scikit-learn keeps a single one for two classes."""
    return np.hstack([-weights, weights]) if weights.shape[1] == 1 else weights


def _halved(values: Any) -> Floats:
    """Round to what the file keeps, so that a trained and a loaded model are equal."""
    rounded: Floats = np.asarray(values).astype(np.float16).astype(np.float32)
    return rounded


def _temperature(matrix: csr_matrix, known: Any) -> float:
    """Fit the temperature with the smallest log loss on letters that a fold did not see."""
    folds = min(_FOLDS, int(np.bincount(known).min()))
    split = StratifiedKFold(folds, shuffle=True, random_state=_SEED)
    decisions = np.zeros((matrix.shape[0], int(known.max()) + 1))
    for seen, unseen in split.split(matrix, known):
        machine = _fitted(matrix[seen], known[seen])
        found = machine.decision_function(matrix[unseen])
        decisions[unseen] = found if found.ndim > 1 else np.stack([-found, found], axis=1)
    losses = [_log_loss(decisions / degree, known) for degree in _TEMPERATURES]
    return round(float(_TEMPERATURES[int(np.argmin(losses))]), 4)


def _log_loss(logits: Any, known: Any) -> float:
    right = softmax(logits)[np.arange(len(known)), known]
    return float(-np.log(np.maximum(right, 1e-12)).mean())
