"""Split German compounds over a vocabulary (pure).

Abfallgebührenbescheid is abfall, gebühr and bescheid; Glasfaserausbau is glasfaser, of which the
parts are glas and faser, and ausbau.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

_LINKS = ("", "s", "es", "n", "en", "er", "e")
"""Fugenelemente between two parts; `en` and `e` may also be an inflection."""
_INFLECTIONS = ("", "e", "en", "er", "es", "s", "n", "ern")
_SHORTEST_WORD = 7
_SHORTEST_PART = 3
_SHORTEST_ALONE = 5
"""A known part of this length counts even where the rest of the word is unknown."""
_LONGEST_WORD = 60


@dataclass(frozen=True)
class _Split:
    parts: tuple[str, ...]

    @property
    def cost(self) -> tuple[int, int]:
        """Few parts, and among as many the one without very short ones."""
        return (len(self.parts), -min(map(len, self.parts)))


class CompoundSplitter:
    """Knows a vocabulary and how to fold and stem its words."""

    def __init__(self, words: Iterable[str], fold: Callable[[str], str]) -> None:
        known = frozenset(folded for word in words if len(folded := fold(word)) > 2)  # noqa: PLR2004 - no syllables
        self._bases = _forms(known, _INFLECTIONS)
        """Known words by how they may stand last."""
        shortened = {word[:-1]: word for word in known if word.endswith("e")}
        self._modifiers = shortened | _forms(known, _LINKS)
        """Known words by how they may stand before others."""
        self._split = lru_cache(maxsize=100_000)(self._parts)

    def parts(self, word: str) -> tuple[str, ...]:
        """Give the parts of a folded word, folded; none if it is no compound we understand.

        A part that is a compound itself is followed by its own parts.
        """
        if not _SHORTEST_WORD <= len(word) <= _LONGEST_WORD or not word.isalpha():
            return ()
        return self._split(word)

    def knows(self, word: str) -> bool:
        """Tell whether all of a folded word is known: alone, or as a compound of known parts."""
        return word in self._bases or bool(self._known_parts(word))

    def _parts(self, word: str) -> tuple[str, ...]:
        found = self._known_parts(word)
        if not found and word not in self._bases:
            found = self._ends(word)
        return tuple(each for part in found for each in (part, *self.parts(part)))

    def _known_parts(self, word: str) -> tuple[str, ...]:
        """Give the cheapest split of all of a word into two known parts or more."""
        seen: dict[str, _Split | None] = {}
        found = []
        for end in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
            head = self._modifiers.get(word[:end])
            rest = self._whole(word[end:], seen) if head is not None else None
            if head is not None and rest is not None:
                found.append(_Split((head, *rest.parts)))
        return min(found, key=lambda split: split.cost).parts if found else ()

    def _whole(self, word: str, seen: dict[str, _Split | None]) -> _Split | None:
        """Give the cheapest split of a word into known parts, be it one."""
        if word in seen:
            return seen[word]
        found = [_Split((base,))] if (base := self._bases.get(word)) else []
        for end in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
            if (head := self._modifiers.get(word[:end])) is None:
                continue
            rest = self._whole(word[end:], seen)
            if rest is not None:
                found.append(_Split((head, *rest.parts)))
        seen[word] = min(found, key=lambda split: split.cost, default=None)
        return seen[word]

    def _ends(self, word: str) -> tuple[str, ...]:
        """Give a long known beginning or ending, and the rest, of a word otherwise unknown."""
        for start in range(_SHORTEST_PART + 1, len(word) - _SHORTEST_ALONE + 1):
            if len(base := self._bases.get(word[start:], "")) >= _SHORTEST_ALONE:
                return (word[:start], base)
        for end in range(len(word) - _SHORTEST_PART - 1, _SHORTEST_ALONE - 1, -1):
            if len(head := self._modifiers.get(word[:end], "")) >= _SHORTEST_ALONE:
                return (head, word[end:])
        return ()


def _forms(known: Collection[str], endings: Sequence[str]) -> dict[str, str]:
    """Give known words by themselves with an ending; where two fit, by the first ending."""
    return {f"{word}{ending}": word for ending in reversed(endings) for word in known}
