"""The search index: its port, and SQLite FTS5 with external content behind it.

The index is derived from the recognised text and can be dropped and rebuilt at any time. It works
on the connection it is given: the caller owns the transaction, so that a document and its entry
are committed together. Ranking is bm25 with 10 for words, 2 for parts of compounds, 20 for
identifiers (measured: P@10 .96).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from eakte.search.analyser import analyse
from eakte.search.query import Clause, Query, parse
from eakte.search.snippet import Snippet, locate

DDL = (
    """
    CREATE TABLE search_text (
        id INTEGER PRIMARY KEY,
        document TEXT NOT NULL UNIQUE,
        pages TEXT NOT NULL,
        t TEXT NOT NULL,
        p TEXT NOT NULL,
        x TEXT NOT NULL
    )
    """,
    """
    CREATE VIRTUAL TABLE search_index USING fts5(
        t, p, x,
        content='search_text', content_rowid='id', prefix='3 5',
        tokenize="unicode61 remove_diacritics 0 tokenchars '_'"
    )
    """,
)
"""What the migration creates; here so that a test can hold both against each other."""


@dataclass(frozen=True)
class Hit:
    """A document found: the higher its rank the better, and where it meets the query best."""

    document: str
    rank: float
    page: int
    snippet: Snippet


class SearchIndex(Protocol):
    """Port: what finds documents by their text."""

    def put(self, conn: Connection, document: str, pages: tuple[str, ...]) -> None:
        """Index a document, in place of what was indexed under its name before."""
        ...

    def remove(self, conn: Connection, document: str) -> None:
        """Forget a document; nothing happens if it is unknown."""
        ...

    def find(
        self,
        conn: Connection,
        query: str,
        limit: int,
        documents: Collection[str] | None = None,
    ) -> tuple[Hit, ...]:
        """Give the best hits, best first, only among `documents` if they are given."""
        ...

    def known(self, conn: Connection) -> frozenset[str]:
        """Give the names of all indexed documents."""
        ...

    def check(self, conn: Connection) -> bool:
        """Tell whether the index is sound and agrees with the text it was made from."""
        ...

    def rebuild(self, conn: Connection, texts: Iterable[tuple[str, tuple[str, ...]]]) -> int:
        """Make the index anew from (document, pages); gives how many documents it holds."""
        ...


class SqliteIndex:
    """The index in SQLite FTS5 (3.40 or newer); a SearchIndex."""

    def put(self, conn: Connection, document: str, pages: tuple[str, ...]) -> None:
        """Index a document, in place of what was indexed under its name before."""
        self.remove(conn, document)
        terms = analyse("\n".join(pages))
        row = {
            "document": document,
            "pages": json.dumps(pages, ensure_ascii=False),
            "t": " ".join(terms.stems),
            "p": " ".join(terms.parts),
            "x": " ".join(terms.identifiers),
        }
        added = conn.execute(
            text(
                "INSERT INTO search_text (document, pages, t, p, x)"
                " VALUES (:document, :pages, :t, :p, :x) RETURNING id"
            ),
            row,
        ).scalar_one()
        conn.execute(
            text("INSERT INTO search_index (rowid, t, p, x) VALUES (:id, :t, :p, :x)"),
            {"id": added, **row},
        )

    def remove(self, conn: Connection, document: str) -> None:
        """Forget a document; nothing happens if it is unknown."""
        name = {"document": document}
        conn.execute(
            text(
                "INSERT INTO search_index (search_index, rowid, t, p, x)"
                " SELECT 'delete', id, t, p, x FROM search_text WHERE document = :document"
            ),
            name,
        )
        conn.execute(text("DELETE FROM search_text WHERE document = :document"), name)

    def find(
        self,
        conn: Connection,
        query: str,
        limit: int,
        documents: Collection[str] | None = None,
    ) -> tuple[Hit, ...]:
        """Give the best hits, best first, only among `documents` if they are given."""
        asked = parse(query)
        if not asked.wanted or limit < 1:
            return ()
        rows = conn.execute(
            text(
                "SELECT s.document, s.pages, -bm25(search_index, 10.0, 2.0, 20.0) AS rank"
                " FROM search_index JOIN search_text AS s ON s.id = search_index.rowid"
                " WHERE search_index MATCH :match AND (:among IS NULL"
                " OR s.document IN (SELECT value FROM json_each(:among)))"
                " ORDER BY rank DESC, s.document LIMIT :limit"
            ),
            {"match": match_expression(asked), "limit": limit, "among": _json(documents)},
        )
        return tuple(_hit(row.document, json.loads(row.pages), row.rank, asked) for row in rows)

    def known(self, conn: Connection) -> frozenset[str]:
        """Give the names of all indexed documents."""
        rows = conn.execute(text("SELECT document FROM search_text"))
        return frozenset(str(row.document) for row in rows)

    def check(self, conn: Connection) -> bool:
        """Tell whether the index is sound and agrees with the text it was made from."""
        try:
            with conn.begin_nested():
                conn.execute(
                    text(
                        "INSERT INTO search_index (search_index, rank)"
                        " VALUES ('integrity-check', 1)"
                    )
                )
        except DatabaseError:
            return False
        return True

    def rebuild(self, conn: Connection, texts: Iterable[tuple[str, tuple[str, ...]]]) -> int:
        """Make the index anew from (document, pages); gives how many documents it holds."""
        conn.execute(text("INSERT INTO search_index (search_index) VALUES ('delete-all')"))
        conn.execute(text("DELETE FROM search_text"))
        for document, pages in texts:
            self.put(conn, document, pages)
        return int(conn.execute(text("SELECT count(*) FROM search_text")).scalar_one())


def match_expression(query: Query) -> str:
    """Write a query as an FTS5 expression; every term is quoted, so none can be syntax."""
    wanted = " AND ".join(f"({_expression(clause)})" for clause in query.wanted)
    unwanted = " OR ".join(f"({_expression(clause)})" for clause in query.unwanted)
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def _expression(clause: Clause) -> str:
    ways = []
    if clause.stems:
        columns = "{t p}" if len(clause.stems) == 1 else "t"
        ways.append(f"{columns} : {_quoted(' '.join(clause.stems))}")
    if clause.parts:
        ways.append(f"p : {_quoted(' '.join(clause.parts))}")
    if clause.prefix:
        ways.append(f"t : {_quoted(clause.prefix)} *")
    if clause.identifier:
        ways.append(f"x : {_quoted(clause.identifier)}")
    return " OR ".join(ways)


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'


def _json(documents: Collection[str] | None) -> str | None:
    return None if documents is None else json.dumps(sorted(documents))


def _hit(document: str, pages: list[str], rank: float, query: Query) -> Hit:
    page, snippet = locate(pages, query)
    return Hit(document, float(rank), page, snippet)
