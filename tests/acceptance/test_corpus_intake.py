"""Issue 3, point 2: real files nobody here wrote all go through intake, and end visibly.

`make corpus` takes all of them in one run of the watcher and prints the table; the suite takes a
few of each sort.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.conftest import run_eakte

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
FOLDERS = ("odd_pdfs", "barcodes", "invoices", "mail", "qes", "signed")
_NO_MAIL = {".csv", ".rst"}
_FEW = 3

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="needs ../shared/corpus")


def _files(folder: str) -> list[Path]:
    """Give the files of a folder that could arrive, smallest first."""
    found = [path for path in (CORPUS / folder).rglob("*") if path.is_file()]
    mail = [path for path in found if path.suffix not in _NO_MAIL and "LICENSE" not in path.name]
    if not os.environ.get("EAKTE_WHOLE_CORPUS"):
        return sorted(mail, key=lambda path: path.stat().st_size)[:_FEW]
    return mail


def _home(root: Path) -> Path:
    assert run_eakte(root, "init", "--demo").returncode == 0
    settings = root / "eakte.toml"
    text = settings.read_text().replace("grace_seconds = 10.0", "grace_seconds = 0.5")
    settings.write_text(text)
    return root


def test_every_file_ends_in_a_state_with_its_reason(tmp_path: Path) -> None:
    """Demands 52 and 53: one bad file never blocks the others; every file ends visibly."""
    home = _home(tmp_path / "home")
    dropped: dict[str, Path] = {}
    for folder in FOLDERS:
        for path in _files(folder):
            name = f"{folder}--{path.name}"
            shutil.copyfile(path, home / "inbox" / "poststelle" / name)
            dropped[name] = path
    command = [sys.executable, "-m", "eakte", "watch", "--once", "--home", str(home)]
    watched = subprocess.run(command, capture_output=True, text=True, check=False)
    assert watched.returncode in {0, 4}, watched.stderr
    assert "Traceback" not in watched.stdout + watched.stderr
    lines = json.loads(run_eakte(home, "status", "--all", "--json").stdout)
    print(_table(lines))
    known = {line["file"] for line in lines}
    assert set(dropped) <= known, f"in no state: {set(dropped) - known}"
    for line in lines:
        assert line["state"] in {
            "enclosed",
            "filed",
            "review",
            "quarantine",
            "processed",
            "duplicate",
            "waiting",
        }
        if line["state"] in {"review", "quarantine"}:
            assert line["reasons"], f"no reason: {line['file']}"
            codes = {reason["code"] for reason in line["reasons"]}
            assert "stage_failed" not in codes, line
    assert not [path for path in (home / "inbox").rglob("*") if path.is_file()]
    for folder in ("signed", "qes"):
        states = {line["state"] for line in lines if line["file"].startswith(f"{folder}--")}
        assert "filed" not in states, "what arrived signed is for a person"


def _table(lines: list[dict[str, object]]) -> str:
    rows = []
    for line in lines:
        reasons = "; ".join(dict.fromkeys(_said(reason) for reason in line["reasons"]))  # type: ignore[attr-defined]
        rows.append(
            f"{line['file']} | {line['pages']} | {line['state']} | {reasons}{line['same_as']}"
        )
    return "\n".join(rows)


def _said(reason: dict[str, object]) -> str:
    detail = f" ({str(reason['detail'])[:90]})" if reason["detail"] else ""
    return f"{reason['code']}{detail}"
