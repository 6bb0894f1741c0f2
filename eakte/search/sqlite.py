"""The index in SQLite FTS5 (3.40 or newer), with external content."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from eakte.database.schema import document as letters
from eakte.i18n import _
from eakte.search import similar
from eakte.search.interface import Condition, Entry
from eakte.search.meaning import AnyOf, Every, Run, Tree
from eakte.search.relational import RelationalIndex, numbers, only_excludes, run, seen, selected
from eakte.search.tables import LIVE

_FEW = 3000
"""Rows that are looked at one by one without anybody noticing."""
_INSERTS = (
    "INSERT INTO {0}_document (id, document) VALUES (:id, :document)",
    "INSERT INTO {0}_text (id, t, p, x, s, pages) VALUES (:id, :t, :p, :x, :s, :pages)",
    "INSERT INTO {0}_index (rowid, t, p, x, s) VALUES (:id, :t, :p, :x, :s)",
)
_DELETES = (
    """
    INSERT INTO {0}_index ({0}_index, rowid, t, p, x, s)
    SELECT 'delete', id, t, p, x, s FROM {0}_text WHERE id = :id
    """,
    "DELETE FROM {0}_text WHERE id = :id",
    "DELETE FROM {0}_amount WHERE id = :id",
    "DELETE FROM {0}_document WHERE id = :id",
)
_index = sa.table("search_index", sa.column("rowid"))
_match = sa.text("search_index MATCH :match")


class SqliteIndex(RelationalIndex):
    """A SearchIndex in SQLite."""

    dialect = "sqlite"

    def _matching(
        self, conn: Connection, asked: Tree | None, among: Condition | None
    ) -> sa.Select[Any]:
        if asked is None or (isinstance(asked, Every) and only_excludes(asked)):
            return self._unasked(asked, among)
        match = expression(asked)
        query = selected(_index).where(_match.bindparams(match=match))
        query = query.order_by(_index.c.rowid.desc())
        if among is None:
            return query
        few = self._few(conn, match, among)
        if few is None:
            return query.where(seen(among))
        given = sa.text("+search_index.rowid IN (SELECT value FROM json_each(:few))")
        return query.where(given.bindparams(few=json.dumps(few)))

    def _few(self, conn: Connection, match: str, among: Condition) -> list[int] | None:
        """Give the letters that meet a condition if they are few and those that match are many.

        Then the many are held against a list; else each of them is looked up in the records.
        """
        count = sa.text(
            "SELECT count(*) FROM (SELECT 1 FROM search_index WHERE search_index MATCH :match"
            " LIMIT :few)"
        )
        if conn.execute(count, {"match": match, "few": _FEW}).scalar_one() < _FEW:
            return None
        query = (
            sa.select(numbers.c.id)
            .join_from(letters, numbers, letters.c.id == numbers.c.document)
            .where(among)
            .limit(_FEW)
        )
        found = list(conn.execute(query).scalars())
        return found if len(found) < _FEW else None

    @staticmethod
    def _unasked(asked: Every | None, among: Condition | None) -> sa.Select[Any]:
        """Give all letters but the excluded ones."""
        query = selected().order_by(numbers.c.id.desc())
        if among is not None:
            query = query.join(letters, letters.c.id == numbers.c.document).where(among)
        if asked is not None:
            excluded = expression(AnyOf(asked.unwanted))
            without = sa.text(
                "search_document.id NOT IN"
                " (SELECT rowid FROM search_index WHERE search_index MATCH :match)"
            )
            query = query.where(without.bindparams(match=excluded))
        return query

    def _row(self, number: int, entry: Entry) -> dict[str, Any]:
        pages = json.dumps(entry.pages, ensure_ascii=False)
        return {"id": number, "document": entry.document, "pages": pages, **entry.columns}

    def _insert(self, conn: Connection, prefix: str, rows: Sequence[dict[str, Any]]) -> None:
        for statement in _INSERTS:
            run(conn, prefix, statement, rows)

    def _remove(self, conn: Connection, prefix: str, document: str) -> None:
        query = "SELECT id FROM {0}_document WHERE document = :document"
        found = run(conn, prefix, query, {"document": document}).scalar()
        for statement in _DELETES if found is not None else ():
            run(conn, prefix, statement, {"id": found})

    def _learn(self, conn: Connection, prefix: str, forms: frozenset[tuple[str, str]]) -> None:
        rows = [
            {"key": key, "form": form, "stem": stem}
            for form, stem in forms
            for key in similar.keys(form)
        ]
        if rows:
            insert = "INSERT OR IGNORE INTO {0}_near (key, form, stem) VALUES (:key, :form, :stem)"
            run(conn, prefix, insert, rows)

    def tidy(self, conn: Connection) -> None:
        """Merge all of FTS5 into one part: until then what was removed is only marked as such."""
        run(conn, LIVE, "INSERT INTO {0}_index ({0}_index) VALUES ('optimize')")

    def _unsound(self, conn: Connection) -> tuple[str, ...]:
        try:
            with conn.begin_nested():
                conn.execute(
                    sa.text(
                        "INSERT INTO search_index (search_index, rank)"
                        " VALUES ('integrity-check', 1)"
                    )
                )
        except DatabaseError:
            return (_("it does not agree with the text it was made from"),)
        return ()


def expression(asked: Tree) -> str:
    """Write a query as an FTS5 expression; every token is quoted, so none can be syntax."""
    if isinstance(asked, AnyOf):
        return " OR ".join(f"({expression(each)})" for each in asked.parts)
    if isinstance(asked, Every):
        wanted = " AND ".join(f"({expression(each)})" for each in asked.wanted)
        unwanted = " OR ".join(f"({expression(each)})" for each in asked.unwanted)
        return f"({wanted}) NOT ({unwanted})" if unwanted else wanted
    return " OR ".join(_phrase(run) for run in asked.runs)


def _phrase(run: Run) -> str:
    quoted = " ".join(run.tokens).replace('"', '""')
    return f'{run.column} : "{quoted}"' + (" *" if run.prefix else "")
