"""A clerk releases, corrects and rejects what waits; the quarantine is tried again."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., subprocess.CompletedProcess[str]]


def _line(eakte: Run, file: str) -> dict[str, Any]:
    lines = json.loads(eakte("status", "--all", "--json").stdout)
    found: dict[str, Any] = next(line for line in lines if line["file"].startswith(file))
    return found


def test_a_released_letter_is_sealed_with_the_persons_transfervermerk(eakte: Run) -> None:
    document = _line(eakte, "40-")["document"]
    vouch = ("review", "release", document, "--person", "A. Probst")
    assert eakte("review", "release", document).returncode == 2, "somebody must vouch"
    assert eakte(*vouch).returncode == 6, "it has no Akte yet"
    assert eakte("akte", "new", "32.4-122.30/2026-9001", "Neuer Fall").returncode == 0
    released = eakte(*vouch, "--akte", "32.4-122.30/2026-9001")
    assert released.returncode == 0, released.stderr
    assert eakte(*vouch).returncode == 6, "nobody releases it twice"
    eakte("watch", "--once")
    shown = json.loads(eakte("show", document, "--json").stdout)["document"]
    assert (shown["state"], shown["verdict"]) == ("filed", "VALID")
    note = shown["transfervermerk"]
    assert note["creator"] == "A. Probst"
    assert "A. Probst erklärt" in note["qa_result"]
    assert note["release"]["account"] != "A. Probst"
    assert note["release"]["kind"] == "person"
    assert eakte("verify", "32.4-122.30/2026-9001").returncode == 0
    events = json.loads(eakte("audit", "log", "--of", document, "--json").stdout)
    actions = [event["action"] for _position, event in events]
    assert [each for each in actions if each not in {"viewed", "verified"}] == [
        "filed",
        "sealed",
        "released",
        "corrected",
        "proposed",
        "converted",
    ]


def test_another_class_means_another_sammelakte(eakte: Run) -> None:
    document = _line(eakte, "22-")["document"]
    vouch = ("review", "release", document, "--person", "A. Probst")
    assert eakte(*vouch, "--class", "nonsense").returncode == 5
    assert eakte(*vouch, "--class", "kuendigung").returncode == 0
    assert _line(eakte, "22-")["akte"].startswith("10.2-031.60/")


def test_a_rejected_letter_is_kept_but_never_sealed(eakte: Run, tmp_path: Path) -> None:
    document = _line(eakte, "41-")["document"]
    assert eakte("review", "reject", document, "--reason", "Werbung").returncode == 0
    eakte("watch", "--once")
    assert _line(eakte, "41-")["state"] == "rejected"
    out = tmp_path / "original.png"
    assert eakte("show", document, "--original", str(out)).returncode == 0
    assert out.stat().st_size > 1000


def test_a_retried_file_comes_back_with_its_reason(eakte: Run) -> None:
    name = _line(eakte, "36-")["file"]
    assert eakte("quarantine", "retry", name).returncode == 0
    eakte("watch", "--once")
    line = _line(eakte, "36-")
    assert line["state"] == "quarantine"
    assert [reason["code"] for reason in line["reasons"]] == ["truncated"]
    assert json.loads(eakte("quarantine", "show", name, "--json").stdout)["attempt"] == 2


def test_a_submitted_file_goes_the_same_way_and_stays(eakte: Run, tmp_path: Path) -> None:
    empty = tmp_path / "leer.pdf"
    empty.write_bytes(b"")
    assert eakte("submit", str(empty)).returncode == 0
    eakte("watch", "--once")
    assert empty.exists()
    line = _line(eakte, "leer")
    assert line["state"] == "quarantine"
    assert [reason["code"] for reason in line["reasons"]] == ["empty"]
