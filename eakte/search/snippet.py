"""Where a letter meets a query (pure): its best page and a piece of it with marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eakte.search.analyser import Token, fold, tokens
from eakte.search.identifiers import Identifier, identifiers
from eakte.search.meaning import Run, Term

_BEFORE = 60
_LENGTH = 220
_MOST_PAGES = 12
"""So many pages of a letter are read closely."""
_BEGINNING = 4


@dataclass(frozen=True)
class Snippet:
    """A piece of a page; `marks` are (start, end) offsets in `text`, ascending, not overlapping."""

    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _Mark:
    start: int
    end: int
    term: int


def locate(pages: Sequence[str], terms: Sequence[Term]) -> tuple[int, Snippet]:
    """Give the number of the page (from 1) that meets most terms, and a snippet of it."""
    if not pages:
        return 1, Snippet("", ())
    marked = {place: _marks(pages[place], terms) for place in _promising(pages, terms)}
    best = max(marked, key=lambda place: (*_worth(marked[place]), -place))
    return best + 1, _cut(pages[best], marked[best])


def _promising(pages: Sequence[str], terms: Sequence[Term]) -> Sequence[int]:
    """Give the pages to read closely: of a long letter those that hold beginnings of the words."""
    if len(pages) <= _MOST_PAGES:
        return range(len(pages))
    begun = [{token[:_BEGINNING] for run in term.runs for token in run.tokens} for term in terms]

    def promise(place: int) -> tuple[int, int]:
        plain = fold(pages[place])
        return -sum(any(each in plain for each in term) for term in begun), place

    return sorted(range(len(pages)), key=promise)[:_MOST_PAGES]


def _worth(marks: Sequence[_Mark]) -> tuple[int, int]:
    return len({mark.term for mark in marks}), len(marks)


def _marks(text: str, terms: Sequence[Term]) -> list[_Mark]:
    """Give every place of a text that meets a term."""
    read = list(tokens(text))
    exact = any(run.column == "x" for term in terms for run in term.runs)
    known = list(identifiers(text)) if exact else []
    found = [
        _Mark(start, end, number)
        for number, term in enumerate(terms)
        for run in term.runs
        for start, end in _places(run, text, read, known)
    ]
    return sorted(found, key=lambda mark: (mark.start, -mark.end))


def _places(
    run: Run, text: str, read: Sequence[Token], known: Sequence[Identifier]
) -> Iterator[tuple[int, int]]:
    """Give the stretches of a text that meet a run."""
    size = len(run.tokens)
    if run.column == "x":
        held = ((each, (each.token, *each.others)) for each in known)
        yield from ((each.start, each.end) for each, forms in held if run.tokens[0] in forms)
    elif run.column == "p":
        yield from ((word.start, word.end) for word in read if _holds(word, run.tokens))
    elif run.prefix:
        yield from (
            (read[last - size + 1].start, read[last].end)
            for last in range(size - 1, len(read))
            if fold(text[read[last].start : read[last].end]).startswith(run.tokens[-1])
            and _stems(read, last - size + 1, last) == run.tokens[:-1]
        )
    else:
        yield from (
            (read[first].start, read[first + size - 1].end)
            for first in range(len(read) - size + 1)
            if read[first].stem == run.tokens[0] and _stems(read, first, first + size) == run.tokens
        )


def _stems(read: Sequence[Token], start: int, end: int) -> tuple[str, ...]:
    return tuple(word.stem for word in read[start:end])


def _holds(word: Token, parts: tuple[str, ...]) -> bool:
    size = len(parts)
    return any(word.parts[at : at + size] == parts for at in range(len(word.parts) - size + 1))


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
