"""The relevance set: letters, queries, and which letters answer which."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Letter:
    """A letter as it was written, and as it was read."""

    id: str
    written: str
    read: str


@dataclass(frozen=True)
class Query:
    """A query of a kind, and the letters that answer it."""

    kind: str
    text: str
    relevant: frozenset[str]


@dataclass(frozen=True)
class Score:
    """Mean recall, precision and precision of the first ten, over queries."""

    queries: int
    recall: float
    precision: float
    first_ten: float


def letters() -> tuple[Letter, ...]:
    """Give the letters."""
    lines = (HERE / "letters.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(_letter(json.loads(line)) for line in lines)


def _letter(row: dict[str, object]) -> Letter:
    written, misread = str(row["text"]), row["misread"]
    assert isinstance(misread, dict)
    read = written
    for word, wrong in misread.items():
        read = re.sub(rf"\b{word}\b", str(wrong), read)
    return Letter(str(row["id"]), written, read)


def queries(given: Iterable[Letter]) -> tuple[Query, ...]:
    """Give the queries."""
    written = {letter.id: re.sub(r"[ \n]+", " ", letter.written) for letter in given}
    lines = (HERE / "queries.txt").read_text(encoding="utf-8").splitlines()
    rows = [re.split(r" \| ", line) for line in lines if line.strip() and line[0] != "#"]
    return tuple(_query(row, written) for row in rows)


def _query(row: list[str], written: dict[str, str]) -> Query:
    kind, text, wanted, *unwanted = (each.strip() for each in row)
    every = [re.compile(each.strip(), re.IGNORECASE) for each in wanted.split(" && ")]
    none = [re.compile(each.strip(), re.IGNORECASE) for each in unwanted]
    found = frozenset(
        name
        for name, letter in written.items()
        if all(each.search(letter) for each in every)
        and not any(each.search(letter) for each in none)
    )
    return Query(kind, text, found)


def score(query: Query, found: list[str]) -> tuple[float, float, float]:
    """Give recall, precision and precision of the first ten; nothing found is all wrong."""
    right = [name in query.relevant for name in found]
    first = right[:10]
    return (
        sum(right) / len(query.relevant),
        sum(right) / len(right) if right else 0.0,
        sum(first) / len(first) if first else 0.0,
    )


def scores(found: dict[Query, list[str]]) -> dict[str, Score]:
    """Give the mean scores by kind, and of `all`."""
    rows = defaultdict[str, list[tuple[float, float, float]]](list)
    for query, names in found.items():
        for kind in (query.kind, "all"):
            rows[kind].append(score(query, names))
    return {
        kind: Score(len(each), *(sum(column) / len(each) for column in zip(*each, strict=True)))
        for kind, each in rows.items()
    }
