"""Opening the database with the settings that durability needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event

__all__ = ["Connection", "Engine", "connect", "lock", "snapshot", "transaction"]

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=60000",
    "PRAGMA foreign_keys=ON",
)


def connect(url: str) -> Engine:
    """Open a database; on SQLite with WAL, synchronous=FULL and foreign keys.

    Connections start with IMMEDIATE transactions, but do not rely on it: DBOS' SQLAlchemy
    datasource sets an isolation level, and the pool then resets theirs to the driver's default.
    Whoever writes must call `lock()` first, or use `transaction()`, which does.
    """
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_size=20, max_overflow=20, pool_pre_ping=True)
    engine = sa.create_engine(url, pool_size=40, max_overflow=40, pool_timeout=120)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(pragma)


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose work is committed together, or not at all.

    On SQLite it takes the write lock at once, so that what is read stays true until the commit.
    """
    with engine.begin() as connection:
        lock(connection)
        yield connection


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one state of the database throughout, for reading only.

    Without it every statement sees what was committed when it began: two of them may disagree.
    Writers are not held up (SQLite: WAL; PostgreSQL: REPEATABLE READ), and writing is refused.
    """
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            with _sqlite_snapshot(connection):
                yield connection
        else:
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            yield connection.execution_options(**options)


@contextmanager
def _sqlite_snapshot(connection: Connection) -> Iterator[None]:
    connection.exec_driver_sql("BEGIN")
    connection.exec_driver_sql("PRAGMA query_only=ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA query_only=OFF")
        connection.rollback()


def lock(connection: Connection) -> None:
    """Take SQLite's write lock for the open transaction, unless it is held already.

    Whoever reads in order to write calls it before the first read (the modules that write do):
    a connection that lost its IMMEDIATE mode (see `connect`) would read without the lock, and what
    it read could be outdated when it writes. An open transaction of the driver counts as locked.
    Other databases lock rows: their statements do so where it matters (FOR UPDATE).
    """
    if connection.dialect.name == "sqlite" and not _holds_lock(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _holds_lock(connection: Connection) -> bool:
    raw: Any = connection.connection.dbapi_connection
    return bool(raw.in_transaction)
