"""Where a letter meets a query (pure): its best page and a piece of it with marks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from eakte.search.analyser import fold, parts, places, stem, words
from eakte.search.identifiers import identifiers
from eakte.search.meaning import Run, Term

_BEFORE = 60
_LENGTH = 220
_MOST_PAGES = 12
"""So many pages of a letter are read closely."""
_BEGINNING = 4
_TELLING = 4
"""Letters by which a word is worth analysing: it begins as its stem does, and holds that of a part.

(But for its last letter: the first part of Schulhof is Schule.)
"""


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
    read = words(text)
    distinct, spans = set(read), list[tuple[int, int]]()
    found = list(_identified(text, terms))
    for number, term in enumerate(terms):
        for first, last in (each for run in term.runs for each in _places(run, read, distinct)):
            spans = spans or places(text)
            found.append(_Mark(spans[first][0], spans[last][1], number))
    return sorted(found, key=lambda mark: (mark.start, -mark.end))


def _identified(text: str, terms: Sequence[Term]) -> Iterator[_Mark]:
    """Give the identifiers that meet a term."""
    wanted = [{run.tokens[0] for run in term.runs if run.column == "x"} for term in terms]
    for each in identifiers(text) if any(wanted) else ():
        for number, tokens in enumerate(wanted):
            if not tokens.isdisjoint((each.token, *each.others)):
                yield _Mark(each.start, each.end, number)


def _places(run: Run, read: Sequence[str], distinct: Collection[str]) -> Iterator[tuple[int, int]]:
    """Give first and last of the words in a row that meet a run of words or parts."""
    size, begun = len(run.tokens), run.tokens[0][:_TELLING]
    within = begun[: max(2, len(run.tokens[0]) - 1)]
    if run.column == "p":
        size = 1
        good = {each for each in distinct if within in each and _holds(each, run.tokens)}
    elif run.column == "t":
        good = {each for each in distinct if each.startswith(begun)}
        good = {each for each in good if size > 1 or _meets((each,), run)}
    else:
        return
    for at in (at for at, each in enumerate(read) if each in good) if good else ():
        if size == 1 or _meets(read[at : at + size], run):
            yield at, at + size - 1


def _meets(words: Sequence[str], run: Run) -> bool:
    if run.prefix:
        before = tuple(map(stem, words[:-1])) == run.tokens[:-1]
        return len(words) == len(run.tokens) and before and words[-1].startswith(run.tokens[-1])
    return tuple(map(stem, words)) == run.tokens


def _holds(folded: str, wanted: tuple[str, ...]) -> bool:
    found, size = parts(folded), len(wanted)
    return any(found[at : at + size] == wanted for at in range(len(found) - size + 1))


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
