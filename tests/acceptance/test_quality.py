"""Samples, two persons, the Verfahrensdokumentation and paper, on the demo's letters."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eakte.domain.ids import digest_of, document_id
from eakte.domain.quality import Candidate
from eakte.review.sampling import draw
from sample_mail.check import expectations
from sample_mail.demo import SEED
from tests.acceptance.conftest import run_eakte
from tests.tools import homes

Run = Callable[..., subprocess.CompletedProcess[str]]


def _lines(eakte: Run) -> dict[str, dict[str, Any]]:
    lines = json.loads(eakte("status", "--all", "--json").stdout)
    return {line["file"][:2]: line for line in lines}


def _batch(eakte: Run, station: str) -> dict[str, Any]:
    found = json.loads(eakte("qa", "list", "--json").stdout)
    return next(each for each in found if each["batch"]["station"] == station)


def test_the_seed_of_the_demo_draws_one_letter() -> None:
    """It fails when the sample letters were made anew, and then names a SEED that does."""
    named = {
        document_id(digest_of(each.path.read_bytes()), number): each.path.name[:2]
        for each in expectations()
        if each.state in {"filed", "held"} or each.reason == "qa_sample"
        for number in range(1, len(each.letters) + 1)
    }

    def drawn(seed: str) -> list[str]:
        return [named[name] for name in draw(seed, (Candidate(each, 0.03) for each in named))]

    fitting = (f"demo-{number}" for number in range(10_000))
    assert drawn(SEED) == ["15"], next(seed for seed in fitting if drawn(seed) == ["15"])


def test_a_batch_goes_on_by_itself_once_its_sample_has_passed(eakte: Run) -> None:
    """R9: held until the sample has passed; then sealed in the name of the rule's owner."""
    lines = _lines(eakte)
    sampled, held = lines["15"]["document"], lines["16"]["document"]
    assert "held" in eakte("status").stdout
    assert _batch(eakte, "kaemmerei")["sampled"] == [sampled]
    eakte("watch", "--once")
    assert _lines(eakte)["16"]["state"] == "held", "time alone changes nothing"
    assert eakte("review", "release", sampled, "--person", "A. Probst").returncode == 0
    assert _lines(eakte)["16"]["state"] == "released"
    eakte("watch", "--once")
    lines = _lines(eakte)
    assert [lines[each]["verdict"] for each in ("15", "16")] == ["VALID"] * 2
    assert _batch(eakte, "kaemmerei")["batch"]["state"] == "passed"
    notes = [
        json.loads(eakte("show", each, "--json").stdout)["document"]["transfervermerk"]
        for each in (sampled, held)
    ]
    checks = [note["release"]["check"] for note in notes]
    assert [each["kind"] for each in checks] == ["sample", "rule"]
    assert [(each["letters"], each["sampled"]) for each in checks] == [(2, 1)] * 2
    assert "Stichprobe (1 von 2 Briefen" in notes[0]["qa_result"]
    assert "Stichprobe des Stapels bestanden (1 von 2" in notes[1]["qa_result"]
    assert notes[1]["creator"] == "S. Kessler, Stadtkasse"


def test_a_sample_that_fails_makes_the_batch_a_full_check(eakte: Run) -> None:
    lines = _lines(eakte)
    rejected = eakte("review", "reject", lines["15"]["document"], "--reason", "Seite fehlt")
    assert rejected.returncode == 0
    assert _batch(eakte, "kaemmerei")["batch"]["state"] == "full check"
    held = _lines(eakte)["16"]
    assert held["state"] == "review"
    assert "qa_full_check" in {each["code"] for each in held["reasons"]}
    released = eakte("review", "release", held["document"], "--person", "A. Probst")
    assert released.returncode == 0
    eakte("watch", "--once")
    shown = json.loads(eakte("show", held["document"], "--json").stdout)["document"]
    assert shown["transfervermerk"]["release"]["check"]["kind"] == "full"
    assert {each["code"] for each in shown["findings"]} <= {"attachments"}


def test_an_auditor_draws_every_sample_again(eakte: Run, home: Path) -> None:
    for each in json.loads(eakte("qa", "list", "--json").stdout):
        assert eakte("qa", "draw", each["batch"]["id"]).returncode == 0
    name = _batch(eakte, "kaemmerei")["batch"]["id"]
    found = json.loads(eakte("qa", "draw", name, "--json").stdout)
    by_hand = [
        each["document"]
        for each in found["candidates"]
        if int(hashlib.sha256(f"{SEED}/{each['document']}".encode()).hexdigest()[:16], 16)
        < each["rate"] * 2**64
    ]
    assert found["drawn"] == by_hand != []
    homes.execute(home, "UPDATE document SET sampled = false WHERE id = :id", id=by_hand[0])
    told = eakte("qa", "draw", name)
    assert told.returncode == 20
    assert "records" in told.stdout
    assert eakte("qa", "draw", "2026-01-01/1/nirgends").returncode == 5


