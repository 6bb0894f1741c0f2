"""What the index is on every database: its tables, and all that SQL says the same way."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from eakte.database.schema import document as letters
from eakte.i18n import _
from eakte.search import similar
from eakte.search.analyser import analyse, forms
from eakte.search.interface import Condition, Entry
from eakte.search.meaning import Every, Run, Term, Tree, terms
from eakte.search.rank import Candidate
from eakte.search.similar import Near, Similar
from eakte.search.tables import LIVE, NEW, ddl, names
from eakte.search.vocabulary import SEED

_SAMPLE = "Widersprüche gegen Abfallgebührenbescheide, 2. März 2026, Az. 20.1-702.11/2026-0003, 5 €"
_SIGN = """
    INSERT INTO {0}_state (analyser)
    SELECT :made_by WHERE NOT EXISTS (SELECT 1 FROM {0}_state)
    """
_NEWEST = 8
"""Letters that are looked at for a similar word."""
_COLUMNS = ("t", "p", "x", "s")

numbers = sa.table("search_document", sa.column("id"), sa.column("document"))
near = sa.table("search_near", sa.column("key"), sa.column("form"), sa.column("stem"))
texts = sa.table("search_text", sa.column("id"), *map(sa.column, (*_COLUMNS, "pages")))


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Name the analyser: an index that another one made must be built anew."""
    found = analyse(_SAMPLE)
    parts = (found.stems, found.parts, found.identifiers, sorted(found.forms))
    told = repr((*parts, SEED, similar.keys("widerspruchsbescheid")))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def seen(among: Condition) -> sa.Exists:
    """Say that the letter behind a row of `search_document` meets a condition."""
    return sa.exists().where(letters.c.id == numbers.c.document, among)


