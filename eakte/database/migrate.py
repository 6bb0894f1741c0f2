"""Bringing a database to the newest revision with Alembic; schemas/migrations holds the steps."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from eakte.database.engine import Engine
from eakte.resources import data_dir


def upgrade(engine: Engine) -> None:
    """Apply every revision that is missing."""
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def current(engine: Engine) -> str | None:
    """Give the revision the database is at, None if it has none."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """Give the newest revision that this installation knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(data_dir("schemas") / "migrations"))
    return config