def test_an_erased_letter_of_a_sample_is_no_contradiction(eakte: Run) -> None:
    name = _batch(eakte, "kaemmerei")["batch"]["id"]
    (sampled,) = json.loads(eakte("qa", "draw", name, "--json").stdout)["drawn"]
    assert eakte("review", "reject", sampled, "--reason", "Irrläufer").returncode == 0
    ask = ("erase", sampled, "--ground", "d", "--reason", "Irrläufer")
    assert eakte(*ask, EAKTE_USER="a.frager").returncode == 0
    assert eakte("erase", sampled, "--confirm", EAKTE_USER="b.zeuge").returncode == 0
    assert eakte("qa", "draw", name).returncode == 0


def test_two_different_persons_release_at_sehr_hoch(home: Path) -> None:
    """The demo's first person was A. Probst, from the account that runs the tests."""

    def eakte(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return run_eakte(home, *arguments, **variables)

    letter = _lines(eakte)["30"]["document"]
    release = ("review", "release", letter, "--person")
    assert eakte(*release, "B. Yilmaz").returncode == 6, "the same account"
    assert eakte(*release, "a.probst", EAKTE_USER="yilmaz").returncode == 6, "the same name"
    assert eakte(*release, "B. Yilmaz", EAKTE_USER="yilmaz").returncode == 0
    eakte("watch", "--once")
    shown = json.loads(eakte("show", letter, "--json").stdout)["document"]
    assert (shown["state"], shown["verdict"]) == ("filed", "VALID")
    note = shown["transfervermerk"]
    assert (note["creator"], note["release"]["first"]["person"]) == ("B. Yilmaz", "A. Probst")
    assert "Vollprüfung durch zwei Personen: A. Probst" in note["qa_result"]
    assert note["schutzbedarf"] == "sehr hoch"


def test_no_paper_goes_below_the_needed_level(eakte: Run) -> None:
    """R2, R8: a demo seal never suffices, for no batch, and nobody can decide otherwise."""
    for each in json.loads(eakte("qa", "list", "--json").stdout):
        name = each["batch"]["id"]
        found = json.loads(eakte("paper", "release", "--batch", name, "--json").stdout)
        assert (found["may_go"], found["later"]) == ([], [])
        assert len(found["forbidden"]) == sum(each["states"].values())
        assert all(letter["forbidden"] for letter in found["forbidden"])
        decided = eakte("paper", "release", "--batch", name, "--person", "A. Probst")
        assert decided.returncode == 6
    name = _batch(eakte, "poststelle")["batch"]["id"]
    told = eakte("paper", "release", "--batch", name).stdout
    assert "“demo”" in told
    assert "kept as originals" in told
    assert "36-widerspruch-abgebrochen.pdf became no letter" in told


def test_a_verfahrensdokumentation_is_in_force_once_adopted(eakte: Run, home: Path) -> None:
    file = home / "verfahrensdokumentation.md"
    before = json.loads(eakte("verfahren", "show", "--json").stdout)["adopted"]["verfahren"]
    adopt = ("verfahren", "adopt", "--person", "T. Ohlsen")
    assert eakte("verfahren", "init").returncode == 6, "it overwrites nothing"
    assert "AUSFÜLLEN" in eakte(*adopt).stderr
    filled = file.read_text().replace("[AUSFÜLLEN", "(bei uns")
    file.write_text(filled)
    assert "another version" in eakte(*adopt).stderr
    file.write_text(filled.replace("0.1 (Entwurf)", "1.0"))
    assert "is not what is in force" in eakte("verfahren", "show").stdout
    assert eakte(*adopt).returncode == 0
    assert eakte("verfahren", "show", "--text").stdout.rstrip() == file.read_text().rstrip()
    events = json.loads(eakte("audit", "log", "--of", "verfahrensdokumentation", "--json").stdout)
    (_position, adopted) = next(each for each in events if each[1]["action"] != "viewed")
    assert adopted["before"] == before
    assert adopted["after"] == {
        "version": "1.0",
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "person": "T. Ohlsen",
    }
    file.unlink()
    letter = _lines(eakte)["15"]["document"]
    eakte("review", "release", letter, "--person", "A. Probst")
    eakte("watch", "--once")
    sealed = json.loads(eakte("show", letter, "--json").stdout)["document"]["transfervermerk"]
    assert sealed["verfahrensdokumentation"]["version"] == "1.0"
    assert sealed["verfahrensdokumentation"]["sha256"] == adopted["after"]["sha256"]
