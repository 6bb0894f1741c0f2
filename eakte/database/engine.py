"""Opening the database with the settings that durability needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event

from eakte.errors import DatabaseUnavailableError

__all__ = [
    "Connection",
    "Engine",
    "connect",
    "isolation",
    "let_go_of_deleted",
    "lock",
    "snapshot",
    "transaction",
    "unavailable",
]

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=60000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
)
_POOL = {"pool_size": 20, "max_overflow": 60, "pool_timeout": 120}
_WRITER = int.from_bytes(b"eakte")
"""Key of the advisory lock that whoever writes to a PostgreSQL database holds."""


def connect(url: str) -> Engine:
    """Open a database; on SQLite with WAL, synchronous=FULL, foreign keys, secure_delete.

    Who waits for a lock for a minute gives up, on both databases.

    Connections start with IMMEDIATE transactions, but do not rely on it: DBOS' SQLAlchemy
    datasource sets an isolation level, and the pool then resets theirs to the driver's default.
    Whoever writes must call `lock()` first, or use `transaction()`, which does.
    """
    if not url.startswith("sqlite"):
        engine = sa.create_engine(url, **_POOL, pool_pre_ping=True)
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    engine = sa.create_engine(url, **_POOL)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def isolation(engine: Engine) -> Literal["SERIALIZABLE", "READ COMMITTED"]:
    """Give the isolation level at which what is read after `lock` is true until the commit.

    SQLite knows no other than its own. PostgreSQL would see, at a stricter one, what there was when
    it began to wait for the lock.
    """
    return "SERIALIZABLE" if engine.dialect.name == "sqlite" else "READ COMMITTED"


def unavailable(problem: Exception) -> DatabaseUnavailableError | None:
    """Say it if a fault means that the database server cannot be used now; None: another fault."""
    cause = problem.orig if isinstance(problem, sa.exc.OperationalError) else None
    if not type(cause).__module__.startswith("psycopg"):
        return None
    return DatabaseUnavailableError(detail=str(cause).partition("\n")[0])


def _prepare_postgresql(connection: Any, _record: object) -> None:
    connection.execute("SET lock_timeout = '60s'")
    connection.commit()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(pragma)


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose work is committed together, or not at all.

    It takes the write lock at once, so that what is read stays true until the commit.
    """
    with engine.begin() as connection:
        lock(connection)
        yield connection


def let_go_of_deleted(engine: Engine) -> None:
    """Let the write-ahead log of SQLite begin anew: it holds pages as they were before.

    Nothing happens while somebody reads: then the next write-ahead log takes its place. PostgreSQL
    has its own vacuum.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.rollback()


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
    """Take the database's write lock for the open transaction, unless it is held already.

    Whoever reads in order to write calls it before the first read (the modules that write do):
    a connection that lost its IMMEDIATE mode (see `connect`) would read without the lock, and what
    it read could be outdated when it writes. An open transaction of the driver counts as locked.

    On PostgreSQL it is an advisory lock: one transaction writes at a time there, too. That costs
    little, since each writes to the audit log, whose head is one row; and what must not happen at
    once (two halves of a batch, a repair and an arrival) is kept apart without further locks.
    """
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER})")
    elif not _holds_lock(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _holds_lock(connection: Connection) -> bool:
    raw: Any = connection.connection.dbapi_connection
    return bool(raw.in_transaction)
