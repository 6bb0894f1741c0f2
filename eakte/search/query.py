"""The query language (pure): words, "phrases", -not and prefix*; anything else is ignored.

A query asks for documents that hold all of its clauses and none of the excluded ones. No input is
an error: what leaves no word or identifier asks for nothing and finds nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from eakte.search.analyser import Identifier, fold, identifiers, stem, tokens

LONGEST = 500
"""Characters of a query that are read."""
MOST_CLAUSES = 32
_PLAIN = re.compile(r'[^\s"]+')
_MINUS = re.compile(r"(?<!\S)-")
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True)
class Clause:
    """One thing asked for; it is met by its stems in a row, or else by its identifier.

    A single stem is also met by the part of a compound, and a word that is a compound itself by a
    longer one with the same `parts` in a row; `prefix` is the folded beginning of a word (with an
    empty `stems`: only that).
    """

    stems: tuple[str, ...] = ()
    prefix: str = ""
    identifier: str = ""
    excluded: bool = False
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Query:
    """All clauses of a query."""

    clauses: tuple[Clause, ...]

    @property
    def wanted(self) -> tuple[Clause, ...]:
        """The clauses that must be met."""
        return tuple(clause for clause in self.clauses if not clause.excluded)

    @property
    def unwanted(self) -> tuple[Clause, ...]:
        """The clauses that must not be met."""
        return tuple(clause for clause in self.clauses if clause.excluded)


def parse(text: str) -> Query:
    """Read a query; the same text as in letters is recognised, so dates may hold spaces."""
    read = text[:LONGEST]
    plain = _MINUS.sub(" ", read)
    known = {found.start: found for found in sorted(identifiers(plain), key=_length)}
    clauses: list[Clause] = []
    place = 0
    while place < len(read) and len(clauses) < MOST_CLAUSES:
        if blank := _BLANK.match(read, place):
            place = blank.end()
            continue
        excluded = read[place] == "-"
        place += excluded
        end, clause = _clause(read, place, known.get(place))
        if clause.stems or clause.prefix or clause.identifier:
            clauses.append(_marked(clause, excluded=excluded))
        place = max(end, place + (not excluded))
    return Query(tuple(clauses))


def _length(found: Identifier) -> int:
    return found.end - found.start


def _marked(clause: Clause, *, excluded: bool) -> Clause:
    return replace(clause, excluded=excluded)


def _clause(read: str, place: int, known: Identifier | None) -> tuple[int, Clause]:
    """Read one clause at a place; gives where it ends."""
    if known is not None:
        return known.end, Clause(_stems(read[known.start : known.end]), identifier=known.token)
    if read.startswith('"', place):
        end = read.find('"', place + 1)
        end = len(read) if end < 0 else end
        return end + 1, Clause(_stems(read[place + 1 : end]))
    found = _PLAIN.match(read, place)
    if found is None:
        return place, Clause()
    word = found.group()
    if word.endswith("*"):
        return found.end(), _prefixed(word)
    return found.end(), _word(word)


def _word(read: str) -> Clause:
    """Ask for a word; where it is a compound, its parts in a row will do as well."""
    words = list(tokens(read))
    parts = words[0].parts if len(words) == 1 else ()
    return Clause(tuple(word.stem for word in words), parts=parts if len(parts) > 1 else ())


def _stems(read: str) -> tuple[str, ...]:
    return tuple(token.stem for token in tokens(read))


def _prefixed(word: str) -> Clause:
    """Ask for words that begin so; the last word counts where there are several."""
    folded = [fold(found) for found in re.findall(r"[^\W_]+", word)]
    return Clause((stem(folded[-1]),), prefix=folded[-1]) if folded else Clause()
