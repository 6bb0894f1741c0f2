"""Fixtures for all tests: a fixed clock, a database, homes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eakte.database import Engine
from eakte.domain.clock import FixedClock
from tests.tools import homes

os.environ.setdefault("EAKTE_QUALITY__SAMPLE_RATE", "0")
"""No letter of a test waits by chance; tests of sampling, and the demo, set what they need."""

for variable in ("EAKTE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
    os.environ.pop(variable, None)  # messages are English, also where a German runs the tests

NOW = datetime(2026, 10, 5, 8, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


_ON_A_DATABASE = {"homes", "run_eakte", "Mailroom", "Context", "Desk", "Engine", "new_desk"}
_FIXTURES = {"engine", "new_home", "finished"}
"""Names in a module of tests, and fixtures, that lead to a database."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out, where a server of PostgreSQL is given, what needs no database."""
    if homes.SERVER:
        items[:] = [each for each in items if _needs_database(each)]


def _needs_database(item: pytest.Item) -> bool:
    assert isinstance(item, pytest.Function)
    return bool(_ON_A_DATABASE & set(vars(item.module)) or _FIXTURES & set(item.fixturenames))


@pytest.fixture(autouse=True)
def _databases_end_with_their_test() -> Iterator[None]:
    """Those of session fixtures are there before, and stay."""
    count = homes.made()
    yield
    homes.drop_since(count)


@pytest.fixture(autouse=True, scope="session")
def _databases_end_with_the_run() -> Iterator[None]:
    yield
    homes.drop_since(0)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = homes.connected(tmp_path)
    yield made
    made.dispose()
