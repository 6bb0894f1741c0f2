"""What the role may do that eakte works as, if another role owns the tables (PostgreSQL)."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from eakte.database.engine import Connection, Engine
from eakte.database.schema import APPEND_ONLY, metadata

ENGINE_SCHEMA = "dbos"
"""Where the workflow engine keeps its tables on PostgreSQL; its own default."""
_SCHEMAS = ("public", ENGINE_SCHEMA)


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server as a connection finds it."""

    version: str
    encoding: str
    collation: str
    role: str
    owns: bool
    """Whether the role may do what the owner of the audit log may."""


def server(engine: Engine) -> Server | None:
    """Tell about the server of a home's database, None if there is none (SQLite)."""
    if engine.dialect.name == "sqlite":
        return None
    query = sa.text(
        "SELECT current_setting('server_version'), pg_encoding_to_char(encoding), datcollate, "
        "current_user, coalesce(pg_has_role(tableowner, 'MEMBER'), false) FROM pg_database "
        "LEFT JOIN pg_tables ON tablename = 'audit_event' AND schemaname = 'public' "
        "WHERE datname = current_database()"
    )
    with engine.connect() as connection:
        return Server(*connection.execute(query).one())


def role_of(engine: Engine) -> str:
    """Give the role that an engine connects as."""
    with engine.connect() as connection:
        return str(connection.execute(sa.text("SELECT current_user")).scalar_one())


def grant(connection: Connection, role: str) -> None:
    """Let a role work with all tables that this connection's role owns, but not with their shape.

    It may never change, remove or empty rows of append-only tables: of the audit log least of all.
    """
    name = connection.dialect.identifier_preparer.quote(role)
    for schema in _SCHEMAS:
        for statement in (
            f"GRANT USAGE ON SCHEMA {schema} TO {name}",
            f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {name}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {name}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {name}",
            f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {name}",
        ):
            connection.exec_driver_sql(statement)
    for table in metadata.tables.values():
        if APPEND_ONLY in table.info:
            connection.exec_driver_sql(f"REVOKE UPDATE, DELETE ON {table.name} FROM {name}")
    connection.exec_driver_sql(f"REVOKE INSERT, DELETE ON audit_head FROM {name}")
    connection.exec_driver_sql(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {name}")
