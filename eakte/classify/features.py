"""Features of a letter: hashed word 1-2-grams and character 3-5-grams (pure).

The character grams stay within words and carry the class through OCR errors; the word grams also
serve as reasons that a person can read. Digits are all the same, umlauts are folded, because
neither a number nor a lost dot should decide what a letter is.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

WIDTH = 1 << 18
"""Buckets per kind: words hash to [0, WIDTH), character grams to [WIDTH, 2 * WIDTH)."""
LONGEST = 20_000
"""Characters that are looked at; the class of a letter shows on its first pages."""

_WORD = re.compile(r"\w+")
_SOFT_BREAK = re.compile(r"(\w)[-\u00ad]\n(?=[a-zäöüß])")
_FOLD = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})
_DIGIT = re.compile(r"\d")


def words(text: str) -> list[str]:
    """Give the words of a letter in order: folded, digits as 0, broken words joined."""
    joined = _SOFT_BREAK.sub(r"\1", unicodedata.normalize("NFC", text)[:LONGEST])
    return _WORD.findall(_DIGIT.sub("0", joined.casefold().translate(_FOLD)))


def word_grams(text: str) -> Counter[str]:
    """Count the words and pairs of neighbours of a letter."""
    found = words(text)
    pairs = (f"{left} {right}" for left, right in pairwise(found))
    return Counter([*found, *pairs])


def word_bucket(gram: str) -> int:
    """Give the bucket of a word or pair."""
    return crc32(gram.encode()) % WIDTH


@lru_cache(maxsize=50_000)
def _character_buckets(word: str) -> tuple[int, ...]:
    padded = f" {word} "
    return tuple(
        WIDTH + crc32(padded[start : start + size].encode()) % WIDTH
        for size in (3, 4, 5)
        for start in range(max(1, len(padded) - size + 1))
    )


def character_counts(text: str) -> Counter[int]:
    """Count the buckets of the character grams of a letter."""
    counts: Counter[int] = Counter()
    for word in words(text):
        counts.update(_character_buckets(word))
    return counts


def word_counts(grams: Counter[str]) -> Counter[int]:
    """Count the buckets of word grams."""
    counts: Counter[int] = Counter()
    for gram, count in grams.items():
        counts[word_bucket(gram)] += count
    return counts
