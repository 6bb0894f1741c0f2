"""An auditor's machine: eakte, a file, and what to trust. No home, no database, no network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from eakte.domain.clock import SystemClock
from eakte.seal.demo_pki import create_demo_trust
from eakte.seal.signer import Sealer
from tests.unit.seal.making import pdfa, seal_bytes


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A folder with a sealed original and the root that it leads to."""
    folder = tmp_path_factory.mktemp("auditor")
    create_demo_trust(folder / "office", "Stadt Neuenfurt", SystemClock())
    sealed = seal_bytes(Sealer(folder / "office", SystemClock()), pdfa(), "Posteingang")
    (folder / "akte.pdf").write_bytes(sealed)
    (folder / "changed.pdf").write_bytes(sealed + b"\n% appended\n")
    (folder / "root.pem").write_bytes((folder / "office" / "anchors" / "root.pem").read_bytes())
    return folder


def _eakte(folder, *arguments, **more):
    known = {key: value for key, value in os.environ.items() if not key.startswith("EAKTE")}
    return subprocess.run(
        [sys.executable, "-m", "eakte", "verify", *arguments],
        cwd=folder,
        env={**known, "PYTHONPATH": str(Path.cwd()), **more},
        capture_output=True,
        text=True,
        check=False,
    )


def test_verdicts_reports_and_exit_codes(machine):
    trust = ("--trust", "root.pem", "--trust", "root.pem")
    reports = [f"--report=report.{kind}" for kind in ("txt", "pdf", "xml", "json")]
    good = _eakte(machine, "akte.pdf", *trust, *reports, EAKTE_LANG="de")
    assert good.returncode == 0, good.stdout + good.stderr
    assert "Schritte nach ETSI EN 319 102-1" in good.stdout
    assert (machine / "report.pdf").read_bytes().startswith(b"%PDF-")
    written = json.loads((machine / "report.json").read_text())
    assert written[0]["report"]["verdict"] == "VALID"

    bad = _eakte(machine, "changed.pdf", *trust, "--json")
    assert bad.returncode == 20
    assert json.loads(bad.stdout)[0]["report"]["verdict"] == "INVALID"
    assert sorted(each.name for each in machine.iterdir() if each.is_dir()) == ["office"]


def test_what_cannot_be_done_is_told_without_a_traceback(machine):
    cases = {
        5: ("missing.pdf", "--trust", "root.pem"),
        3: ("akte.pdf", "--trust", "akte.pdf"),
        2: ("akte.pdf", "--trust", "root.pem", "--report", "report.docx"),
        21: ("akte.pdf", "--trust", "root.pem", "--signature", "root.pem"),
    }
    for code, arguments in cases.items():
        told = _eakte(machine, *arguments)
        assert told.returncode == code, told.stdout + told.stderr
        assert "Traceback" not in told.stderr
