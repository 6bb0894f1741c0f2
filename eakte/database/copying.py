"""One state of the whole database as a file, while others go on writing to it; and back."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from eakte.database.engine import Connection, Engine, snapshot
from eakte.errors import DatabaseUnavailableError, EnvironmentProblemError, RefusedError
from eakte.i18n import _

_TABLES = (
    "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
)


def is_server(engine: Engine) -> bool:
    """Tell whether a database is on a server, and so no file."""
    return engine.dialect.name != "sqlite"


@contextmanager
def copied(engine: Engine, target: Path) -> Iterator[Connection]:
    """Write a copy of a database to a new file; the connection sees the same moment, to read only.

    Writers are not held up. SQLite: its online backup in one step; pages keep their places, so that
    two copies differ only where rows changed. PostgreSQL: an archive of `pg_dump` (custom format,
    without owners and rights), of the snapshot that the connection holds.
    Raises EnvironmentProblemError without pg_dump, DatabaseUnavailableError if it fails.
    """
    if is_server(engine):
        with snapshot(engine) as connection:
            held = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
            options = ("--format=custom", "--compress=0", "--no-owner", "--no-privileges")
            _run("pg_dump", *options, f"--snapshot={held}", f"--file={target}", _uri(engine))
            yield connection
    else:
        with engine.connect() as connection:
            _copy_sqlite(connection, target)
        reader = sa.create_engine(
            "sqlite://", creator=lambda: _immutable(target), poolclass=sa.pool.NullPool
        )
        with reader.connect() as connection:
            yield connection


def put_back(engine: Engine, archive: Path) -> None:
    """Fill an empty database of PostgreSQL from an archive, whole or not at all.

    Raises RefusedError if it is not empty; else as `copied`.
    """
    with engine.connect() as connection:
        if connection.exec_driver_sql(_TABLES).scalar_one():
            raise RefusedError(detail=_("the database to restore into is not empty"))
    options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    _run("pg_restore", *options, _uri(engine), str(archive))


def _copy_sqlite(connection: Connection, target: Path) -> None:
    source: Any = connection.connection.dbapi_connection
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        copy.close()


def _immutable(file: Path) -> sqlite3.Connection:
    """Open a file without leaving anything beside it, also where it cannot be locked."""
    return sqlite3.connect(f"file:{quote(str(file))}?mode=ro&immutable=1", uri=True)


def _uri(engine: Engine) -> str:
    """Give the option that names a database to PostgreSQL's programs; settings hold no password."""
    return f"--dbname={engine.url.set(drivername='postgresql').render_as_string()}"


def _run(program: str, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        detail = _("{program} (package postgresql-client)").format(program=program)
        raise EnvironmentProblemError(detail=detail)
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program, arguments of ours
        [found, "--no-password", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DatabaseUnavailableError(detail=done.stderr.strip().partition("\n")[0])
