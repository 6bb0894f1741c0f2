"""Finding: what meets a query best, and behind it what nearly does.

Of a query that very many letters meet, the newest MOST are ranked: what nearly every letter holds
tells none apart. Whoever may not see a letter learns nothing of it: the condition is part of every
query, rarity counts among candidates, and similar words are those of letters that may be seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from eakte.errors import IndexBrokenError
from eakte.search.analyser import is_known
from eakte.search.interface import Condition, SearchIndex, Shown
from eakte.search.meaning import Every, Term, Tree, terms, widened
from eakte.search.rank import Candidates, Ranked, ranked
from eakte.search.similar import Similar
from eakte.search.snippet import Snippet, locate

MOST = 500
"""So many letters are ranked; there may be more."""
_NOBODY = Candidates((), {})
_OFTEN = 3
"""A similar word that so many letters hold is taken for a word of its own."""


@dataclass(frozen=True)
class Hit:
    """A letter found: the higher its rank the better, and where it meets the query best."""

    document: str
    rank: float
    page: int
    snippet: Snippet
    similar: bool = False
    """Only similar words were found: typed wrongly here, or read wrongly there."""


@dataclass(frozen=True)
class Total:
    """How many letters meet a query, and how many nearly; `more`: at least so many."""

    exact: int
    similar: int
    more: bool = False

    @property
    def count(self) -> int:
        """How many hits there are to page through."""
        return self.exact + self.similar


@dataclass(frozen=True)
class Hits:
    """One page of hits, and of how many."""

    hits: tuple[Hit, ...]
    total: Total


def find(
    index: SearchIndex,
    conn: Connection,
    asked: Tree | None,
    among: Condition | None,
    *,
    limit: int = 10,
    offset: int = 0,
) -> Hits:
    """Give a page of hits, exact ones first; similar ones are sought when those run out.

    Raises IndexBrokenError if the index cannot be read.
    """
    try:
        return _found(index, conn, asked, among, limit=limit, offset=offset)
    except DatabaseError as problem:
        raise IndexBrokenError(detail=str(problem.orig).splitlines()[0]) from problem


def _found(
    index: SearchIndex,
    conn: Connection,
    asked: Tree | None,
    among: Condition | None,
    *,
    limit: int,
    offset: int,
) -> Hits:
    exact = index.candidates(conn, asked, among, MOST + 1)
    more, exact = len(exact) > MOST, exact.first(MOST)
    order = ranked(exact, terms(asked))
    wide: Tree | None = None
    nearly: Sequence[Ranked] = ()
    if asked is not None and not more and offset + limit > len(exact):
        wide, nearly = _nearly(index, conn, asked, among, known=len(exact) > 0)
    shown = [*order, *nearly][offset : offset + limit]
    letters = index.shown(conn, [each.number for each in shown])
    hits = tuple(
        _hit(
            each.rank,
            letters[each.number],
            terms(asked if place < len(order) else wide),
            similar=place >= len(order),
        )
        for place, each in enumerate(shown, start=offset)
    )
    return Hits(hits, Total(len(exact), len(nearly), more))


def _hit(rank: float, letter: Shown, asked: Sequence[Term], *, similar: bool) -> Hit:
    page, snippet = locate(letter.pages, asked)
    return Hit(letter.document, rank, page, snippet, similar)


def _nearly(
    index: SearchIndex, conn: Connection, asked: Tree, among: Condition | None, *, known: bool
) -> tuple[Tree | None, Sequence[Ranked]]:
    """Give what meets the query with similar words in place of some, but not without."""
    found = {
        term.form: tuple(
            each for each in index.similar(conn, term.form, among) if each.stem != term.stem
        )
        for term in terms(asked)
        if term.form
    }
    if known:
        found = {form: tuple(filter(_is_unknown, others)) for form, others in found.items()}
    wide = widened(asked, found)
    letters = _wider(index, conn, asked, wide, among) if wide != asked else _NOBODY
    if known and (fewer := _misreadings(found, letters)) != found:
        wide = widened(asked, fewer)
        letters = _wider(index, conn, asked, wide, among) if wide != asked else _NOBODY
    return wide, ranked(letters, terms(wide)) if letters else ()


def _is_unknown(word: Similar) -> bool:
    return not is_known(word.form)


def _wider(
    index: SearchIndex, conn: Connection, asked: Tree, wide: Tree, among: Condition | None
) -> Candidates:
    return index.candidates(conn, Every((wide,), (asked,)), among, MOST)


def _misreadings(
    similar: Mapping[str, tuple[Similar, ...]], letters: Candidates
) -> dict[str, tuple[Similar, ...]]:
    """Keep what few letters hold, or what looks the same; others are words of their own."""
    words = {each.stem for others in similar.values() for each in others}
    texts = (letters.columns.get(name, ()) for name in "tp")
    both = (words.intersection(f"{t}{p}".split()) for t, p in zip(*texts, strict=True))
    held = Counter(word for each in both for word in each)
    return {
        form: tuple(each for each in others if each.same_shape or held[each.stem] < _OFTEN)
        for form, others in similar.items()
    }
