"""Homes and databases for tests: SQLite, or PostgreSQL where EAKTE_TEST_POSTGRES names a server.

Every test works in a database of its own. On PostgreSQL it is a copy of one whose tables are there,
and what a test made is dropped after it (`drop_since`).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from eakte.config import Home, Settings, open_home
from eakte.database import Engine, connect
from eakte.database.migrate import upgrade
from eakte.database.roles import ENGINE_SCHEMA
from eakte.domain.clock import Clock, SystemClock
from eakte.services import homes
from tests.tools.postgres import VARIABLE

SERVER = os.environ.get(VARIABLE, "")
"""SQLAlchemy URL of the server's database `postgres`, or empty."""
UNGUARD = (
    ("DROP TRIGGER audit_event_append_only ON audit_event",)
    if SERVER
    else ("DROP TRIGGER audit_event_no_update", "DROP TRIGGER audit_event_no_delete")
)
"""Statements that drop the triggers that keep the audit log append-only."""
ENGINE_TABLES = f"{ENGINE_SCHEMA}." if SERVER else ""
"""What stands before the names of the workflow engine's tables."""
_TEMPLATE = "eakte_template"
_MADE: list[str] = []
_LOCK = 7


def database(*, empty: bool = False) -> str:
    """Give the URL of a new database with all tables and nothing in them; "": SQLite it is.

    An empty one has no tables either.
    """
    if not SERVER:
        return ""
    return _copy("template1" if empty else _TEMPLATE)


def connected(folder: Path) -> Engine:
    """Open a new database with all tables; on SQLite it is a file in `folder`."""
    engine = connect(database() or f"sqlite:///{folder / 'test.db'}")
    upgrade(engine)
    return engine


def variables(*, lasting: bool = False) -> dict[str, str]:
    """Give the variables with which a process makes a home in a database of its own.

    A lasting database ends with the server, not with this process.
    """
    url = database()
    if url and lasting:
        _MADE.pop()
    return {"EAKTE_DATABASE": url} if url else {}


def create(root: Path, clock: Clock, organisation: str, *, demo: bool) -> homes.NewHome:
    """Make a home in a database of its own."""
    where = homes.Database(database())
    return homes.create(root, clock, organisation, demo=demo, database=where)


def copy(source: Path, target: Path) -> Path:
    """Copy a home that nobody has open, with its database."""
    shutil.copytree(source, target)
    url = open_home(source).settings.database
    if url:
        settings = target / "eakte.toml"
        own = json.dumps(_copy(str(sa.make_url(url).database)))
        text = settings.read_text(encoding="utf-8")
        settings.write_text(re.sub("(?m)^database = .*$", f"database = {own}", text), "utf-8")
    return target


def copy_database(source: Path, folder: Path) -> str:
    """Copy the database of a home that nobody has open, and nothing else; gives its URL."""
    url = open_home(source).settings.database
    if url:
        return _copy(str(sa.make_url(url).database))
    with sqlite3.connect(source / "eakte.db") as old, sqlite3.connect(folder / "copy.db") as new:
        old.backup(new)
    return f"sqlite:///{folder / 'copy.db'}"


def execute(home: Path, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Do something in a home's database behind eakte's back, as its owner; gives the rows."""
    engine = connect(open_home(home).database_url)
    try:
        with engine.begin() as connection:
            done = connection.execute(sa.text(statement), values)
            return [tuple(row) for row in done] if done.returns_rows else []
    finally:
        engine.dispose()


def unguard(home: Path) -> None:
    """Drop the triggers that keep the audit log append-only, as only its owner can."""
    for statement in UNGUARD:
        execute(home, statement)


def typed(home: Path, statements: str) -> subprocess.CompletedProcess[str]:
    """Give statements to the database's own command-line tool: sqlite3, psql."""
    if SERVER:
        url = sa.make_url(open_home(home).database_url)
        command = ["psql", "-h", str(url.query["host"]), "-U", str(url.username), "-qAt"]
        command += ["-v", "ON_ERROR_STOP=1", "-c", statements, str(url.database)]
    else:
        command = ["sqlite3", str(home / "eakte.db"), statements]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def made() -> int:
    """Tell how many databases this process made on the server."""
    return len(_MADE)


def drop_since(count: int) -> None:
    """Drop all databases that were made after there were `count`."""
    while len(_MADE) > count:
        with _server() as server:
            server.execute(f"DROP DATABASE {_MADE.pop()} WITH (FORCE)".encode())


def _copy(template: str) -> str:
    """Give the URL of a copy of a database that nobody has open."""
    name = f"test_{os.getpid()}_{len(_MADE)}_{os.urandom(4).hex()}"
    with _server() as server:
        if template == _TEMPLATE:
            _make_template(server)
        server.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    _MADE.append(name)
    return _url(name)


def _make_template(server: psycopg.Connection) -> None:
    """Make the database with all tables, unless another process has."""
    server.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        found = "SELECT 1 FROM pg_database WHERE datname = %s"
        if server.execute(found, [_TEMPLATE]).fetchone() is None:
            server.execute("CREATE DATABASE eakte_draft")
            settings = Settings(organisation="Stadt", database=_url("eakte_draft"))
            with tempfile.TemporaryDirectory() as folder:
                homes.bring_up(Home(Path(folder), settings), SystemClock())
            server.execute(f"ALTER DATABASE eakte_draft RENAME TO {_TEMPLATE}".encode())
    finally:
        server.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _url(name: str) -> str:
    url = sa.make_url(SERVER).set(database=name)
    return url.render_as_string(hide_password=False)


def _server() -> psycopg.Connection:
    url = sa.make_url(SERVER)
    return psycopg.connect(
        host=str(url.query["host"]), user=url.username, dbname="postgres", autocommit=True
    )
