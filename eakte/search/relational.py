"""What the index is on every database: its tables, and all that SQL says the same way."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.sql.elements import ColumnElement

from eakte.database.schema import document as letters
from eakte.i18n import _
from eakte.search import similar
from eakte.search.analyser import forms
from eakte.search.fingerprint import fingerprint
from eakte.search.interface import Condition, Entry, Shown
from eakte.search.meaning import AnyOf, Every, Run, Term, Tree, terms
from eakte.search.rank import Candidates, needle
from eakte.search.similar import Similar
from eakte.search.tables import LIVE, NEW, indexes, names, tables

_SIGN = """
    INSERT INTO {0}_state (analyser)
    SELECT :made_by WHERE NOT EXISTS (SELECT 1 FROM {0}_state)
    """
_NEWEST = 50
"""Letters that are read for a similar word."""
_COLUMNS = ("t", "p", "x", "s")
_READ = "SELECT id, {} FROM search_text WHERE id {{}}"
_SHOWN = """
    SELECT search_page.id, document, pages
    FROM search_page JOIN search_document ON search_document.id = search_page.id
    WHERE search_page.id {}
    """
_PROBE = 150
"""Letters that match and are tried against a condition, to learn how many of them meet it."""
_REACH = 3000
"""Letters that match and may be tried one by one."""
_FEW = 8000
"""Letters that meet a condition and may be listed."""
_HANDFUL = 100
"""Letters that meet a condition and whose texts may be read."""

numbers = sa.table("search_document", sa.column("id"), sa.column("document"))
near = sa.table("search_near", sa.column("key"), sa.column("form"), sa.column("stem"))
texts = sa.table("search_text", sa.column("id"), *map(sa.column, _COLUMNS))


@lru_cache(maxsize=100)
def _prepared(statement: str) -> sa.TextClause:
    return sa.text(statement)


def seen(among: Condition) -> ColumnElement[bool]:
    """Say that the letter behind a row of `search_document` meets a condition.

    As a CASE it is looked up for each row: PostgreSQL would begin with all letters that meet it.
    """
    letter = sa.exists().where(letters.c.id == numbers.c.document, among)
    return sa.case((letter, 1), else_=0) == 1


class RelationalIndex(ABC):
    """The part of a SearchIndex that both databases share."""

    dialect: str
    _one_of: str
    """SQL for: is one of the numbers `:listed`."""

    def __init__(self) -> None:
        self._learnt = set[tuple[str, str]]()
        """Words that the index being built knows: nearly all of a letter are old ones."""
        self._few: tuple[Connection, Condition, Sequence[int]] | None = None
        """What `_listing` gave last: similar words ask for the same again and again."""

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
        words = forms("\n".join(self.shown(conn, [number])[number].pages))
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
        found = self._matching(conn, Term((Run("t", (stem,)), Run("p", (stem,)))), _NEWEST)
        for number in found:
            if number not in read:
                read[number] = forms("\n".join(self.shown(conn, [number])[number].pages))
        held = any((form, stem) in read[number] for number in found)
        return held or len(found) == _NEWEST

    def shown(self, conn: Connection, found: Collection[int]) -> dict[int, Shown]:
        """Give what is shown of candidates by their number."""
        rows = conn.execute(self._of(_SHOWN), {"listed": self._list(found)})
        return {number: Shown(name, tuple(json.loads(pages))) for number, name, pages in rows}

    def similar(self, conn: Connection, form: str, among: Condition | None) -> tuple[Similar, ...]:
        """Give words that a form may have been typed or read wrongly for, nearest first.

        With a condition only those that letters which meet it hold: others decide nothing.
        """
        wanted = similar.keys_near(form)
        if not wanted:
            return ()
        rows = conn.execute(sa.select(near).where(near.c.key.in_(wanted)))
        found = similar.nearest(form, rows.all())
        held = found if among is None else self._held(conn, found, among)
        return tuple(islice(held, similar.MOST))

    def _held(
        self, conn: Connection, words: Sequence[Similar], among: Condition
    ) -> Iterator[Similar]:
        """Keep the words that one of the newest letters with their stem and a condition holds.

        The stem alone would not tell: other words have it too. Letters of several stems are read
        together; where they are too many, those of each stem.
        """
        read = dict[int, frozenset[tuple[str, str]]]()
        for at in range(0, len(words), similar.MOST):
            some = words[at : at + similar.MOST]
            together, complete = self._forms(conn, {each.stem for each in some}, among, read)
            for each in some:
                known = together
                if (each.form, each.stem) not in known and not complete:
                    known, _complete = self._forms(conn, {each.stem}, among, read)
                if (each.form, each.stem) in known:
                    yield each

    def _forms(
        self,
        conn: Connection,
        stems: Iterable[str],
        among: Condition,
        read: dict[int, frozenset[tuple[str, str]]],
    ) -> tuple[frozenset[tuple[str, str]], bool]:
        """Give the words of the newest letters with one of some stems, and whether these are all.

        `read` keeps those of each letter.
        """
        runs = tuple(Run(column, (stem,)) for stem in sorted(stems) for column in "tp")
        newest = self._newest(conn, Term(runs), among, _NEWEST)
        for number, letter in self.shown(conn, [n for n in newest if n not in read]).items():
            read[number] = forms("\n".join(letter.pages))
        found = frozenset[tuple[str, str]]().union(*(read[number] for number in newest))
        return found, len(newest) < _NEWEST

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
        for statement in tables(self.dialect, NEW):
            conn.execute(sa.text(statement))
        run(conn, NEW, _SIGN, {"made_by": fingerprint()})

    def finish(self, conn: Connection) -> None:
        """Make of an index built anew what is best made at once; takes its time, and no lock."""
        for statement in indexes(self.dialect, NEW):
            conn.execute(sa.text(statement))

    def swap(self, conn: Connection) -> None:
        """Put the index built anew in the place of the other."""
        self._drop(conn, LIVE)
        for name in names(self.dialect)[::-1]:
            conn.execute(sa.text(f"ALTER TABLE {NEW}_{name} RENAME TO {LIVE}_{name}"))

    def candidates(
        self, conn: Connection, asked: Tree | None, among: Condition | None, most: int
    ) -> Candidates:
        """Give the newest letters that meet a query (None: any) and a condition, newest first."""
        held = {run.column for term in terms(asked) for run in term.runs} | {"t"}
        columns = [name for name in _COLUMNS if name in held]
        listed = {"listed": self._list(self._newest(conn, asked, among, most))}
        rows = conn.execute(self._of(_READ.format(", ".join(columns))), listed).all()
        read = list(zip(*sorted(rows, key=itemgetter(0), reverse=True), strict=True))
        found, *read = read or [()] * (len(columns) + 1)
        return Candidates(found, dict(zip(columns, read, strict=True)))

    def _newest(
        self, conn: Connection, asked: Tree | None, among: Condition | None, most: int
    ) -> Sequence[int]:
        """Give the newest letters that meet both; the rarer of the two is held against the other.

        Where both are frequent, so many of the newest that match are tried as should do.
        """
        if asked is None or only_excludes(asked):
            return self._unasked(conn, asked, among, most)
        if among is None:
            return self._matching(conn, asked, most)
        few = self._meeting(conn, among, _HANDFUL)
        if len(few) < _HANDFUL:
            return self._told(conn, asked, few)[:most]
        tried, reach = 0, _PROBE
        while tried < reach <= _REACH:
            newest, tried = self._matching(conn, asked, reach), reach
            seen = self._allowed(conn, newest, among)
            if len(newest) < reach or len(seen) >= most:
                return seen[:most]
            reach = 5 * most * len(newest) // (4 * max(1, len(seen)))
        few = self._listing(conn, among)
        if len(few) < _FEW:
            return self._within(conn, asked, few, most)
        return self._both(conn, asked, among, most)

    def _unasked(
        self, conn: Connection, asked: Tree | None, among: Condition | None, most: int
    ) -> Sequence[int]:
        """Give the newest letters that meet a condition, but the excluded ones."""
        few = () if among is None else self._meeting(conn, among, _FEW)
        if among is not None and len(few) < _FEW:
            found = sorted(few, reverse=True) if asked is None else self._told(conn, asked, few)
            return found[:most]
        query = sa.select(numbers.c.id).order_by(numbers.c.id.desc()).limit(most)
        if among is not None:
            query = query.where(seen(among))
        if asked is not None:
            query = query.join(texts, texts.c.id == numbers.c.id).where(self._held_by(asked))
        return conn.execute(query).scalars().all()

    def _allowed(self, conn: Connection, found: Sequence[int], among: Condition) -> Sequence[int]:
        """Keep those of some letters that meet a condition."""
        query = sa.select(numbers.c.id).where(self._listed(numbers.c.id, found), seen(among))
        return sorted(conn.execute(query).scalars(), reverse=True)

    def _listing(self, conn: Connection, among: Condition) -> Sequence[int]:
        """Give letters that meet a condition; for one search what they were when it began."""
        kept = self._few  # another thread may put another one in its place
        if kept is None or kept[0] is not conn or kept[1] is not among:
            kept = self._few = (conn, among, self._meeting(conn, among, _FEW))
        return kept[2]

    def _meeting(self, conn: Connection, among: Condition, most: int) -> Sequence[int]:
        """Give letters that meet a condition, any of them if there are more."""
        query = sa.select(numbers.c.id).where(among).limit(most)
        query = query.join_from(letters, numbers, letters.c.id == numbers.c.document)
        return conn.execute(query).scalars().all()

    def _told(self, conn: Connection, asked: Tree, few: Sequence[int]) -> Sequence[int]:
        """Keep those of some letters whose text meets a query, newest first."""
        query = sa.select(texts.c.id).where(self._listed(texts.c.id, few), self._held_by(asked))
        return sorted(conn.execute(query).scalars(), reverse=True)

    def _held_by(self, asked: Tree) -> ColumnElement[bool]:
        """Say that a text meets a query."""
        if isinstance(asked, AnyOf):
            return sa.or_(*(self._held_by(each) for each in asked.parts))
        if isinstance(asked, Every):
            wanted = (self._held_by(each) for each in asked.wanted)
            return sa.and_(*wanted, *(~self._held_by(each) for each in asked.unwanted))
        return sa.or_(*(self._place(texts.c[run.column], needle(run)) > 0 for run in asked.runs))

    @abstractmethod
    def _matching(self, conn: Connection, asked: Tree, most: int) -> Sequence[int]:
        """Give the newest letters that meet a query, newest first."""

    @abstractmethod
    def _within(
        self, conn: Connection, asked: Tree, few: Sequence[int], most: int
    ) -> Sequence[int]:
        """Give the newest of some letters that meet a query, newest first."""

    @abstractmethod
    def _both(self, conn: Connection, asked: Tree, among: Condition, most: int) -> Sequence[int]:
        """Give the newest letters that meet a query and a condition, both of which many meet."""

    @abstractmethod
    def _list(self, found: Collection[int]) -> object:
        """Give numbers as the value that `_one_of` takes."""

    def _listed(self, column: ColumnElement[int], found: Collection[int]) -> ColumnElement[bool]:
        """Say that a column is one of some numbers."""
        said = sa.text(f"{column} {self._one_of}")
        return cast("ColumnElement[bool]", said.bindparams(listed=self._list(found)))

    def _of(self, statement: str) -> sa.TextClause:
        return _prepared(statement.format(self._one_of))

    @abstractmethod
    def _place(self, text: ColumnElement[str], part: str) -> ColumnElement[int]:
        """Give where a text holds a part, 0 if nowhere."""

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


def only_excludes(asked: Tree | None) -> bool:
    """Tell whether a query says only what must not be met."""
    return isinstance(asked, Every) and not asked.wanted