class RelationalIndex(ABC):
    """The part of a SearchIndex that both databases share."""

    dialect: str

    def __init__(self) -> None:
        self._learnt = set[tuple[str, str]]()
        """Words that the index being built knows: nearly all of a letter are old ones."""

    def put(self, conn: Connection, entries: Iterable[Entry], *, new: bool = False) -> None:
        """Index letters in place of what was known of them; `new`: into the index being built."""
        prefix = NEW if new else LIVE
        given = {each.document: each for each in entries}
        if not given:
            return
        for each in given.values():
            self._remove(conn, prefix, each.document)
        free = run(conn, prefix, "SELECT max(id) FROM {0}_document").scalar() or 0
        rows = [self._row(free + place, each) for place, each in enumerate(given.values(), start=1)]
        self._insert(conn, prefix, rows)
        amounts = [
            {"id": row["id"], "cents": cents}
            for row in rows
            for cents in given[row["document"]].amounts
        ]
        insert = "INSERT INTO {0}_amount (id, cents) VALUES (:id, :cents)"
        if amounts:
            run(conn, prefix, insert, amounts)
        words = frozenset[tuple[str, str]]().union(*(each.forms for each in given.values()))
        if new:
            words -= self._learnt
            self._learnt |= words
        self._learn(conn, prefix, words)
        run(conn, prefix, _SIGN, {"made_by": fingerprint()})

    def remove(self, conn: Connection, document: str) -> None:
        """Forget a letter; its words stay known until the next rebuild, and lead nowhere."""
        self._remove(conn, LIVE, document)

    def erase(self, conn: Connection, document: str) -> None:
        """Forget a letter, and its words unless other letters hold them.

        A word whose stem many others hold stays known without being looked for in all of them.
        """
        query = sa.select(numbers.c.id).where(numbers.c.document == document)
        number = conn.execute(query).scalar()
        if number is None:
            return
        words = forms("\n".join(self.pages(conn, [number])[number]))
        self._remove(conn, LIVE, document)
        read = dict[int, frozenset[tuple[str, str]]]()
        for form, stem in words:
            if not self._is_used(conn, form, stem, read):
                mine = near.c.key.in_(similar.keys(form)) & (near.c.form == form)
                conn.execute(sa.delete(near).where(mine, near.c.stem == stem))

    def _is_used(
        self, conn: Connection, form: str, stem: str, read: dict[int, frozenset[tuple[str, str]]]
    ) -> bool:
        """Tell whether a letter holds a word; `read` keeps the words of letters."""
        term = Term((Run("t", (stem,)), Run("p", (stem,))))
        found = [row.id for row in conn.execute(self._matching(conn, term, None).limit(_NEWEST))]
        for number in found:
            if number not in read:
                read[number] = forms("\n".join(self.pages(conn, [number])[number]))
        held = any((form, stem) in read[number] for number in found)
        return held or len(found) == _NEWEST

    def pages(self, conn: Connection, numbers: Collection[int]) -> dict[int, tuple[str, ...]]:
        """Give the texts of pages by the number of a candidate."""
        rows = conn.execute(sa.select(texts.c.id, texts.c.pages).where(texts.c.id.in_(numbers)))
        return {row.id: tuple(json.loads(row.pages)) for row in rows}

    def similar(self, conn: Connection, form: str, among: Condition | None) -> tuple[Similar, ...]:
        """Give words that a form may have been typed or read wrongly for, nearest first.

        With a condition only those that letters which meet it hold: others decide nothing.
        """
        wanted = similar.keys_near(form)
        if not wanted:
            return ()
        rows = conn.execute(sa.select(near).where(near.c.key.in_(wanted)))
        found = similar.nearest(form, [Near(*row) for row in rows])
        held = found if among is None else self._held(conn, found, among)
        return tuple(islice(held, similar.MOST))

    def _held(
        self, conn: Connection, words: Iterable[Similar], among: Condition
    ) -> Iterator[Similar]:
        """Keep the words that one of the newest letters with their stem and a condition holds.

        The stem alone would not tell: other words have it too.
        """
        read = dict[int, frozenset[tuple[str, str]]]()
        for each in words:
            stem = Term((Run("t", (each.stem,)), Run("p", (each.stem,))))
            with_stem = conn.execute(self._matching(conn, stem, among).limit(_NEWEST))
            for number in [row.id for row in with_stem]:
                if number not in read:
                    read[number] = forms("\n".join(self.pages(conn, [number])[number]))
                if (each.form, each.stem) in read[number]:
                    yield each
                    break

    def known(self, conn: Connection, *, new: bool = False) -> frozenset[str]:
        """Give the names of all indexed letters."""
        rows = run(conn, NEW if new else LIVE, "SELECT document FROM {0}_document")
        return frozenset(rows.scalars())

    def senders(self, conn: Connection) -> dict[str, str]:
        """Give what is known of the senders of all indexed letters: their column s."""
        query = sa.select(numbers.c.document, texts.c.s)
        rows = conn.execute(query.join_from(numbers, texts, texts.c.id == numbers.c.id))
        return {row.document: row.s for row in rows}

    def problems(self, conn: Connection, *, quick: bool = False) -> tuple[str, ...]:
        """Tell what is wrong with the index itself; a quick look does not read all of it."""
        there = sa.inspect(conn).get_table_names()
        lost = [name for name in names(self.dialect) if f"{LIVE}_{name}" not in there]
        if lost:
            named = ", ".join(f"{LIVE}_{name}" for name in lost)
            return (_("tables are missing: {names}").format(names=named),)
        made_by = run(conn, LIVE, "SELECT analyser FROM {0}_state").scalar()
        other = made_by not in {None, fingerprint()}
        told = (_("another version of the analyser made it"),) if other else ()
        return told if quick else (*told, *self._unsound(conn))

    def begin(self, conn: Connection) -> None:
        """Make room for an index built anew beside the one in use."""
        self._drop(conn, NEW)
        self._learnt.clear()
        for statement in ddl(self.dialect, NEW):
            conn.execute(sa.text(statement))
        run(conn, NEW, _SIGN, {"made_by": fingerprint()})

    def swap(self, conn: Connection) -> None:
        """Put the index built anew in the place of the other."""
        self._drop(conn, LIVE)
        for name in names(self.dialect)[::-1]:
            conn.execute(sa.text(f"ALTER TABLE {NEW}_{name} RENAME TO {LIVE}_{name}"))

    def candidates(
        self, conn: Connection, asked: Tree | None, among: Condition | None, most: int
    ) -> tuple[Candidate, ...]:
        """Give the newest letters that meet a query (None: any) and a condition, newest first."""
        query = self._matching(conn, asked, among)
        columns = ["t", *sorted({run.column for term in terms(asked) for run in term.runs} - {"t"})]
        query = query.add_columns(*(texts.c[column] for column in columns))
        rows = conn.execute(query.limit(most)).all()
        return tuple(
            Candidate(number, name, dict(zip(columns, read, strict=True)))
            for number, name, *read in rows
        )

    @abstractmethod
    def _matching(
        self, conn: Connection, asked: Tree | None, among: Condition | None
    ) -> sa.Select[Any]:
        """Give the query for candidates, in order."""

    @abstractmethod
    def _row(self, number: int, entry: Entry) -> dict[str, Any]:
        """Give the values that `_insert` takes."""

    @abstractmethod
    def _insert(self, conn: Connection, prefix: str, rows: Sequence[dict[str, Any]]) -> None:
        """Insert letters that are not there."""

    @abstractmethod
    def _remove(self, conn: Connection, prefix: str, document: str) -> None:
        """Remove a letter if it is there."""

    @abstractmethod
    def _unsound(self, conn: Connection) -> tuple[str, ...]:
        """Tell where the index contradicts the text that it was made from."""

    @abstractmethod
    def tidy(self, conn: Connection) -> None:
        """Write the index anew without what was removed from it."""

    @abstractmethod
    def _learn(self, conn: Connection, prefix: str, forms: frozenset[tuple[str, str]]) -> None:
        """Remember words by form and stem, for those that are similar."""

    def _drop(self, conn: Connection, prefix: str) -> None:
        for name in names(self.dialect):
            conn.execute(sa.text(f"DROP TABLE IF EXISTS {prefix}_{name}"))


def run(
    conn: Connection,
    prefix: str,
    statement: str,
    values: dict[str, Any] | Sequence[dict[str, Any]] | None = None,
) -> sa.CursorResult[Any]:
    """Run a statement on the tables with a prefix, which stands in it as `{0}`."""
    return conn.execute(sa.text(statement.format(prefix)), values)


def selected(*more: sa.FromClause) -> sa.Select[Any]:
    """Give what candidates are made of, with further tables joined by number."""
    query = sa.select(numbers.c.id, numbers.c.document).join_from(
        numbers, texts, texts.c.id == numbers.c.id
    )
    for each in more:
        query = query.join(each, each.c.rowid == numbers.c.id)
    return query


def only_excludes(asked: Tree | None) -> bool:
    """Tell whether a query says only what must not be met."""
    return isinstance(asked, Every) and not asked.wanted
