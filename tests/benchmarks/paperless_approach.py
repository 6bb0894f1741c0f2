"""The approach that paperless-ngx takes to a document's type, written anew from what it does.

Words in small letters without punctuation and function words, taken apart and stemmed by NLTK (each
word once, as it remembers stems, too), counts of word 1- and 2-grams that are in 1 % of the letters
at least, and a multi-layer perceptron with scikit-learn's defaults and `tol=0.01`. It fixes no seed
(here: one, to repeat it), and knows nothing of the classes but their letters. Source:
`documents/classifier.py` of paperless-ngx 2.x, its defaults for German (`NLTK_ENABLED`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from nltk.stem import SnowballStemmer
from nltk.tokenize import word_tokenize
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.neural_network import MLPClassifier

_STEMMER = SnowballStemmer("german")
_GERMAN = (
    "aber alle allem allen aller alles als also am an ander andere anderem anderen "
    "anderer anderes anderm andern anderr anders auch auf aus bei bin bis bist da "
    "dabei damit dann das dass daß dasselbe dazu dein deine deinem deinen deiner "
    "deines dem demselben den denn denselben der derer derselbe derselben des "
    "desselben dessen dich die dies diese dieselbe dieselben diesem diesen dieser "
    "dieses dir doch dort du durch ein eine einem einen einer eines einig einige "
    "einigem einigen einiger einiges einmal er es etwas euch euer eure eurem euren "
    "eurer eures für gegen gewesen hab habe haben hat hatte hatten hier hin hinter "
    "ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im in indem ins ist ja jede "
    "jedem jeden jeder jedes jene jenem jenen jener jenes jetzt kann kein keine "
    "keinem keinen keiner keines können könnte machen man manche manchem manchen "
    "mancher manches mein meine meinem meinen meiner meines mich mir mit muss musste "
    "nach nicht nichts noch nun nur ob oder ohne sehr sein seine seinem seinen seiner "
    "seines selbst sich sie sind so solche solchem solchen solcher solches soll "
    "sollte sondern sonst um und uns unser unsere unserem unseren unserer unseres "
    "unter viel vom von vor war waren warst was weg weil weiter welche welchem "
    "welchen welcher welches wenn werde werden wie wieder will wir wird wirst wo "
    "wollen wollte während würde würden zu zum zur zwar zwischen über "
)
_FUNCTION_WORDS = frozenset(_GERMAN.split())


def preprocessed(text: str) -> str:
    """Give the stems of a letter's words, function words left out."""
    plain = re.sub(r"[^\w\s]", " ", re.sub(r"\s+", " ", text.lower().strip()))
    words = word_tokenize(plain, "german", preserve_line=True)
    return " ".join(stem(word) for word in words if word not in _FUNCTION_WORDS)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Give the stem of a word."""
    return str(_STEMMER.stem(word))


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
