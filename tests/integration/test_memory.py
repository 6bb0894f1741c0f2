"""Issue 3, space: what a stage holds at once does not grow with the file (see benchmarks)."""

from __future__ import annotations

from pathlib import Path

import pytest

from eakte import sandbox
from eakte.sandbox import Limits
from tests.benchmarks import memory_stages as stages
from tests.benchmarks.large_scans import jpeg, write_pdf

LIMITS = Limits(120, 120, 2000)
SIZE = (1240, 1754)
GROWTH_MB = 12


@pytest.fixture(scope="module")
def peaks(tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, int]]:
    """The peak of each stage in MB for a PDF of 20 pages and one of 60, which is 28 MB larger."""
    found: dict[int, dict[str, int]] = {}
    for pages in (20, 60):
        work: Path = tmp_path_factory.mktemp("work")
        source = write_pdf(work / "scan.pdf", pages, jpeg(SIZE), SIZE)
        found[pages] = {
            stage.__name__: sandbox.call(LIMITS, stage, source, work).peak_mb
            for stage in (stages.inspect, stages.convert, stages.attach, stages.seal, stages.accept)
        }
    return found


@pytest.mark.parametrize("stage", ["inspect", "convert", "attach", "seal", "accept"])
def test_memory_does_not_grow_with_the_file(stage: str, peaks: dict[int, dict[str, int]]) -> None:
    assert peaks[60][stage] - peaks[20][stage] < GROWTH_MB
    assert peaks[60][stage] < 400
