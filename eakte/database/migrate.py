"""Bringing a database to the newest revision with Alembic; schemas/migrations holds the steps."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from eakte.database.engine import Connection, Engine
from eakte.errors import RefusedError
from eakte.i18n import _
from eakte.resources import data_dir


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply every revision that is missing, up to `revision`.

    Raises RefusedError if the database is at a revision that this installation does not know.
    """
    config, at = _config(), current(engine)
    known = {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}
    if at is not None and at not in known:
        raise RefusedError(detail=_("this database was made by a newer version of eakte"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def current(engine: Engine) -> str | None:
    """Give the revision the database is at, None if it has none."""
    with engine.connect() as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> str | None:
    """Give the revision of the database that a connection sees."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """Give the newest revision that this installation knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(data_dir("schemas") / "migrations"))
    return config
