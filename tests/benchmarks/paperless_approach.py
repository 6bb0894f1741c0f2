"""The approach that paperless-ngx takes to a document's type, written anew from what it does.

Words in small letters, stemmed (it uses NLTK's Snowball; here the C library, which is faster),
counts of word 1- and 2-grams that are in 1 % of the letters at least, and a multi-layer perceptron
with scikit-learn's defaults, `tol=0.01` and no fixed seed of its own (here: one, to repeat it).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import Stemmer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.neural_network import MLPClassifier

_STEM = Stemmer.Stemmer("german")


def preprocessed(text: str) -> str:
    """Give the stems of a letter's words."""
    words = re.sub(r"[^\w\s]", " ", re.sub(r"\s+", " ", text.lower().strip())).split()
    return " ".join(_STEM.stemWords(words))


class PaperlessApproach:
    """Says what letters are, with the probability that the perceptron gives."""

    def __init__(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        """Train."""
        self._vectorizer = CountVectorizer(analyzer="word", ngram_range=(1, 2), min_df=0.01)
        counts = self._vectorizer.fit_transform(preprocessed(text) for text in texts)
        self._machine = MLPClassifier(tol=0.01, random_state=1).fit(counts, labels)

    def classify(self, text: str) -> tuple[str, float]:
        """Give the most probable class and its probability."""
        counts = self._vectorizer.transform([preprocessed(text)])
        shares = self._machine.predict_proba(counts)[0]
        best = int(np.argmax(shares))
        return str(self._machine.classes_[best]), float(shares[best])
