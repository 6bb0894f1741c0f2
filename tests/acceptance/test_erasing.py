"""A letter of the demo is erased by commands: its words are nowhere in the home afterwards."""

from __future__ import annotations

import json

from tests.tools import homes

_LETTER = "02-widerspruch-hundesteuer.jpg"
_NAME = b"fleiderl"
"""Of the sender: in no other letter, and in every form that a word of it is kept in."""


def _traces(home):
    """Give the files that hold the name, in what SQLite deleted too."""
    files = (path for path in home.rglob("*") if path.is_file())
    return {path.relative_to(home).parts[0] for path in files if _NAME in path.read_bytes()}


def _as(eakte, who, *arguments):
    return eakte(*arguments, EAKTE_USER=who)


def test_a_letter_goes_from_everywhere(home, eakte):
    query = (
        "SELECT document.id, aktenzeichen FROM document JOIN scan ON digest = scan"
        f" WHERE name = '{_LETTER}'"
    )
    ((letter, akte),) = homes.execute(home, query)
    before = len(list((home / "store" / "blobs").rglob("*")))
    assert homes.SERVER or _traces(home) >= {"eakte.db", "store"}
    ask = ("erase", letter, "--ground", "a", "--reason", "Antrag vom 3. März")
    refused = _as(eakte, "a.frager", *ask)
    assert (refused.returncode, "deadlines --done" in refused.stderr) == (6, True)
    assert eakte("deadlines", "--done", letter).returncode == 0
    assert _as(eakte, "a.frager", *ask).returncode == 0
    assert _as(eakte, "a.frager", "erase", letter, "--confirm").returncode == 6
    done = _as(eakte, "b.zeuge", "erase", letter, "--confirm")
    assert done.returncode == 0, done.stderr
    assert _traces(home) <= ({"eakte.db"} if homes.SERVER else set())
    assert len(list((home / "store" / "blobs").rglob("*"))) < before - 8
    for command in (("audit", "verify"), ("index", "check"), ("status", "--all"), ("doctor",)):
        assert eakte(*command).returncode in {0, 4}, command
    found = json.loads(eakte("verify", akte, "--json").stdout)
    assert {each["report"]["verdict"] for each in found} == {"VALID"}
    assert letter in {each["name"] for each in found}
    assert json.loads(eakte("search", "Pfleiderle", "--json").stdout)["found"] == []
    assert eakte("show", letter).returncode == 5
    assert eakte("verify", letter).returncode == 0
    (proof,) = json.loads(eakte("retention", "erased", "--json").stdout)
    assert (proof["name"], proof["asked_by"], proof["confirmed_by"]) == (
        letter, "a.frager", "b.zeuge",
    )  # fmt: skip
