"""`eakte deadlines` on the filed sample mail."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from subprocess import CompletedProcess

Run = Callable[..., "CompletedProcess[str]"]


def test_the_sample_mail_has_its_deadlines(eakte: Run) -> None:
    listed = eakte("deadlines", "--json")
    assert listed.returncode == 0, listed.stderr
    found = json.loads(listed.stdout)
    days = [each["days"] for each in found]
    assert days == sorted(days)
    assert {each["class_name"] for each in found} == {
        "Widerspruch", "Einspruch Bußgeld", "Anfrage Gemeinderat", "Antrag Gemeinderat",
        "Akteneinsicht Gemeinderat",
    }  # fmt: skip
    for each in found:
        assert date.fromisoformat(each["received"]) < date.fromisoformat(each["deadline"])
        assert each["received"] in each["rule"]
    assert len(json.loads(eakte("deadlines", "--json", "--days", "20").stdout)) < len(found)
    printed = eakte("deadlines").stdout
    assert found[0]["document"] in printed
    assert found[0]["deadline"] in eakte("show", found[0]["document"]).stdout


def test_a_rejected_letter_is_due_no_longer(eakte: Run) -> None:
    before = json.loads(eakte("deadlines", "--json").stdout)
    waiting = next(each["document"] for each in before if each["state"] == "review")
    assert eakte("review", "reject", waiting, "--reason", "zurückgenommen").returncode == 0
    after = json.loads(eakte("deadlines", "--json").stdout)
    assert waiting not in {each["document"] for each in after}
    assert len(after) == len(before) - 1
