"""What the records say is held against the audit log and the sealed files themselves."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.conftest import run_eakte
from tests.tools import homes

_EMPTY = hashlib.sha256(b"").hexdigest()

Run = Callable[..., subprocess.CompletedProcess[str]]


def _filed(home: Path) -> list[str]:
    lines = json.loads(run_eakte(home, "status", "--all", "--json").stdout)
    one_page = [line for line in lines if line["state"] == "filed" and line["pages"] == 1]
    return [line["document"] for line in one_page]


def _sealed(home: Path, document: str) -> str:
    found = homes.execute(home, "SELECT sealed FROM document WHERE id = :id", id=document)
    return str(found[0][0])


def _akte(home: Path, document: str) -> str:
    question = "SELECT aktenzeichen FROM document WHERE id = :id"
    return str(homes.execute(home, question, id=document)[0][0])


def _invalid(eakte: Run, *what: str) -> dict[str, str]:
    """Verify and give the reason of every letter that is INVALID, not of the Akten."""
    return {name: why for name, why in _told(eakte, *what).items() if "/" not in name}


def _told(eakte: Run, *what: str) -> dict[str, str]:
    """Verify and give the reason of every letter and Akte that is INVALID."""
    finished = eakte("verify", *what, "--json")
    assert finished.returncode == 20, finished.stdout + finished.stderr
    found = json.loads(finished.stdout)
    bad = [each for each in found if each["report"]["verdict"] == "INVALID"]
    return {each["name"]: each["report"]["reason"] for each in bad}


def test_two_sealed_originals_exchanged_in_the_records_are_found(home: Path, eakte: Run) -> None:
    first, second = _filed(home)[:2]
    one, other = _sealed(home, first), _sealed(home, second)
    for sealed, document in (("x", first), (one, second), (other, first)):
        update = "UPDATE document SET sealed = :sealed WHERE id = :id"
        homes.execute(home, update, sealed=sealed, id=document)
    assert set(_invalid(eakte, "--all")) == {first, second}
    assert first in _invalid(eakte, first)


def test_a_letter_removed_from_the_records_is_found(home: Path, eakte: Run) -> None:
    document = _filed(home)[0]
    akte = _akte(home, document)
    homes.execute(home, "DELETE FROM document WHERE id = :id", id=document)
    assert set(_told(eakte, "--all")) == {document, akte}


def test_a_letter_moved_to_another_akte_behind_our_back_is_found(home: Path, eakte: Run) -> None:
    first, second = _filed(home)[:2]
    akte, other = (_akte(home, each) for each in (first, second))
    move = "UPDATE document SET aktenzeichen = :akte WHERE id = :id"
    homes.execute(home, move, akte=other, id=first)
    assert set(_told(eakte, "--all")) == {first, akte, other}
    assert first in _invalid(eakte, akte), "the Akte that it was filed into misses it"


def test_a_missing_sealed_original_is_found_and_the_others_are_verified(
    home: Path, eakte: Run
) -> None:
    document = _filed(home)[0]
    digest = _sealed(home, document)
    (home / "store" / "blobs" / digest[:2] / digest[2:]).unlink()
    assert set(_invalid(eakte, "--all")) == {document}


def test_a_scan_that_was_changed_or_lost_is_found(home: Path, eakte: Run) -> None:
    found = homes.execute(home, "SELECT id, scan FROM document WHERE state = 'filed' ORDER BY id")
    scans = dict(row for row in found if [each[1] for each in found].count(row[1]) == 1)
    changed, lost = list(scans)[:2]
    blobs = [
        home / "store" / "blobs" / scans[each][:2] / scans[each][2:] for each in (changed, lost)
    ]
    blobs[0].chmod(0o600)
    blobs[0].write_bytes(blobs[0].read_bytes() + b" ")
    blobs[1].unlink()
    told = _invalid(eakte, "--all")
    assert set(told) == {changed, lost}
    assert all(why.startswith("Scan in the store") for why in told.values())


@pytest.mark.parametrize(
    "change",
    [
        "class_id = 'mahnung'",
        "letter_date = '2020-01-01'",
        "received_at = received_at - 5184000000000",
        "pages = '[2]'",
        "findings = '[]', transfervermerk = ''",
        "state = 'review'",
        "sealed = NULL, state = 'rejected'",
    ],
)
def test_a_record_edited_behind_our_back_is_found(home: Path, eakte: Run, change: str) -> None:
    document = _filed(home)[0]
    homes.execute(home, f"UPDATE document SET {change} WHERE id = :id", id=document)
    assert set(_invalid(eakte, "--all")) == {document}


def test_trust_that_is_named_is_used(home: Path, eakte: Run, tmp_path: Path) -> None:
    """A home whose keeper sealed all anew with keys of their own is not VALID for an auditor."""
    stranger = tmp_path / "stranger"
    assert run_eakte(stranger, "init", "--demo").returncode == 0
    anchors = stranger / "trust" / "anchors" / "root.pem"
    assert eakte("verify", "--all", "--trust", str(anchors)).returncode == 21
    assert eakte("verify", _filed(home)[0], "--trust", str(anchors)).returncode == 21


def test_a_file_of_that_name_never_stands_in_for_the_record(home: Path, tmp_path: Path) -> None:
    first, second = _filed(home)[:2]
    digest = _sealed(home, first)
    blob = home / "store" / "blobs" / digest[:2] / digest[2:]
    other = _sealed(home, second)
    fake = home / "store" / "blobs" / other[:2] / other[2:]
    (tmp_path / first).write_bytes(fake.read_bytes())
    blob.unlink()
    finished = subprocess.run(
        [sys.executable, "-m", "eakte", "verify", first, "--home", str(home)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        check=False,
    )
    assert finished.returncode == 20


def test_a_kept_copy_of_the_checkpoints_counts(home: Path, eakte: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    (home / "anchors").rename(copy)
    (home / "anchors").mkdir()
    homes.unguard(home)
    homes.execute(home, "DELETE FROM audit_event WHERE position >= 0")
    emptied = "UPDATE audit_head SET size = 0, frontier = '[]', root = :root"
    homes.execute(home, emptied, root=_EMPTY)
    assert eakte("audit", "verify").returncode == 0
    assert eakte("audit", "verify", "--anchor", str(copy)).returncode == 20


def test_the_transfervermerk_is_bound_to_the_record(home: Path, eakte: Run) -> None:
    """The record's copy of the Transfervermerk cannot be changed unnoticed."""
    document = _filed(home)[0]
    change = "UPDATE document SET transfervermerk = replace(transfervermerk, 'Stadt', 'Statt')"
    homes.execute(home, f"{change} WHERE id = :id", id=document)
    assert set(_invalid(eakte, "--all")) == {document}


def test_a_record_that_cannot_be_read_is_named(home: Path, eakte: Run) -> None:
    document = _filed(home)[0]
    homes.execute(home, "UPDATE document SET transfervermerk = '{' WHERE id = :id", id=document)
    finished = eakte("verify", "--all")
    assert finished.returncode == 20
    assert document in finished.stderr
