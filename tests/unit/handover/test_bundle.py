"""The zip of an evidence bundle, and verify.py as a program that needs nothing of ours."""

from __future__ import annotations

import ast
import hashlib
import stat
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eakte.errors import RefusedError, SystemRefusedError
from eakte.handover import bundle
from eakte.handover.bundle import SUMS, publish

_AT = datetime(2026, 3, 2, 9, 30, 14, tzinfo=UTC)
_VERIFIER = Path(bundle.__file__).with_name("verify.py")
_LONGEST = 300


def _nobody(_made):
    pass


@pytest.fixture
def pieces(tmp_path):
    (tmp_path / "scan").write_bytes(b"%PDF scan")
    return {"received/b.pdf": tmp_path / "scan", "a.json": b"{}", "README.txt": b"text"}


def test_it_lists_what_is_in_it_in_a_fixed_order(pieces, tmp_path):
    told = []
    made = publish(pieces, _AT, tmp_path / "a.zip", told.append)
    assert told == [made]
    assert made.sha256 == hashlib.sha256(made.path.read_bytes()).hexdigest()
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    with zipfile.ZipFile(made.path) as archive:
        assert archive.namelist() == ["README.txt", "a.json", "received/b.pdf", SUMS]
        assert {each.date_time for each in archive.infolist()} == {(2026, 3, 2, 9, 30, 14)}
        lines = archive.read(SUMS).decode().splitlines()
        for line in lines:
            digest, name = line.split("  ")
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
    assert made.files == len(lines) + 1 == 4


def test_the_same_at_the_same_moment_gives_the_same_bytes(pieces, tmp_path):
    backwards = dict(reversed(pieces.items()))
    one = publish(pieces, _AT, tmp_path / "a.zip", _nobody)
    assert publish(backwards, _AT, tmp_path / "b.zip", _nobody).sha256 == one.sha256


def test_nothing_is_overwritten_or_left_behind(pieces, tmp_path):
    (tmp_path / "a.zip").write_bytes(b"mine")
    with pytest.raises(RefusedError):
        publish(pieces, _AT, tmp_path / "a.zip", _nobody)
    with pytest.raises(SystemRefusedError):
        publish({"gone": tmp_path / "gone"}, _AT, tmp_path / "b.zip", _nobody)

    def refused(_made):
        raise RefusedError(detail="no")

    with pytest.raises(RefusedError):
        publish(pieces, _AT, tmp_path / "c.zip", refused)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.zip", "scan"]
    assert (tmp_path / "a.zip").read_bytes() == b"mine"


def test_the_verifier_is_short_and_needs_the_standard_library_of_python_39_only():
    text = _VERIFIER.read_text("utf-8")
    assert len(text.splitlines()) <= _LONGEST
    parsed = ast.parse(text, feature_version=(3, 9))
    names = set()
    for node in ast.walk(parsed):
        if isinstance(node, ast.Import):
            names |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(str(node.module).partition(".")[0])
    assert names <= sys.stdlib_module_names


@pytest.mark.parametrize("wrong", [("nowhere.zip",), (".", "--trust", "nowhere.pem")])
def test_a_path_that_is_not_there_is_no_verdict(tmp_path, wrong):
    program = [sys.executable, "-I", str(_VERIFIER), *wrong]
    done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "not there" in done.stderr
