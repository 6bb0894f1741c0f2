"""The tables of the index, by database; `{0}` is `search`, or `search_new` while one is built.

The migration makes the same ones: a test holds both against each other. They have no indexes with
names of their own, so that a rebuilt set can take the names of the old one.
"""

from __future__ import annotations

LIVE, NEW = "search", "search_new"
_NUMBERS = (
    "CREATE TABLE {0}_document (id INTEGER PRIMARY KEY, document TEXT NOT NULL UNIQUE)",
    "CREATE TABLE {0}_state (analyser TEXT NOT NULL)",
)
_SQLITE = (
    *_NUMBERS,
    """
    CREATE TABLE {0}_text (
        id INTEGER PRIMARY KEY,
        t TEXT NOT NULL,
        p TEXT NOT NULL,
        x TEXT NOT NULL,
        s TEXT NOT NULL
    )
    """,
    "CREATE TABLE {0}_page (id INTEGER PRIMARY KEY, pages TEXT NOT NULL)",
    "CREATE TABLE {0}_amount (id INTEGER, cents INTEGER, PRIMARY KEY (id, cents)) WITHOUT ROWID",
    """
    CREATE TABLE {0}_near (
        key TEXT,
        form TEXT,
        stem TEXT,
        PRIMARY KEY (key, form, stem)
    ) WITHOUT ROWID
    """,
    """
    CREATE VIRTUAL TABLE {0}_index USING fts5(
        t, p, x, s,
        content='search_text', content_rowid='id', prefix='3 5',
        tokenize="unicode61 remove_diacritics 0 tokenchars '_'"
    )
    """,
)
_POSTGRESQL = (
    *_NUMBERS,
    """
    CREATE TABLE {0}_text (
        id INTEGER PRIMARY KEY,
        t TEXT COMPRESSION lz4 NOT NULL,
        p TEXT COMPRESSION lz4 NOT NULL,
        x TEXT COMPRESSION lz4 NOT NULL,
        s TEXT COMPRESSION lz4 NOT NULL
    ) WITH (toast_tuple_target = 8160)
    """,
    "CREATE TABLE {0}_page (id INTEGER PRIMARY KEY, pages TEXT COMPRESSION lz4 NOT NULL)",
    """
    CREATE TABLE {0}_terms (
        id INTEGER PRIMARY KEY,
        terms TSVECTOR COMPRESSION lz4 NOT NULL
    ) WITH (toast_tuple_target = 128)
    """,
    "CREATE TABLE {0}_amount (id INTEGER, cents BIGINT, PRIMARY KEY (id, cents))",
    """
    CREATE TABLE {0}_near (
        key TEXT COLLATE "C",
        form TEXT COLLATE "C",
        stem TEXT COLLATE "C",
        PRIMARY KEY (key, form, stem)
    )
    """,
)
_INDEXES = ("CREATE INDEX ON {0}_terms USING gin (terms) WITH (fastupdate = off)",)
_NAMES = ("document", "state", "text", "page", "amount", "near")


def ddl(dialect: str, prefix: str = LIVE) -> tuple[str, ...]:
    """Give the statements that make an empty index."""
    return tables(dialect, prefix) + indexes(dialect, prefix)


def tables(dialect: str, prefix: str) -> tuple[str, ...]:
    """Give the statements that make its tables."""
    statements = _SQLITE if dialect == "sqlite" else _POSTGRESQL
    return tuple(statement.format(prefix) for statement in statements)


def indexes(dialect: str, prefix: str) -> tuple[str, ...]:
    """Give the statements that make what costs a fraction if the tables are full before."""
    return () if dialect == "sqlite" else tuple(each.format(prefix) for each in _INDEXES)


def names(dialect: str) -> tuple[str, ...]:
    """Give the names of the tables without their prefix, what depends on others first."""
    return ("index" if dialect == "sqlite" else "terms", *_NAMES)
