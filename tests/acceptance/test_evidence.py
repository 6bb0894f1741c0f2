"""What the records say is held against the audit log and the sealed files themselves."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.acceptance.conftest import run_eakte

Run = Callable[..., subprocess.CompletedProcess[str]]


def _filed(home: Path) -> list[str]:
    lines = json.loads(run_eakte(home, "status", "--all", "--json").stdout)
    one_page = [line for line in lines if line["state"] == "filed" and line["pages"] == 1]
    return [line["document"] for line in one_page]


def _execute(home: Path, *statements: tuple[str, tuple[str, ...]]) -> None:
    with sqlite3.connect(home / "eakte.db") as database:
        for statement, values in statements:
            database.execute(statement, values)


def _sealed(home: Path, document: str) -> str:
    with sqlite3.connect(home / "eakte.db") as database:
        rows = database.execute("SELECT sealed FROM document WHERE id = ?", (document,))
        return str(rows.fetchone()[0])


def _invalid(eakte: Run, *what: str) -> dict[str, str]:
    """Verify and give the reason of every letter that is INVALID."""
    finished = eakte("verify", *what, "--json")
    assert finished.returncode == 20, finished.stdout + finished.stderr
    found = json.loads(finished.stdout)
    bad = [each for each in found if each["report"]["verdict"] == "INVALID"]
    return {each["name"]: each["report"]["reason"] for each in bad}


def test_two_sealed_originals_exchanged_in_the_records_are_found(home: Path, eakte: Run) -> None:
    first, second = _filed(home)[:2]
    one, other = _sealed(home, first), _sealed(home, second)
    update = "UPDATE document SET sealed = ? WHERE id = ?"
    _execute(home, (update, ("x", first)), (update, (one, second)), (update, (other, first)))
    assert set(_invalid(eakte, "--all")) == {first, second}
    assert first in _invalid(eakte, first)


def test_a_letter_removed_from_the_records_is_found(home: Path, eakte: Run) -> None:
    document = _filed(home)[0]
    _execute(home, ("DELETE FROM document WHERE id = ?", (document,)))
    assert set(_invalid(eakte, "--all")) == {document}


def test_a_letter_moved_to_another_akte_behind_our_back_is_found(home: Path, eakte: Run) -> None:
    first, second = _filed(home)[:2]
    move = "UPDATE document SET aktenzeichen = (SELECT aktenzeichen FROM document WHERE id = ?)"
    with sqlite3.connect(home / "eakte.db") as database:
        (akte,) = database.execute(
            "SELECT aktenzeichen FROM document WHERE id = ?", (first,)
        ).fetchone()
    _execute(home, (f"{move} WHERE id = ?", (second, first)))
    assert set(_invalid(eakte, "--all")) == {first}
    assert first in _invalid(eakte, akte), "the Akte that it was filed into misses it"


def test_a_missing_sealed_original_is_found_and_the_others_are_verified(
    home: Path, eakte: Run
) -> None:
    document = _filed(home)[0]
    digest = _sealed(home, document)
    (home / "store" / "blobs" / digest[:2] / digest[2:]).unlink()
    assert set(_invalid(eakte, "--all")) == {document}


def test_the_transfervermerk_is_bound_to_the_record(home: Path, eakte: Run) -> None:
    """The record's copy of the Transfervermerk cannot be changed unnoticed."""
    document = _filed(home)[0]
    change = "UPDATE document SET transfervermerk = replace(transfervermerk, 'demo', 'hoch')"
    _execute(home, (f"{change} WHERE id = ?", (document,)))
    assert set(_invalid(eakte, "--all")) == {document}
