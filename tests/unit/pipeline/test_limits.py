from __future__ import annotations

from pathlib import Path

import pytest

from eakte.config import open_home
from eakte.domain.clock import SystemClock
from eakte.pipeline.context import Context
from tests.tools import homes


@pytest.fixture
def context(tmp_path: Path) -> Context:
    homes.create(tmp_path / "home", SystemClock(), "Stadt Test", demo=False)
    return Context(open_home(tmp_path / "home"), SystemClock())


def test_a_large_file_and_many_pages_get_more_time(context: Context, tmp_path: Path) -> None:
    """Issue 3: a 1 GB PDF and 2,000 pages are work for longer than ten minutes."""
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(b"x")
    with large.open("wb") as file:
        file.truncate(1_000_000_000)
    assert context.file_limits(small).cpu_seconds == 600
    assert context.file_limits(small, large).cpu_seconds == 2600
    assert context.file_limits(small, pages=2000).cpu_seconds == 2600
    assert context.file_limits(large).wall_seconds > context.file_limits(large).cpu_seconds
