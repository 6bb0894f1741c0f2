"""A database of any released revision comes to the newest one, and loses nothing on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from eakte.audit import log
from eakte.audit.verify import verify
from eakte.database import Connection, Engine, connect, transaction
from eakte.database.migrate import _config, current, newest, upgrade
from eakte.database.schema import metadata
from eakte.domain.events import Action, Event
from eakte.errors import RefusedError
from tests.conftest import NOW
from tests.tools import homes

_DERIVED = "search_"
_KEPT_APART = {"alembic_version", "audit_event", "audit_head"}
"""Alembic's own, and the log: its rows are events, not just anything."""
_OF_EXPRESSIONS = {"ix_document_unfiled"}
"""Indexes that no database describes as they were made: only their names are compared."""


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Engine]:
    """A database without tables."""
    engine = connect(homes.database(empty=True) or f"sqlite:///{tmp_path / 'empty.db'}")
    yield engine
    engine.dispose()


def _revisions() -> list[str]:
    found = ScriptDirectory.from_config(_config()).walk_revisions()
    return [each.revision for each in reversed(list(found))]


def _differences(connection: Connection) -> list[Any]:
    options = {
        "include_object": lambda _it, name, kind, _reflected, _other: (
            (kind != "table" or not name.startswith(_DERIVED)) and name not in _OF_EXPRESSIONS
        )
    }
    context = MigrationContext.configure(connection, opts=options)
    return compare_metadata(context, metadata)


def _indexes(connection: Connection) -> set[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'index'"
    if connection.dialect.name != "sqlite":
        query = "SELECT indexname FROM pg_indexes"
    return {each for each in connection.exec_driver_sql(query).scalars() if each.startswith("ix_")}


def _tables(connection: Connection) -> list[sa.Table]:
    """Give the tables as the database describes them, those that others point to first."""
    found = sa.MetaData()
    found.reflect(connection)
    return [
        table
        for table in found.sorted_tables
        if table.name not in _KEPT_APART and not table.name.startswith(_DERIVED)
    ]


def _fill(connection: Connection, table: sa.Table) -> None:
    """Put a row into a table, whatever its columns are; rows pointed to are there already."""
    values: dict[str, Any] = {}
    for column in table.columns:
        kind = column.type.python_type
        pointed = next((each.column for each in column.foreign_keys), None)
        if pointed is not None and pointed.table is not table:
            values[column.name] = connection.execute(sa.select(pointed)).scalars().first()
        elif pointed is None or not column.nullable:
            values[column.name] = kind(1) if kind is not str else f"Ä {column.name}"
    connection.execute(sa.insert(table).values(values))


def _rows(connection: Connection) -> dict[tuple[str, str], list[Any]]:
    """Give every value by table and column."""
    return {
        (table.name, column.name): list(connection.execute(sa.select(column)).scalars())
        for table in _tables(connection)
        for column in table.columns
    }


@pytest.mark.filterwarnings("ignore:.*expression-based index")
@pytest.mark.parametrize("revision", _revisions())
def test_every_revision_comes_to_the_newest_with_all_that_is_in_it(
    empty: Engine, revision: str
) -> None:
    upgrade(empty, revision)
    assert current(empty) == revision
    event = Event(Action.RECEIVED, "Ä", "clerk", "", NOW, {}, {})
    with transaction(empty) as connection:
        log.append(connection, event)
        for table in _tables(connection):
            _fill(connection, table)
        before = _rows(connection)
    assert len(before) >= 40
    upgrade(empty)
    assert current(empty) == newest()
    with empty.connect() as connection:
        after = _rows(connection)
        assert {column: after[column] for column in before} == before
        assert _differences(connection) == []
        wanted = {str(each.name) for table in metadata.tables.values() for each in table.indexes}
        assert _indexes(connection) == wanted
        assert (verify(connection).intact, log.latest(connection, 9)) == (True, ((0, event),))
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), empty.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit_event")


def test_each_revision_follows_another() -> None:
    """One line from the first to the newest: no branches, nothing left over."""
    script = ScriptDirectory.from_config(_config())
    assert len(script.get_heads()) == len(script.get_bases()) == 1
    files = list(Path(script.versions).glob("[0-9]*.py"))
    assert len(files) == len(_revisions())


def test_a_database_of_a_newer_version_is_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(RefusedError, match="newer"):
        upgrade(engine)
    assert current(engine) == "9999"
