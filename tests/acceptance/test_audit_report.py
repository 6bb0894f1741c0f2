"""The yearly report over the demo home, as an auditor makes it."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pypdfium2
import pytest

from tests.acceptance.conftest import run_eakte
from tests.tools import homes
from tests.tools.schemas import FOLDER

Run = Callable[..., subprocess.CompletedProcess[str]]
PERIOD = ("--from", "2026-01-01", "--to", "2099-12-31")


def _events(home: Path) -> list[dict[str, Any]]:
    rows = homes.execute(home, "SELECT entry FROM audit_event ORDER BY position")
    return [json.loads(entry) for (entry,) in rows]


def test_its_figures_are_those_of_the_log_and_its_pages_can_be_read(
    home: Path, eakte: Run, tmp_path: Path
) -> None:
    events, out = _events(home), tmp_path / "bericht.pdf"
    made = eakte("audit", "report", *PERIOD, str(out), "--json")
    assert made.returncode == 0, made.stdout + made.stderr
    report = json.loads(made.stdout)
    schema = json.loads((FOLDER / "audit-report.schema.json").read_text())
    jsonschema.validate(report, schema)
    figures, actions = report["figures"], Counter(each["action"] for each in events)
    assert figures["actions"] == dict(actions)
    months = figures["months"].values()
    assert sum(each["files"] for each in months) == actions["received"] > 40
    assert (
        sum(each["filed"] for each in months) == actions["filed"] == sum(figures["seals"].values())
    )
    pages = sum(int(each["after"]["pages"]) for each in events if each["action"] == "split")
    assert sum(each["pages"] for each in months) == pages
    assert report["seals"]["qualifications"] == {
        "demo certificate, not qualified": actions["sealed"]
    }
    (key,) = report["seals"]["keys"]
    assert key["seals"] == actions["sealed"]
    assert report["log"]["intact"]
    assert report["log"]["end"] == {
        "size": len(events),
        "root": report["log"]["verdict"]["root"],
    }
    assert figures["batches"]
    assert {each["rule"] for each in report["anomalies"]} <= {
        "outside-hours", "hasty", "own-correction", "known-seed",
    }  # fmt: skip
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(out))
    assert "The whole log was checked for this report" in " ".join(text.split())
    (noted,) = [each for each in _events(home)[len(events) :] if each["action"] == "exported"]
    assert noted["object"] == "audit-log"
    assert noted["after"]["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()


def test_a_changed_log_is_said_first_and_ends_with_20(
    home: Path, eakte: Run, tmp_path: Path
) -> None:
    homes.unguard(home)
    entry = '{"action":"viewed"}'
    homes.execute(home, "UPDATE audit_event SET entry = :e WHERE position = 42", e=entry)
    homes.execute(home, "DELETE FROM audit_event WHERE position = 60")
    size, out = len(_events(home)), tmp_path / "bericht.pdf"
    made = eakte("audit", "report", *PERIOD, str(out))
    assert made.returncode == 20, made.stdout + made.stderr
    assert "changed" in made.stdout.splitlines()[0]
    text = pypdfium2.PdfDocument(out)[0].get_textpage().get_text_range()
    assert "THE AUDIT LOG WAS CHANGED" in text
    assert "#42" in text
    assert len(_events(home)) == size


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "2026-01-01", "--to", "2025-01-01", "--json"),
        ("--from", "2026-01-01", "--json"),
        ("--from", "gestern", "--to", "2026-01-01", "--json"),
        PERIOD,
        (*PERIOD, "bericht.txt"),
    ],
)
def test_wrong_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert run_eakte(tmp_path, "audit", "report", *arguments).returncode == 2, "before any home"


def test_originals_are_verified_on_demand(eakte: Run) -> None:
    made = eakte("audit", "report", *PERIOD, "--json", "--verify")
    assert made.returncode == 0, made.stdout + made.stderr
    report = json.loads(made.stdout)
    sealed = sum(report["figures"]["seals"].values())
    assert report["originals"] == {"verdicts": {"VALID": sealed}, "failed": []}
