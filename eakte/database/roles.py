"""What the role may do that eakte works as, if another role owns the tables (PostgreSQL)."""

from __future__ import annotations

import sqlalchemy as sa

from eakte.database.engine import Connection, Engine
from eakte.database.schema import APPEND_ONLY, metadata

ENGINE_SCHEMA = "dbos"
"""Where the workflow engine keeps its tables on PostgreSQL; its own default."""
_SCHEMAS = ("public", ENGINE_SCHEMA)


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
