"""Fixtures for all tests: a fixed clock, a database, homes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eakte.database import Engine, connect
from eakte.database.migrate import upgrade
from eakte.domain.clock import FixedClock

os.environ.setdefault("EAKTE_QUALITY__SAMPLE_RATE", "0")
"""No letter of a test waits by chance; tests of sampling, and the demo, set what they need."""

for variable in ("EAKTE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
    os.environ.pop(variable, None)  # messages are English, also where a German runs the tests

NOW = datetime(2026, 10, 5, 8, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = connect(f"sqlite:///{tmp_path / 'test.db'}")
    upgrade(made)
    yield made
    made.dispose()
