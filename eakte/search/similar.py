"""Which words may be one and the same, typed or read wrongly (pure).

The skeleton of a word is what is left of it when shapes that OCR confuses are one: words with the
same skeleton are candidates whatever else. Other ones may differ by one edit (two in long words):
an edit leaves the beginning or the ending of a word alone, so both are keys to look it up by.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 4
"""Letters of a word that similar ones may stand in for."""
_SHORTEST_EDITED = 5
_LONG = 9
_ENDS, _LONGER_ENDING, _LONGER = 3, 4, 8
"""Letters of beginnings and endings that are keys; of words from a length on endings have more:

very many words have one of a few endings (-ung, -gen, -eid).
"""
MOST = 24
"""Similar words that may stand in for one."""
_AS_LETTER = str.maketrans("150842963", "lsobazgos")
_PAIRS = re.compile("rn|cl|vv|ii|ss")
_PAIR = {"rn": "m", "cl": "d", "vv": "w", "ii": "u", "ss": "b"}
_SHAPES = str.maketrans("ljecbhgqvu", "iiccbbggvv")


@dataclass(frozen=True)
class Similar:
    """A similar word: its form and stem, and whether its shape is the same."""

    form: str
    stem: str
    same_shape: bool


def skeleton(word: str) -> str:
    """Give the shape that a folded word shares with what OCR makes of it."""
    plain = word.translate(_AS_LETTER)
    return _PAIRS.sub(lambda found: _PAIR[found.group()], plain).translate(_SHAPES)


def keys(word: str) -> tuple[str, ...]:
    """Give the keys that an indexed form is found by."""
    return (f"={skeleton(word)}", *_ends(word, len(word)))


def _ends(word: str, size: int) -> tuple[str, str]:
    """Give beginning and ending of a word as the keys of words of a size."""
    ending = _LONGER_ENDING if size >= _LONGER else _ENDS
    return f"<{size}{word[:_ENDS]}", f">{size}{word[-ending:]}"


def keys_near(word: str) -> tuple[str, ...]:
    """Give the keys of all forms that may be meant; none for a word too short to tell."""
    if len(word) < SHORTEST:
        return ()
    reach = _edits(word)
    sizes = range(len(word) - reach, len(word) + reach + 1) if reach else ()
    return (f"={skeleton(word)}", *(key for size in sizes for key in _ends(word, size)))


def nearest(form: str, candidates: Collection[tuple[str, str, str]]) -> tuple[Similar, ...]:
    """Choose of words (key, form, stem) those that may be meant, the nearest first, not itself.

    All of them: whoever may not see every letter must not lose words to those in hidden ones.
    """
    stems = defaultdict[str, set[str]](set)
    for _key, other, stem in candidates:
        stems[other].add(stem)
    stems.pop(form, None)
    same = {other for key, other, _stem in candidates if key[0] == "="} & stems.keys()
    reach = _edits(form)
    near = process.extract(form, stems.keys(), scorer=OSA.distance, score_cutoff=reach, limit=None)
    edits = {other: int(distance) for other, distance, _place in near} | dict.fromkeys(same, -1)
    order = sorted((edits[other], other, stem) for other in edits for stem in stems[other])
    return tuple(Similar(other, stem, other in same) for _edits, other, stem in order)


def _edits(word: str) -> int:
    """Give how many edits may lie between a word and what was meant."""
    if len(word) < _SHORTEST_EDITED:
        return 0
    return 2 if len(word) >= _LONG else 1
