"""Every action that changes or reads a record is in the log, written by its command (issue 8).

Deletion is tested with what deletes. Personal text is in no event: salted hashes stand for it.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from pathlib import Path

import pytest

from eakte.config import open_home
from eakte.domain.clock import SystemClock
from eakte.pipeline.context import Context
from eakte.pipeline.desk import Desk
from eakte.services import configuring
from tests.acceptance.acting import UNLISTED, act, list_persons
from tests.acceptance.cases_of_roles import AKTE, DOCUMENT, OTHER_AKTE
from tests.tools import homes

_ME = "root"
_PIPELINE = {
    "received", "split", "converted", "proposed", "released", "sealed", "filed", "quarantined",
    "home-created", "verfahren-adopted",
}  # fmt: skip
"""What `init` and `watch` write by themselves: receipt, division, OCR and archive copy, class."""


def events(home: Path) -> list[dict[str, object]]:
    rows = homes.execute(home, "SELECT entry FROM audit_event ORDER BY position")
    return [json.loads(entry) for (entry,) in rows]


def since(home: Path, line: str, **named: str) -> list[dict[str, object]]:
    """Run a command and give the events that it wrote."""
    before = len(events(home))
    said = act(home, _ME, *shlex.split(line.format(**named)))
    assert said.code in {0, 4}, (line, said)
    return events(home)[before:]


@pytest.fixture
def named(home: Path) -> dict[str, str]:
    lines = json.loads(act(home, _ME, "status", "--all", "--json").out)
    found = {each["file"].split("-")[0]: each["document"] for each in lines}
    return {"doc": DOCUMENT, "akte": AKTE, "other": OTHER_AKTE, "open": found["42"]} | {
        "unwanted": found["41"], "rescan": found["39"], "releasable": found["22"],
        "out": str(home.parent / "out"),
    }  # fmt: skip


def test_what_the_watcher_does_is_logged(home: Path) -> None:
    found = {str(each["action"]) for each in events(home)}
    assert found >= _PIPELINE
    (text,) = {
        str(each["after"]["text"])
        for each in events(home)
        if each["action"] == "proposed" and each["object"] == DOCUMENT
    }
    desk = Desk(open_home(home), SystemClock())
    assert hashlib.sha256(desk.store.get(text)).hexdigest() == text, "what OCR read is named"


_COMMANDS = (
    ("show {doc}", "viewed", "{doc}"),
    ("show {doc} --text", "viewed", "{doc}"),
    ("show {doc} --pdf {out}", "exported", "{doc}"),
    ("akte show {akte}", "viewed", "{akte}"),
    ("search Bescheid", "searched", "index"),
    ("verify {doc}", "verified", "{doc}"),
    ("evidence create", "evidence-created", "evidence-1"),
    ("akte change {akte} --title Anders", "akte-changed", "{akte}"),
    ("document move {doc} {other} --vorgang 1", "moved", "{doc}"),
    ("review correct {open} --set sender=Anders", "corrected", "{open}"),
    ("review release {releasable} --person Probst", "released", "{releasable}"),
    ("review reject {unwanted} --reason Grund", "rejected", "{unwanted}"),
    ("review rescan {rescan} --reason Grund", "rescan-wanted", "{rescan}"),
    ("export xdomea {akte} {out}.d --message 0401", "exported", "{akte}"),
)


def test_each_command_writes_its_event(home: Path, named: dict[str, str]) -> None:
    (home.parent / "out.d").mkdir()
    for line, action, subject in _COMMANDS:
        new = since(home, line, **named)
        told = [(each["action"], each["object"]) for each in new]
        assert (action, subject.format(**named)) in told, (line, told)
        for each in new:
            assert each["actor"], line
            assert isinstance(each["at"], int)


def test_refused_access_is_logged(home: Path) -> None:
    list_persons(home)
    before = len(events(home))
    assert act(home, UNLISTED, "show", DOCUMENT).code == 9
    (new,) = events(home)[before:]
    assert (new["action"], new["actor"]) == ("access-refused", UNLISTED)
    assert new["after"] == {"permission": "read"}


def test_other_settings_are_logged_when_the_watcher_starts(home: Path) -> None:
    """With these it also makes a signed checkpoint, which `audit verify` then tells of."""

    def configured() -> list[dict[str, object]]:
        return [each for each in events(home) if each["action"] == "configured"]

    for _each in range(2):
        configuring.note_changes(Context(open_home(home), SystemClock()))
    first = configured()
    settings = home / "eakte.toml"
    settings.write_text(f"{settings.read_text()}\n[anchors]\nevery_events = 1\n")
    act(home, _ME, "watch", "--once")
    changed = configured()
    assert len(changed) == len(first) + 1
    before, after = changed[-1]["before"], changed[-1]["after"]
    assert before.keys() == after.keys() == {"version", "settings", "definitions"}
    assert before["settings"] != after["settings"]
    assert before["definitions"] == after["definitions"]
    assert list((home / "anchors").glob("checkpoint-*.tst"))
    checked = act(home, _ME, "audit", "verify")
    assert checked.code == 0
    assert "signed anchors" in checked.out


@pytest.mark.parametrize(("command", "target"), [("reject", "41"), ("rescan", "39")])
def test_a_reason_is_in_the_log_as_a_salted_hash(home: Path, command: str, target: str) -> None:
    lines = json.loads(act(home, _ME, "status", "--all", "--json").out)
    document = next(each["document"] for each in lines if each["file"].startswith(target))
    new = since(home, f"review {command} {document} --reason 'Streit mit Ida Faber'")
    assert "Faber" not in json.dumps(new)
    desk = Desk(open_home(home), SystemClock())
    kept = new[0]["after"]["reason"]
    told = json.loads(desk.store.get(kept))
    assert told["text"] == "Streit mit Ida Faber"
    assert re.fullmatch("[0-9a-f]{32}", told["salt"])
    desk.store.remove(kept)
    assert act(home, _ME, "audit", "verify").code == 0, "erased, and the log is whole"
