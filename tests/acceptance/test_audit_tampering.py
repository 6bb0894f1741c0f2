"""Issue 2, point 6: changing one audit row with the database's own tool is found and located."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from eakte.audit import tree
from tests.tools import homes


def test_an_honest_log_is_intact(eakte: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    finished = eakte("audit", "verify")
    assert finished.returncode == 0, finished.stdout
    assert "intact" in finished.stdout


def test_the_guards_stop_the_tool(home: Path) -> None:
    for statement in ("DELETE FROM audit_event", "UPDATE audit_event SET entry = 'x'"):
        assert "append-only" in homes.typed(home, statement).stderr


@pytest.mark.parametrize(
    ("statements", "place"),
    [
        (
            "UPDATE audit_event SET entry = replace(entry, 'root', 'toor') WHERE position = 42",
            "#42",
        ),
        ("UPDATE audit_event SET entry = entry || ' ' WHERE position = 42", "#42"),
        ("DELETE FROM audit_event WHERE position = 42", "#42"),
        (
            (
                "UPDATE audit_event SET position = -1 WHERE position = 42;"
                "UPDATE audit_event SET position = 42 WHERE position = 43;"
                "UPDATE audit_event SET position = 43 WHERE position = -1"
            ),
            "#42",
        ),
        ("DELETE FROM audit_event WHERE position > 60", "#61"),
        ("DELETE FROM audit_event", "#0"),
    ],
    ids=["edit", "edit-a-blank", "delete", "re-order", "cut-tail", "empty"],
)
def test_a_change_is_found_and_located(
    home: Path,
    eakte: Callable[..., subprocess.CompletedProcess[str]],
    statements: str,
    place: str,
) -> None:
    entry = homes.typed(home, "SELECT entry FROM audit_event WHERE position = 42").stdout
    homes.unguard(home)
    changed = homes.typed(home, statements.replace("'root'", f"'{entry[2:12]}'"))
    assert changed.returncode == 0, changed.stderr
    finished = eakte("audit", "verify")
    assert finished.returncode == 20
    assert f"{place}:" in finished.stdout


def test_a_log_rebuilt_without_its_tail_contradicts_the_checkpoints(
    home: Path, eakte: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """Cut the log and mend the head as the program itself would: only the checkpoint tells."""
    homes.unguard(home)
    homes.execute(home, "DELETE FROM audit_event WHERE position >= 50")
    frontier: tuple[bytes, ...] = ()
    rows = homes.execute(home, "SELECT leaf FROM audit_event ORDER BY position")
    for size, (leaf,) in enumerate(rows):
        frontier = tree.append(frontier, size, bytes.fromhex(leaf))
    homes.execute(
        home,
        "UPDATE audit_head SET size = 50, root = :root, frontier = :frontier",
        root=tree.root_of(frontier).hex(),
        frontier=json.dumps([part.hex() for part in frontier]),
    )
    finished = eakte("audit", "verify")
    assert finished.returncode == 20
    assert "checkpoint" in finished.stdout
