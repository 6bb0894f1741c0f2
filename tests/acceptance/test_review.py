"""A clerk releases, corrects and rejects what waits; the quarantine is tried again."""

from __future__ import annotations

import json
import subprocess
import time
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
    remark = ("--remark", "Vorlage ist eine Kopie")
    released = eakte(*vouch, "--akte", "32.4-122.30/2026-9001", *remark)
    assert released.returncode == 0, released.stderr
    assert eakte(*vouch).returncode == 6, "nobody releases it twice"
    eakte("watch", "--once")
    shown = json.loads(eakte("show", document, "--json").stdout)["document"]
    assert (shown["state"], shown["verdict"]) == ("filed", "VALID")
    note = shown["transfervermerk"]
    assert note["creator"] == "A. Probst"
    assert "A. Probst erklärt" in note["qa_result"]
    assert "A. Probst erklärt" in note["match_statement"]
    assert "Vermerk von A. Probst: Vorlage ist eine Kopie" in note["anomalies_statement"]
    assert note["release"]["account"] != "A. Probst"
    assert note["release"]["kind"] == "person"
    assert eakte("verify", "32.4-122.30/2026-9001").returncode == 0
    events = json.loads(eakte("audit", "log", "--of", document, "--json").stdout)
    assert "Kopie" not in json.dumps(events), "what a person wrote is not in the log"
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


def test_the_queue_says_why_each_letter_waits(eakte: Run) -> None:
    """Issue 5: a reason in words for every item; the nearest deadline first."""
    queue = json.loads(eakte("review", "list", "--json").stdout)
    why = {each["file"][:2]: " ".join(each["reasons"]) for each in queue}
    assert "the date of the letter is doubtful" in why["09"]
    assert "a page is upside down" in why["21"]
    assert "a page looks blank" in why["22"]
    assert "names no Akte" in why["32"]
    assert "must be released by a person" in why["32"]
    assert "arrived signed" in why["37"]
    assert "does not exist: 32.4-122.30/2024-9917" in why["40"]
    assert all(each["reasons"] for each in queue)
    deadlines = [each["document"]["deadline"] for each in queue]
    dated = [deadline for deadline in deadlines if deadline]
    assert deadlines == [*sorted(dated), *[""] * (len(deadlines) - len(dated))]


def test_corrections_are_in_the_log_without_a_word_of_the_letter(eakte: Run, home: Path) -> None:
    """Issue 5: every correction is an event with before and after; R15: the log holds no names."""
    document = _line(eakte, "09-")["document"]
    wrong = ("review", "correct", document, "--set")
    assert eakte(*wrong, "sender").returncode == 2
    assert eakte(*wrong, "colour=red").returncode == 2
    assert eakte(*wrong, "date=2026-02-30").returncode == 6
    right = ("--set", "date=1.5.2026", "--set", "sender=Ida Faber", "--class", "beschwerde")
    done = eakte("review", "correct", document, *right, "--seen", "1")
    assert done.returncode == 0, done.stderr
    assert eakte("review", "correct", document, *right, "--seen", "1").returncode == 6
    shown = json.loads(eakte("review", "show", document, "--json").stdout)
    letter = shown["document"]
    assert (letter["letter_date"], letter["sender"]) == ("2026-05-01", "Ida Faber")
    assert shown["reasons"] == ["nothing is doubtful any more: release it"]
    events = json.loads(eakte("audit", "log", "--of", document, "--json").stdout)
    (event,) = [event for _n, event in events if event["action"] == "corrected"]
    assert (event["before"]["date"], event["after"]["date"]) == ("", "2026-05-01")
    assert (event["before"]["class"], event["after"]["class"]) == ("bauantrag", "beschwerde")
    assert event["after"]["changed"] == "class,date,sender"
    assert "Faber" not in json.dumps(events)
    kept = event["after"]["values"]
    values = json.loads(next((home / "store").rglob(f"{kept[2:]}*")).read_text())
    assert values["after"]["sender"] == "Ida Faber"
    assert values["before"]["sender"] == "Architekturbüro Lindqvist"
    assert len(values["salt"]) == 32


