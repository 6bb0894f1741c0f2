"""The index as everybody else sees it: what goes in, and the port that two databases implement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

from sqlalchemy import Connection
from sqlalchemy.sql.elements import ColumnElement

from eakte.search.analyser import analyse
from eakte.search.identifiers import cents_of
from eakte.search.meaning import Tree
from eakte.search.rank import Candidates
from eakte.search.similar import Similar

Condition = ColumnElement[bool]
"""What must hold of a row of `database.schema.document`."""


@dataclass(frozen=True)
class Entry:
    """A letter as the index keeps it; `columns` t, p, x and s: tokens between blanks."""

    document: str
    pages: tuple[str, ...]
    columns: dict[str, str]
    amounts: tuple[int, ...]
    """In cents, ascending."""
    forms: frozenset[tuple[str, str]]
    """Words that similar ones may stand in for: form and stem."""


def entry(document: str, pages: Sequence[str], sender: str = "") -> Entry:
    """Analyse a letter; takes milliseconds, shares nothing, may run in another process."""
    terms = analyse("\n".join(pages))
    columns = {"t": terms.stems, "p": terms.parts, "x": terms.identifiers}
    amounts = {cents for token in terms.identifiers if (cents := cents_of(token)) is not None}
    texts = {name: _column(tokens) for name, tokens in columns.items()} | {"s": of_sender(sender)}
    clean = tuple(page.replace("\x00", "\ufffd") for page in pages)
    return Entry(document, clean, texts, tuple(sorted(amounts)), terms.forms)


@lru_cache(maxsize=10_000)
def of_sender(sender: str) -> str:
    """Give the column s of a letter's sender."""
    who = analyse(sender)
    return _column((*who.stems, *who.parts))


def _column(tokens: Sequence[str]) -> str:
    return f" {' '.join(tokens)} "


class Shown(NamedTuple):
    """What is shown of a letter: its id, and the texts of its pages."""

    document: str
    pages: tuple[str, ...]


class SearchIndex(Protocol):
    """Port: what finds letters by their text; callers open and commit the connections.

    Only letters whose row in `document` meets a Condition are candidates: it is part of the query,
    so what somebody may not see is neither found nor counted.
    """

    def put(self, conn: Connection, entries: Iterable[Entry], *, new: bool = False) -> None:
        """Index letters in place of what was known of them; `new`: into the index being built."""
        ...

    def remove(self, conn: Connection, document: str) -> None:
        """Forget a letter; nothing happens if it is unknown."""
        ...

    def erase(self, conn: Connection, document: str) -> None:
        """Forget a letter, and its words that hardly any other letter holds."""
        ...

    def tidy(self, conn: Connection) -> None:
        """Write the index anew without what was removed from it."""
        ...

    def candidates(
        self, conn: Connection, asked: Tree | None, among: Condition | None, most: int
    ) -> Candidates:
        """Give the newest letters that meet a query (None: any) and a condition, newest first."""
        ...

    def shown(self, conn: Connection, found: Collection[int]) -> dict[int, Shown]:
        """Give what is shown of candidates by their number."""
        ...

    def similar(self, conn: Connection, form: str, among: Condition | None) -> tuple[Similar, ...]:
        """Give words that a form may have been typed or read wrongly for, nearest first.

        With a condition only those that letters which meet it hold: others decide nothing.
        """
        ...

    def known(self, conn: Connection, *, new: bool = False) -> frozenset[str]:
        """Give the names of all indexed letters."""
        ...

    def senders(self, conn: Connection) -> dict[str, str]:
        """Give what is known of the senders of all indexed letters: their column s."""
        ...

    def problems(self, conn: Connection, *, quick: bool = False) -> tuple[str, ...]:
        """Tell what is wrong with the index itself; a quick look does not read all of it."""
        ...

    def begin(self, conn: Connection) -> None:
        """Make room for an index built anew beside the one in use."""
        ...

    def finish(self, conn: Connection) -> None:
        """Make of an index built anew what is best made at once; takes its time, and no lock."""
        ...

    def swap(self, conn: Connection) -> None:
        """Put the index built anew in the place of the other."""
        ...
