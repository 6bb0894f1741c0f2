"""Which index a database has."""

from __future__ import annotations

from sqlalchemy import Connection, Engine

from eakte.search.interface import SearchIndex
from eakte.search.sqlite import SqliteIndex


def index_of(database: Engine | Connection) -> SearchIndex:
    """Give the index that lives in a database."""
    if database.dialect.name == "sqlite":
        return SqliteIndex()
    from eakte.search.postgresql import PostgresIndex  # noqa: PLC0415 - only where it is used

    return PostgresIndex()
