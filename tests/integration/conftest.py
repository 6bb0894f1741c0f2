"""Homes for intake: made once, copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from eakte.config import open_home
from eakte.domain.clock import SystemClock
from eakte.pipeline.context import Context
from tests.tools import homes


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home without waiting times and without keys; copy it to use it."""
    root = tmp_path_factory.mktemp("new") / "home"
    homes.create(root, SystemClock(), 'Stadt "A\\B"', demo=False)
    settings = root / "eakte.toml"
    text = settings.read_text().replace("settle_seconds = 2.0", "settle_seconds = 0.0")
    settings.write_text(text.replace("grace_seconds = 10.0", "grace_seconds = 0.0"))
    return root


@pytest.fixture(scope="session")
def erasing_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with sealed letters in two Akten; copy it to use it."""
    from tests.integration.erasing_office import new_office

    return new_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def context(new_home: Path, tmp_path: Path) -> Context:
    """A home of the test's own."""
    return Context(open_home(homes.copy(new_home, tmp_path / "home")), SystemClock())
