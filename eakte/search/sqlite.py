"""The index in SQLite FTS5 (3.40 or newer), with external content."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.sql.elements import ColumnElement

from eakte.i18n import _
from eakte.search import similar
from eakte.search.interface import Condition, Entry
from eakte.search.meaning import AnyOf, Every, Run, Tree
from eakte.search.relational import RelationalIndex, numbers, run, seen
from eakte.search.tables import LIVE

_INSERTS = (
    "INSERT INTO {0}_document (id, document) VALUES (:id, :document)",
    "INSERT INTO {0}_text (id, t, p, x, s) VALUES (:id, :t, :p, :x, :s)",
    "INSERT INTO {0}_page (id, pages) VALUES (:id, :pages)",
    "INSERT INTO {0}_index (rowid, t, p, x, s) VALUES (:id, :t, :p, :x, :s)",
)
_DELETES = (
    """
    INSERT INTO {0}_index ({0}_index, rowid, t, p, x, s)
    SELECT 'delete', id, t, p, x, s FROM {0}_text WHERE id = :id
    """,
    "DELETE FROM {0}_text WHERE id = :id",
    "DELETE FROM {0}_page WHERE id = :id",
    "DELETE FROM {0}_amount WHERE id = :id",
    "DELETE FROM {0}_document WHERE id = :id",
)
_NEWEST = sa.text(
    "SELECT rowid FROM search_index WHERE search_index MATCH :match ORDER BY rowid DESC LIMIT :most"
)
_WITHIN = sa.text(
    "SELECT rowid FROM search_index WHERE search_index MATCH :match"
    " AND +rowid IN (SELECT value FROM json_each(:listed)) ORDER BY rowid DESC LIMIT :most"
)
_index = sa.table("search_index", sa.column("rowid"))
_match = sa.text("search_index MATCH :match")


class SqliteIndex(RelationalIndex):
    """A SearchIndex in SQLite."""

    dialect = "sqlite"
    _one_of = "IN (SELECT value FROM json_each(:listed))"

    def _matching(self, conn: Connection, asked: Tree, most: int) -> Sequence[int]:
        values = {"match": expression(asked), "most": most}
        return conn.execute(_NEWEST, values).scalars().all()

    def _within(
        self, conn: Connection, asked: Tree, few: Sequence[int], most: int
    ) -> Sequence[int]:
        values = {"match": expression(asked), "most": most, "listed": self._list(few)}
        return conn.execute(_WITHIN, values).scalars().all()

    def _both(self, conn: Connection, asked: Tree, among: Condition, most: int) -> Sequence[int]:
        query = sa.select(_index.c.rowid).where(_match.bindparams(match=expression(asked)))
        query = query.join(numbers, numbers.c.id == _index.c.rowid).where(seen(among))
        return conn.execute(query.order_by(_index.c.rowid.desc()).limit(most)).scalars().all()

    def _list(self, found: Collection[int]) -> str:
        return json.dumps(list(found))

    def _place(self, text: ColumnElement[str], part: str) -> ColumnElement[int]:
        return sa.func.instr(text, part)

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
    columns = dict[Run, list[str]]()
    for each in asked.runs:
        columns.setdefault(replace(each, column=""), []).append(each.column)
    return " OR ".join(_phrase(found, named) for found, named in columns.items())


def _phrase(wanted: Run, columns: Iterable[str]) -> str:
    """Write a run in any of some columns: one look-up for all of them."""
    quoted = " ".join(wanted.tokens).replace('"', '""')
    named = " ".join(dict.fromkeys(columns))
    return f'{{{named}}} : "{quoted}"' + (" *" if wanted.prefix else "")
