"""The German analyser (pure): a text becomes the tokens that an index keeps and a query asks for.

Three columns: `stems` of every word in order (for words and phrases), `parts` of compounds, and
`identifiers`, canonical tokens for Aktenzeichen, dates, amounts, IBAN and e-mail addresses. All
tokens are ASCII letters, digits and `_` as far as German goes, so that every index keeps them
whole. Folding ignores what people type differently: ä/ae/a, ß/ss, case, composed or not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from eakte.domain.german import aktenzeichen_in, dates_in
from eakte.search.compounds import CompoundSplitter
from eakte.search.vocabulary import SEED


@dataclass(frozen=True)
class Token:
    """A word of a text: where it stands, its stem and the stems of its parts."""

    start: int
    end: int
    stem: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Identifier:
    """A canonical token for something with a fixed form, and where it stands."""

    start: int
    end: int
    token: str


@dataclass(frozen=True)
class Terms:
    """The three columns of a text, each in order of the text."""

    stems: tuple[str, ...]
    parts: tuple[str, ...]
    identifiers: tuple[str, ...]


_WORD = re.compile(r"[^\W_]+(?:[-\u00ad]\n[a-zäöüß]+|\u00ad[^\W_]+)*")
_BREAK = re.compile(r"[-\u00ad]\n?")
_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u"})
_VOWEL_E = re.compile(r"(?<=[ao])e|(?<![aeq])ue")
_DOTS = ("\u0308", "\u0300", "\u0301", "\u0302", "\u0327", "\u030c", "\u0303", "\u030a")
_AMOUNT = re.compile(
    r"(?<![\w.,])(?:€|EUR|Euro)?\s?(?P<whole>\d{1,3}(?:[.\s]\d{3})+|\d{1,9}),(?P<cents>\d{2}|-)(?![\w,]|\.\d)",
    re.IGNORECASE,
)
_IBAN = re.compile(r"\bDE\s?\d{2}(?:\s?\d{4}){4}\s?\d{2}\b", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")


def fold(word: str) -> str:
    """Fold a word: case, umlauts however written, ß, accents."""
    plain = unicodedata.normalize("NFC", word).casefold().translate(_UMLAUTS)
    if not plain.isascii():
        apart = unicodedata.normalize("NFD", plain)
        plain = unicodedata.normalize("NFC", "".join(c for c in apart if c not in _DOTS))
    return _VOWEL_E.sub(lambda found: "u" if found.group() == "ue" else "", plain)


@lru_cache(maxsize=1)
def _splitter() -> CompoundSplitter:
    return CompoundSplitter(SEED, fold)


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("german")


@lru_cache(maxsize=200_000)
def stem(folded: str) -> str:
    """Give the stem of a folded word; numbers stay as they are."""
    found: str = _stemmer().stemWord(folded)
    return found


@lru_cache(maxsize=200_000)
def parts(folded: str) -> tuple[str, ...]:
    """Give the stems of the parts of a folded compound, none if it is none."""
    return tuple(stem(part) for part in _splitter().parts(folded))


def tokens(text: str) -> Iterator[Token]:
    """Give the words of a text in order; a word broken at the end of a line is one word."""
    for found in _WORD.finditer(text):
        folded = fold(_BREAK.sub("", found.group()))
        yield Token(found.start(), found.end(), stem(folded), parts(folded))


def identifiers(text: str) -> Iterator[Identifier]:
    """Give the identifiers of a text; they may stand anywhere and are words as well."""
    for reading in aktenzeichen_in(text):
        yield Identifier(reading.start, reading.end, f"az{re.sub(r'[^0-9]', '', reading.value)}")
    for reading in dates_in(text):
        yield Identifier(reading.start, reading.end, f"d{reading.value.replace('-', '')}")
    for found in _AMOUNT.finditer(text):
        whole = re.sub(r"\D", "", found["whole"]).lstrip("0") or "0"
        cents = "00" if found["cents"] == "-" else found["cents"]
        yield Identifier(found.start(), found.end(), f"m{whole}_{cents}")
    for found in _IBAN.finditer(text):
        yield Identifier(found.start(), found.end(), re.sub(r"\s", "", found.group()).casefold())
    for found in _EMAIL.finditer(text):
        token = re.sub(r"[^a-z0-9]", "_", fold(found.group().rstrip(".")))
        yield Identifier(found.start(), found.end(), f"e_{token}")


def analyse(text: str) -> Terms:
    """Give the three columns of a text."""
    read = list(tokens(text))
    return Terms(
        tuple(token.stem for token in read),
        tuple(part for token in read for part in token.parts),
        tuple(dict.fromkeys(found.token for found in identifiers(text))),
    )
