"""What the role may do that eakte works as, if another role owns the tables (PostgreSQL)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from eakte.database.engine import Connection, Engine
from eakte.database.schema import APPEND_ONLY, ERASABLE, metadata
from eakte.errors import RefusedError
from eakte.i18n import _

ENGINE_SCHEMA = "dbos"
"""Where the workflow engine keeps its tables on PostgreSQL; its own default."""
_DERIVED = "search_"
_RIGHTS = {"audit_head": "SELECT, UPDATE", "alembic_version": "SELECT"}


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

    It may never change rows of append-only tables, and remove only those that an erasure removes:
    never of the audit log.
    The search index becomes its own: that is derived, and is made anew while others read the old.
    Raises RefusedError if this connection's role is no member of it, as that needs.
    """
    name = connection.dialect.identifier_preparer.quote(role)
    member = sa.text("SELECT pg_has_role(current_user, :role, 'MEMBER')")
    if not connection.execute(member, {"role": role}).scalar_one():
        owner = connection.execute(sa.text("SELECT current_user")).scalar_one()
        detail = _("{owner} must be a member of {role} (GRANT {role} TO {owner})")
        raise RefusedError(detail=detail.format(owner=owner, role=role))
    connection.exec_driver_sql(f"GRANT CREATE ON SCHEMA public TO {name}")
    for schema in ("public", ENGINE_SCHEMA):
        for statement in _grants(connection, schema, name):
            connection.exec_driver_sql(statement)


def _grants(connection: Connection, schema: str, role: str) -> Iterator[str]:
    yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}"
    yield f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {role}"
    for name in sa.inspect(connection).get_table_names(schema):
        table = f'{schema}."{name}"'
        if name.startswith(_DERIVED):
            yield f"ALTER TABLE {table} OWNER TO {role}"
            continue
        yield f"REVOKE ALL ON TABLE {table} FROM {role}"
        yield f"GRANT {_rights(name)} ON TABLE {table} TO {role}"


def _rights(table: str) -> str:
    """Say what eakte's role may do with a table; the engine's are not in our metadata."""
    if table in _RIGHTS:
        return _RIGHTS[table]
    ours = metadata.tables.get(table)
    kept = ours.info.get(APPEND_ONLY) if ours is not None else None
    if kept is not None:
        return "SELECT, INSERT, DELETE" if kept == ERASABLE else "SELECT, INSERT"
    return "SELECT, INSERT, UPDATE, DELETE"