def test_pages_are_opened_with_the_clerks_own_viewer(eakte: Run, tmp_path: Path) -> None:
    document = _line(eakte, "09-")["document"]
    seen = tmp_path / "seen.pdf"
    viewer = tmp_path / "viewer"
    viewer.write_text(
        f'#!/bin/sh\n[ "$1" = --quiet ] && cp "$2" {seen}.part && mv {seen}.part {seen}\n'
    )
    viewer.chmod(0o755)
    opened = eakte("review", "show", document, "--open", EAKTE_VIEWER=f"{viewer} --quiet")
    assert opened.returncode == 0, opened.stderr
    until = time.monotonic() + 30
    while not seen.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert seen.read_bytes().startswith(b"%PDF")
    assert eakte("review", "show", document, "--open", EAKTE_VIEWER="no-such").returncode == 7
    saved = tmp_path / "saved.pdf"
    assert eakte("review", "show", document, "--pdf", str(saved)).returncode == 0
    assert saved.read_bytes() == seen.read_bytes()


def test_a_new_scan_stands_for_the_old_letter(eakte: Run) -> None:
    """The mailroom sees what is to be scanned again; nothing is lost; the first receipt counts."""
    old, new = _line(eakte, "22-")["document"], _line(eakte, "21-")["document"]
    assert eakte("review", "replace", old, new).returncode == 6, "nobody asked for a new scan"
    asked = eakte("review", "rescan", old, "--reason", "Rückseite fehlt")
    assert asked.returncode == 0, asked.stderr
    assert eakte("review", "release", old, "--person", "A. Probst").returncode == 6
    told = eakte("status").stdout
    assert "Scan again: 22-beschwerde-winterdienst.pdf" in told
    assert "Rückseite fehlt" in told
    assert eakte("review", "replace", old, old).returncode == 6
    assert eakte("review", "replace", old, new).returncode == 0
    shown = json.loads(eakte("show", old, "--json").stdout)["document"]
    assert (shown["state"], shown["successors"]) == ("superseded", [new])
    codes = [
        each["code"]
        for each in json.loads(eakte("show", new, "--json").stdout)["document"]["findings"]
    ]
    assert "rescanned" in codes
    assert "Scan again" not in eakte("status").stdout
    late = eakte("review", "rescan", old, "--withdraw")
    assert late.returncode == 6
    assert f"has its new scan already: {new}" in late.stderr


def test_a_new_scan_that_cannot_be_is_withdrawn(eakte: Run) -> None:
    document = _line(eakte, "22-")["document"]
    rescan = ("review", "rescan", document)
    assert eakte(*rescan).returncode == 2
    assert eakte(*rescan, "--withdraw").returncode == 6, "nobody asked for a new scan"
    assert eakte(*rescan, "--reason", "x", "--withdraw").returncode == 2
    assert eakte(*rescan, "--reason", "Rückseite fehlt").returncode == 0
    assert f"eakte review rescan {document} --withdraw" in eakte("status").stdout
    assert eakte(*rescan, "--withdraw").returncode == 0
    reasons = json.loads(eakte("review", "show", document, "--json").stdout)["reasons"]
    assert "a new scan was asked for, and will not come: Rückseite fehlt" in reasons
    assert "Scan again" not in eakte("status").stdout
    events = json.loads(eakte("audit", "log", "--of", document, "--json").stdout)
    assert "rescan-withdrawn" in {event["action"] for _position, event in events}
    assert eakte("review", "release", document, "--person", "A. Probst").returncode == 0


def test_a_letter_is_divided_by_command(eakte: Run) -> None:
    """tests/integration/test_regrouping.py follows the new letters to the end."""
    document = _line(eakte, "22-")["document"]
    assert eakte("review", "split", document).returncode == 2
    assert eakte("review", "split", document, "--after", "2").returncode == 6
    join = ("review", "join", document, document)
    assert eakte(*join).returncode == 6
    assert eakte(*join, "--seen", "1").returncode == 2, "once for each"
    assert eakte(*join, "--seen", "1", "--seen", "1").returncode == 6
    divided = eakte("review", "split", document, "--after", "1")
    assert divided.returncode == 0
    name = document.rpartition("-")[0]
    assert f"{name}-2, {name}-3" in divided.stdout
    assert _line(eakte, "22-")["state"] == "regrouping"
    assert eakte("review", "split", document, "--after", "1").returncode == 6


def test_a_rejected_letter_is_kept_but_never_sealed(eakte: Run, tmp_path: Path) -> None:
    document = _line(eakte, "41-")["document"]
    rejected = eakte("review", "reject", document, "--reason", "Werbung von Ida Faber")
    assert rejected.returncode == 0
    events = eakte("audit", "log", "--of", document, "--json").stdout
    assert '"rejected"' in events
    assert "Faber" not in events
    assert "Werbung von Ida Faber" in eakte("show", document).stdout
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
