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
from typing import NamedTuple

import Stemmer

from eakte.search.compounds import CompoundSplitter
from eakte.search.identifiers import identifiers
from eakte.search.vocabulary import SEED


class Token(NamedTuple):
    """A word of a text: where it stands, itself folded, its stem and the stems of its parts."""

    start: int
    end: int
    folded: str
    stem: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """The three columns of a text, each in order of the text."""

    stems: tuple[str, ...]
    parts: tuple[str, ...]
    identifiers: tuple[str, ...]
    forms: frozenset[tuple[str, str]]
    """Words and parts that similar ones may stand in for: their `form`, their stem."""


_WORD = re.compile(r"[^\W_]+(?:[-\u00ad]\n[a-zäöüß]+|\u00ad[^\W_]+)*")
_BREAK = re.compile(r"[-\u00ad]\n?")
_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u"})
_VOWEL_E = re.compile(r"(?<=[ao])e|(?<![aeq])ue")
_AS_LETTER = str.maketrans("1058", "losb")
_MOST_DIGITS = 2
"""Digits in a word that may be letters misread."""
_NAMES = frozenset("muller moller zoller heller maler schafer fischer".split())  # noqa: SIM905 - a list
"""Names (folded) whose stem would be that of another word: Müller that of Müll."""
_LONGEST_TOKEN = 64
_ENDINGS = ("en", "er", "es", "e", "s")
_SHORTEST_FORM = 4
_TELLING = re.compile(r"(?=.*[a-z])[^\W_]{4,30}")
"""Words that may have been misread: neither short nor numbers."""
_DOTS = ("\u0308", "\u0300", "\u0301", "\u0302", "\u0327", "\u030c", "\u0303", "\u030a")


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
    """Give the stem of a folded word; numbers stay as they are, and names that mislead."""
    if (name := folded.removesuffix("s")) in _NAMES:
        return name
    found: str = _stemmer().stemWord(folded)
    return found


@lru_cache(maxsize=200_000)
def parts(folded: str) -> tuple[str, ...]:
    """Give the stems of the parts of a folded compound, none if it is none.

    Digits within a word are letters that OCR misread.
    """
    letters = folded if folded.isalpha() else _lettered(folded)
    return tuple(stem(part) for part in _splitter().parts(letters))


def _lettered(folded: str) -> str:
    digits = sum(each.isdigit() for each in folded)
    return folded.translate(_AS_LETTER) if digits <= _MOST_DIGITS < len(folded) else ""


@lru_cache(maxsize=10_000)
def is_known(folded: str) -> bool:
    """Tell whether a word is known, or a compound of known ones: then it is no misreading."""
    return _splitter().knows(folded)


def form(folded: str) -> str:
    """Give a word without its commonest endings; what OCR misread must not change how it is cut.

    (Stems cannot be compared: Kündigung is kundig, its misreading Kündlgung stays whole.)
    """
    return next((folded[: -len(end)] for end in _ENDINGS if _ends(folded, end)), folded)


def _ends(folded: str, end: str) -> bool:
    return folded.endswith(end) and len(folded) - len(end) >= _SHORTEST_FORM


@lru_cache(maxsize=200_000)
def _forms(folded: str) -> frozenset[tuple[str, str]]:
    words = (folded, *_splitter().parts(folded))
    return frozenset(
        (form(word), stem(word)[:_LONGEST_TOKEN]) for word in words if _TELLING.fullmatch(word)
    )


@lru_cache(maxsize=200_000)
def _read(word: str) -> tuple[str, str, tuple[str, ...]]:
    """Give a word of a text folded, its stem and its parts."""
    folded = _whole(word)
    return folded, stem(folded)[:_LONGEST_TOKEN], parts(folded)


def tokens(text: str) -> Iterator[Token]:
    """Give the words of a text in order; a word broken at the end of a line is one word."""
    for found in _WORD.finditer(text):
        yield Token(found.start(), found.end(), *_read(found.group()))


@lru_cache(maxsize=200_000)
def _whole(word: str) -> str:
    return fold(_BREAK.sub("", word))


def words(text: str) -> list[str]:
    """Give the words of a text as `tokens` does, folded and nothing else."""
    return list(map(_whole, _WORD.findall(text)))


def places(text: str) -> list[tuple[int, int]]:
    """Give where the words of a text begin and end."""
    return [found.span() for found in _WORD.finditer(text)]


def forms(text: str) -> frozenset[tuple[str, str]]:
    """Give the forms of a text and their stems as `analyse` does, and nothing else."""
    return frozenset[tuple[str, str]]().union(*map(_forms, words(text)))


def analyse(text: str) -> Terms:
    """Give the three columns of a text."""
    read = list(tokens(text))
    return Terms(
        tuple(token.stem for token in read),
        tuple(part for token in read for part in token.parts),
        tuple(
            dict.fromkeys(
                token for found in identifiers(text) for token in (found.token, *found.others)
            )
        ),
        frozenset[tuple[str, str]]().union(*(_forms(token.folded) for token in read)),
    )
