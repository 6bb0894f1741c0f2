"""Which words may be one and the same, typed or read wrongly (pure).

The skeleton of a word is what is left of it when shapes that OCR confuses are one: words with the
same skeleton are candidates whatever else. Other ones may differ by one edit (two in long words):
an edit leaves the beginning or the ending of a word alone, so both are keys to look it up by.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 4
"""Letters of a word that similar ones may stand in for."""
_SHORTEST_EDITED = 5
_LONG = 9
_ENDS = 3
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


class Near(NamedTuple):
    """An indexed word: one of its keys, its form, its stem."""

    key: str
    form: str
    stem: str


def skeleton(word: str) -> str:
    """Give the shape that a folded word shares with what OCR makes of it."""
    plain = word.translate(_AS_LETTER)
    return _PAIRS.sub(lambda found: _PAIR[found.group()], plain).translate(_SHAPES)


def keys(word: str) -> tuple[str, ...]:
    """Give the keys that an indexed form is found by."""
    size = len(word)
    return f"={skeleton(word)}", f"<{size}{word[:_ENDS]}", f">{size}{word[-_ENDS:]}"


def keys_near(word: str) -> tuple[str, ...]:
    """Give the keys of all forms that may be meant; none for a word too short to tell."""
    if len(word) < SHORTEST:
        return ()
    reach = _edits(word)
    sizes = range(len(word) - reach, len(word) + reach + 1) if reach else ()
    ends = (key for size in sizes for key in (f"<{size}{word[:_ENDS]}", f">{size}{word[-_ENDS:]}"))
    return (f"={skeleton(word)}", *ends)


def nearest(form: str, candidates: Collection[Near]) -> tuple[Similar, ...]:
    """Choose those that may be meant, the nearest first, without the form itself.

    All of them: whoever may not see every letter must not lose words to those in hidden ones.
    """
    found = sorted({(each.form, each.stem) for each in candidates if each.form != form})
    same = {each.form for each in candidates if each.key[0] == "="}
    reach, forms = _edits(form), {each for each, _stem in found}
    near = process.extract(form, forms, scorer=OSA.distance, score_cutoff=reach, limit=None)
    edits = {each: int(distance) for each, distance, _place in near} | dict.fromkeys(same, -1)
    order = sorted((edits[each], each, stem) for each, stem in found if each in edits)
    return tuple(Similar(each, stem, each in same) for _edits, each, stem in order)


def _edits(word: str) -> int:
    """Give how many edits may lie between a word and what was meant."""
    if len(word) < _SHORTEST_EDITED:
        return 0
    return 2 if len(word) >= _LONG else 1
