"""Features of a letter: hashed word 1-2-grams and character 4-5-grams (pure).

The character grams stay within words and carry the class through OCR errors; the word grams also
serve as reasons that a person can read. Digits are all the same, umlauts are folded, because
neither a number nor a lost dot should decide what a letter is.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from eakte.classify.limits import LONGEST

Buckets = NDArray[np.signedinteger[Any]]
Counted = tuple[Buckets, NDArray[np.int64]]
"""Buckets in ascending order, each once, and how often each was there."""

WIDTH = 1 << 18
"""Buckets per kind: words hash to [0, WIDTH), character grams to [WIDTH, 2 * WIDTH)."""
SIZES = (4, 5)
"""Characters of a gram; those of 3 took a third of the time and knew no letter more."""

_WORD = re.compile(r"\w+")
_SOFT_BREAK = re.compile(r"(\w)[-\u00ad]\n(?=[a-zäöüß])")
_FOLDED = (("ä", "a"), ("ö", "o"), ("ü", "u"), *((digit, "0") for digit in "123456789"))


def words(text: str) -> list[str]:
    """Give the words of a letter in order: folded, digits as 0, broken words joined."""
    read = unicodedata.normalize("NFC", text)[:LONGEST]
    if "-\n" in read or "\u00ad\n" in read:
        read = _SOFT_BREAK.sub(r"\1", read)
    folded = read.casefold()
    for one, other in _FOLDED:
        folded = folded.replace(one, other)
    return _WORD.findall(folded)


def word_buckets(read: Sequence[str]) -> Buckets:
    """Give the buckets of the words in order, then those of each pair of neighbours."""
    hashed = [_hashed(word) for word in read]
    single = [alone for _bytes, alone, _before in hashed]
    pairs = [crc32(right[0], left[2]) % WIDTH for left, right in pairwise(hashed)]
    return np.array(single + pairs, dtype=np.int32)


def grams(read: Sequence[str], place: int) -> str:
    """Give the word or pair at a place of `word_buckets`."""
    if place < len(read):
        return read[place]
    return f"{read[place - len(read)]} {read[place - len(read) + 1]}"


def character_buckets(read: Sequence[str]) -> Buckets:
    """Give the buckets of the character grams of all words."""
    return np.frombuffer(b"".join(map(_character_buckets, read)), dtype=np.int32)


def counted(buckets: Buckets) -> Counted:
    """Count buckets."""
    ordered = np.sort(buckets)
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    return ordered[starts], np.diff(starts, append=len(ordered))


@lru_cache(maxsize=50_000)
def _hashed(word: str) -> tuple[bytes, int, int]:
    """Give a word's bytes, its bucket, and the hash that a pair goes on from."""
    raw = word.encode()
    value = crc32(raw)
    return raw, value % WIDTH, crc32(b" ", value)


@lru_cache(maxsize=50_000)
def _character_buckets(word: str) -> bytes:
    """Give the buckets of a word's character grams as the bytes of an array: they join fast."""
    padded = f" {word} "
    if padded.isascii():
        raw = padded.encode()
        pieces = [raw[start:end] for start, end in _spans(len(raw))]
    else:
        pieces = [padded[start:end].encode() for start, end in _spans(len(padded))]
    return array("i", [WIDTH + crc32(piece) % WIDTH for piece in pieces]).tobytes()


@lru_cache(maxsize=1_000)
def _spans(length: int) -> tuple[tuple[int, int], ...]:
    """Give where the grams of 4 and 5 characters begin and end."""
    return tuple(
        (start, start + size) for size in SIZES for start in range(max(1, length - size + 1))
    )
