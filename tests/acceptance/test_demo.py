"""Issue 2, points 1 to 3: every sample letter ends where its expected.toml says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from eakte.pipeline.desk import Desk
from sample_mail.check import compare, expectations
from tests.acceptance.conftest import run_eakte

_EXPECTED = expectations()


def test_the_demo_ends_well(finished: Path) -> None:
    assert (finished.parent / "demo.log").read_text().rstrip().endswith("exit 0")


@pytest.mark.parametrize("expected", _EXPECTED, ids=lambda expected: expected.path.stem)
def test_each_file_ends_in_its_state(desk: Desk, expected: object) -> None:
    compared = compare(desk, (expected,))  # type: ignore[arg-type]
    assert compared.states_right == 1, compared.differences
    assert compared.other_differences == 0, compared.differences


def test_classes_and_fields_reach_their_goals(desk: Desk) -> None:
    compared = compare(desk, _EXPECTED)
    assert compared.classes >= 30
    assert compared.fields >= 100
    assert compared.classes_right / compared.classes >= 0.95, compared.differences
    assert compared.fields_right / compared.fields >= 0.95, compared.differences


def test_every_sealed_original_is_valid(demo: Path) -> None:
    finished = run_eakte(demo, "verify", "--all")
    assert finished.returncode == 0
    good, _of, every, *_rest = finished.stdout.splitlines()[-1].split()
    assert int(good) == int(every) >= 25
    assert "demo certificate, not qualified" in finished.stdout


def test_no_verdict_is_printed_without_what_it_is_worth(demo: Path) -> None:
    lines = json.loads(run_eakte(demo, "status", "--all", "--json").stdout)
    letter = next(line for line in lines if line["state"] == "filed")
    document, akte = letter["document"], letter["akte"]
    for command in (
        ("status", "--all"),
        ("search", "Neuenfurt"),
        ("show", document),
        ("akte", "show", akte),
        ("verify", document),
        ("verify", akte),
    ):
        printed = run_eakte(demo, *command).stdout
        assert "VALID" in printed, command
        assert "demo certificate, not qualified" in printed, command


def test_a_second_run_changes_nothing_and_says_so(home: Path) -> None:
    before = _state(home)
    finished = subprocess.run(
        [sys.executable, "-m", "sample_mail.demo", str(home)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0
    assert "Nothing to do" in finished.stdout
    assert _state(home) == before


def _state(home: Path) -> tuple[str, list[str]]:
    """Give all letters with their states and digests, and every blob of the store."""
    lines = run_eakte(home, "status", "--all", "--json").stdout
    blobs = sorted(str(path.relative_to(home)) for path in (home / "store").rglob("*"))
    return lines, blobs
