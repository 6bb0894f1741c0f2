"""Issue 2, point 6: changing one audit row with the sqlite3 tool is found and located."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

_DROP = "DROP TRIGGER audit_event_no_update; DROP TRIGGER audit_event_no_delete;"


def _sqlite3(home: Path, statements: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sqlite3", str(home / "eakte.db"), statements],
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_honest_log_is_intact(eakte: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    finished = eakte("audit", "verify")
    assert finished.returncode == 0, finished.stdout
    assert "intact" in finished.stdout


def test_the_guards_stop_the_tool(home: Path) -> None:
    for statement in ("DELETE FROM audit_event", "UPDATE audit_event SET entry = 'x'"):
        assert "append-only" in _sqlite3(home, statement).stderr


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
    entry = _sqlite3(home, "SELECT entry FROM audit_event WHERE position = 42").stdout
    changed = _sqlite3(home, _DROP + statements.replace("'root'", f"'{entry[2:12]}'"))
    assert changed.returncode == 0, changed.stderr
    finished = eakte("audit", "verify")
    assert finished.returncode == 20
    assert f"{place}:" in finished.stdout


def test_a_log_rebuilt_without_its_tail_contradicts_the_checkpoints(
    home: Path, eakte: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """Cut the log and mend the head as the program itself would: only the checkpoint tells."""
    program = (
        "import json, sqlite3; from eakte.audit import tree\n"
        f"db = sqlite3.connect({str(home / 'eakte.db')!r})\n"
        f"db.executescript({_DROP!r})\n"
        "db.execute('DELETE FROM audit_event WHERE position >= 50')\n"
        "frontier = ()\n"
        "rows = db.execute('SELECT leaf FROM audit_event ORDER BY position').fetchall()\n"
        "for size, (leaf,) in enumerate(rows):\n"
        "    frontier = tree.append(frontier, size, bytes.fromhex(leaf))\n"
        "head = (50, tree.root_of(frontier).hex(), json.dumps([p.hex() for p in frontier]))\n"
        "db.execute('UPDATE audit_head SET size = ?, root = ?, frontier = ?', head)\n"
        "db.commit()\n"
    )
    subprocess.run([_python(), "-c", program], check=True)
    finished = eakte("audit", "verify")
    assert finished.returncode == 20
    assert "checkpoint" in finished.stdout


def _python() -> str:
    import sys

    return sys.executable
