"""The published schemas are those of the code, and the published migrations make its tables."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from eakte.database import Engine
from eakte.resources import data_dir
from eakte.search.tables import ddl
from tests.tools.schemas import FOLDER, generated

_FILES = [
    *(("pipeline", path) for path in sorted(data_dir("pipelines").glob("*.toml"))),
    *(("class", path) for path in sorted((data_dir("pipelines") / "classes").glob("*.toml"))),
]


@pytest.mark.parametrize("name", generated())
def test_schemas_are_current(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == generated()[name], "run `make schemas`"


@pytest.mark.parametrize(("kind", "path"), _FILES, ids=lambda each: getattr(each, "stem", each))
def test_shipped_definitions_fit_their_schema(kind: str, path: Path) -> None:
    schema = json.loads((FOLDER / f"{kind}.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(tomllib.loads(path.read_text(encoding="utf-8")), schema)


def test_migrations_make_the_index_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        made = {" ".join(row.sql.split()) for row in rows}
    for statement in ddl("sqlite"):
        assert " ".join(statement.split()) in made
