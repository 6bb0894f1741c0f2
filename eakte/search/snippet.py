"""Where a document meets a query (pure): its best page and a piece of it with marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eakte.search.analyser import Token, fold, identifiers, tokens
from eakte.search.query import Clause, Query

_BEFORE = 60
_LENGTH = 220


@dataclass(frozen=True)
class Snippet:
    """A piece of a page; `marks` are (start, end) offsets in `text`, ascending, not overlapping."""

    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _Mark:
    start: int
    end: int
    clause: int


def locate(pages: Sequence[str], query: Query) -> tuple[int, Snippet]:
    """Give the number of the page (from 1) that meets most clauses, and a snippet of it."""
    if not pages:
        return 1, Snippet("", ())
    marked = [_marks(page, query.wanted) for page in pages]
    best = max(range(len(pages)), key=lambda page: _worth(marked[page]))
    return best + 1, _cut(pages[best], marked[best])


def _worth(marks: Sequence[_Mark]) -> tuple[int, int]:
    return len({mark.clause for mark in marks}), len(marks)


def _marks(text: str, clauses: Sequence[Clause]) -> list[_Mark]:
    """Give every place of a text that meets a clause."""
    read = list(tokens(text))
    known = list(identifiers(text))
    found: list[_Mark] = []
    for number, clause in enumerate(clauses):
        found += [_Mark(start, end, number) for start, end in _rows(text, read, clause)]
        found += [
            _Mark(each.start, each.end, number)
            for each in known
            if clause.identifier and each.token == clause.identifier
        ]
    return sorted(found, key=lambda mark: (mark.start, -mark.end))


def _rows(text: str, read: Sequence[Token], clause: Clause) -> list[tuple[int, int]]:
    """Give the runs of words that meet a clause."""
    size = len(clause.stems)
    if size == 1:
        return [(word.start, word.end) for word in read if _meets(text, word, clause)]
    stems = [word.stem for word in read]
    return [
        (read[first].start, read[first + size - 1].end)
        for first in range(len(read) - size + 1 if size else 0)
        if tuple(stems[first : first + size]) == clause.stems
    ]


def _meets(text: str, word: Token, clause: Clause) -> bool:
    if word.stem == clause.stems[0] or clause.stems[0] in word.parts:
        return True
    if clause.parts and clause.parts in _runs(word.parts, len(clause.parts)):
        return True
    return bool(clause.prefix) and fold(text[word.start : word.end]).startswith(clause.prefix)


def _runs(parts: tuple[str, ...], size: int) -> set[tuple[str, ...]]:
    return {parts[first : first + size] for first in range(len(parts) - size + 1)}


def _cut(text: str, marks: Sequence[_Mark]) -> Snippet:
    """Cut around the first mark, at blanks, and make it one line of the same length."""
    start = max(0, marks[0].start - _BEFORE) if marks else 0
    if start:
        start = text.find(" ", start, marks[0].start) + 1 or start
    end = min(len(text), start + _LENGTH)
    if end < len(text):
        last = max((mark.end for mark in marks if mark.end <= end), default=start + 1)
        end = max(text.rfind(" ", start, end), last)
    piece = "".join(" " if each.isspace() else each for each in text[start:end])
    return Snippet(piece, _apart([(m.start - start, m.end - start) for m in marks], len(piece)))


def _apart(spans: Sequence[tuple[int, int]], length: int) -> tuple[tuple[int, int], ...]:
    """Keep spans within the length that do not overlap an earlier one."""
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        if end <= length and (not kept or start >= kept[-1][1]):
            kept.append((start, end))
    return tuple(kept)
