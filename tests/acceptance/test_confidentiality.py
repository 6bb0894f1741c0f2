"""What somebody may not see is not there: in no output, no count, no error that differs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from eakte.domain.confidentiality import Confidentiality
from eakte.domain.entries import Link, Note, Party, Wiedervorlage
from eakte.services import attaching, casework
from eakte.services.access import ROLES
from eakte.services.desks import open_desk
from tests.acceptance.acting import act, list_persons, persons
from tests.acceptance.cases_of_roles import CASES
from tests.tools import homes

MINE, MOVED_FROM = "40.1-211.70/2026-0005", "40.2-211.10/2026-0027"
CONFIDENTIAL_AKTE = "40.3-211.30/2025-0012"
"""Of office 40, and more confidential than anybody here but auditor and admin may see."""
CONFIDENTIAL_LETTER = "813c3f39f8d36279-1"
"""Confidential itself, in the open Akte 40.2-211.10/2026-0001."""
SHARED, THEIRS = "82686c4e5bfd021b-1", "82686c4e5bfd021b-2"
"""Two letters of one scan: of office 40, and of office 10."""
FOREIGN_AKTE, FOREIGN = "20.1-702.11/2026-0003", "f9f0d28f0ac46b8a-1"
OWN = "18d834a0141646dd-1"
_READING = (
    "status", "status --json", "status --all", "status --all --json", "akte list",
    "akte list --json", "deadlines", "deadlines --json", "search Widerspruch OR Rechnung OR Antrag",
    "search Hollenbek --json", f"search az:{FOREIGN_AKTE} --json",
    "search klasse:widerspruch --json",
    "search Anmeldung --json", "search Schule --json", "search Uhlandschule --json",
    "review list", "review list --json", "qa list", "qa list --json", "quarantine list",
    "quarantine list --json", "wiedervorlage list --days 9000 --json", "aktenplan show --json",
    f"akte show {MINE} --json", f"akte history {MINE} --json", f"verify {MINE} --json",
    "akte show 40.2-211.10/2026-0001 --json", "akte history 40.2-211.10/2026-0001 --json",
    "verify 40.2-211.10/2026-0001 --json", f"akte show {MOVED_FROM} --json",
    f"akte history {MOVED_FROM} --json", f"show {SHARED} --json", f"show {SHARED}",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A letter as the test knows it, without asking eakte what may be seen."""

    id: str
    state: str
    akte: str
    subject: str
    sender: str
    file: str
    scan: str
    station: str
    sealed: str
    level: str
    level_of_akte: str
    batch: str
    says: str
    """The fields that were read in it: they may name other Akten."""


_OFFICES: dict[str, tuple[str, ...]] = {
    "daemon": (),
    "bin": ("40.",),
    "sys": ("",),
    "games": ("66.", "20."),
}
"""How the Aktenzeichen begin that one may see."""


def _sees_akte(account: str, row: Row) -> bool:
    return row.akte.startswith(_OFFICES[account]) and row.level_of_akte == "offen"


def _sees(account: str, row: Row) -> bool:
    """The rule for the persons of `acting`, written out."""
    unfiled = account in {"sys", "games"}
    mine = _sees_akte(account, row) and row.level == "offen"
    return mine and (unfiled or row.state == "filed")


def _remark(subject: str) -> str:
    return f"Bemerkung zu {subject.translate(_SPELT_OUT)}"


_WHOLE_ONLY = (
    "export",
    *(f"retention {each}" for each in ("offer", "answer", "deliver", "destroy")),
)
"""What hands an Akte over whole asks for every level, before it looks whether there is such one."""

_SPELT_OUT = str.maketrans("0123456789", "abcdefghij")
"""So that the remark is found even where the name of its subject is left out."""


@pytest.fixture(scope="module")
def home(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two offices and more, confidential records, entries and links across what one may see."""
    home = homes.copy(finished, tmp_path_factory.mktemp("confidential") / "home")
    desk = open_desk(home)
    casework.change_akte(desk, CONFIDENTIAL_AKTE, {}, Confidentiality.NFD)
    casework.correct(desk, CONFIDENTIAL_LETTER, {}, Confidentiality.GEHEIM)
    for subject in (FOREIGN_AKTE, FOREIGN, CONFIDENTIAL_LETTER, CONFIDENTIAL_AKTE):
        attaching.attach(desk, subject, Note(_remark(subject)))
        attaching.attach(desk, subject, Wiedervorlage("2026-01-01", _remark(subject)))
        attaching.attach(desk, subject, Party("Anwalt", _remark(subject)))
    attaching.attach(desk, CONFIDENTIAL_LETTER, Link(OWN, _remark(CONFIDENTIAL_LETTER)))
    attaching.attach(desk, OWN, Link(FOREIGN, _remark(FOREIGN)))
    attaching.attach(desk, MINE, Note("offene Bemerkung"))
    casework.move(desk, OWN, FOREIGN_AKTE)
    casework.move(desk, OWN, MINE)
    list_persons(home)
    return home


@pytest.fixture(scope="module")
def rows(home: Path) -> tuple[Row, ...]:
    query = (
        "SELECT document.id, document.state, aktenzeichen, subject, sender, name, scan, station, "
        "coalesce(sealed, ''), document.confidentiality, coalesce(akte.confidentiality, 'offen'), "
        "document.batch, fields FROM document JOIN scan ON digest = scan "
        "LEFT JOIN akte USING (aktenzeichen)"
    )
    return tuple(Row(*map(str, row)) for row in homes.execute(home, query))


def _tokens(row: Row) -> set[str]:
    named = {row.id, row.akte, row.subject, row.sender, row.file, row.scan, row.sealed}
    return (named | {_remark(row.id), _remark(row.akte)}) - {"", _remark("")}


def _forbidden(account: str, rows: tuple[Row, ...]) -> set[str]:
    """Everything that names a hidden letter or Akte, but for what a visible one shares with it."""
    seen = [row for row in rows if _sees(account, row)]
    allowed = set().union(*map(_tokens, seen))
    allowed |= {
        told for row in rows if _sees_akte(account, row) for told in (row.akte, _remark(row.akte))
    }
    hidden = set().union(*(_tokens(row) for row in rows if not _sees(account, row)))
    allowed |= {token for token in hidden for row in seen if token in row.says}
    if account == "daemon":
        allowed |= {told for row in rows for told in (row.file, row.scan)}
        allowed -= {row.file for row in rows if row.station != "poststelle"}
    return hidden - allowed


@pytest.mark.parametrize("account", ["daemon", "bin", "sys", "games"])
def test_no_output_names_what_is_hidden(home: Path, rows: tuple[Row, ...], account: str) -> None:
    forbidden, shown = _forbidden(account, rows), 0
    assert len(forbidden) > 3
    roles = set(persons(home)[account].roles)
    for line in _READING:
        said = act(home, account, *line.split())
        assert said.code in {0, 5, 9}, (line, said)
        shown += said.code == 0
        plain = " ".join(said.text.split())
        asked = {token for token in forbidden if token in line}
        found = {each for each in forbidden - asked if each in said.text or each in plain}
        assert not found, (line, found)
    assert shown >= (4 if roles == {"scanner"} else 15), "the test must not pass by silence"


def test_what_may_be_seen_is_there(home: Path, rows: tuple[Row, ...]) -> None:
    """Else an empty answer to everybody would pass as confidential."""
    for account in ("bin", "sys", "games"):
        mine = {row.id for row in rows if _sees(account, row)}
        said = act(home, account, "status", "--all", "--json")
        assert {line["document"] for line in json.loads(said.out)} - {""} == mine
    assert "offene Bemerkung" in act(home, "bin", "akte", "show", MINE, "--json").out
    assert "Hits: 0" in act(home, "bin", "search", "Abfallgebühr").out
    assert "Hits: 0" not in act(home, "lp", "search", "Abfallgebühr").out


def test_counts_are_those_of_what_may_be_seen(home: Path, rows: tuple[Row, ...]) -> None:
    for account in ("daemon", "bin", "sys", "games"):
        said = json.loads(act(home, account, "status", "--json").out)
        mine = [row for row in rows if _sees(account, row)]
        counted = {state: number for state, number in said["letters"].items() if number}
        states = [row.state for row in mine]
        assert counted == {state: states.count(state) for state in set(states)}, account
        files = {row.scan for row in mine}
        if account in {"bin", "games"}:
            assert sum(said["files"].values()) == len(files), account
            assert said["quarantine"] == []
        batches = act(home, account, "qa", "list", "--json")
        if batches.code == 0:
            counted = [sum(each["states"].values()) for each in json.loads(batches.out)]
            assert sum(counted) == sum(bool(row.batch) for row in mine), account
        assert (said["oldest_waiting"] or {"id": ""})["id"] in {"", *(row.id for row in mine)}


@pytest.mark.parametrize(
    ("account", "hidden"),
    [
        ("bin", FOREIGN),
        ("bin", THEIRS),
        ("bin", CONFIDENTIAL_LETTER),
        ("sys", CONFIDENTIAL_LETTER),
        ("games", OWN),
    ],
)
def test_a_hidden_letter_is_like_none(home: Path, account: str, hidden: str) -> None:
    _same_as_nothing(home, account, "doc", hidden, "0123456789abcdef-1")
    if hidden != THEIRS:  # else it is the beginning of one's own letter, too
        _same_as_nothing(home, account, "doc", hidden[:12], "0123456789ab")


@pytest.mark.parametrize(
    ("account", "hidden"),
    [
        ("bin", FOREIGN_AKTE),
        ("bin", CONFIDENTIAL_AKTE),
        ("sys", CONFIDENTIAL_AKTE),
        ("games", MINE),
    ],
)
def test_a_hidden_akte_is_like_none(home: Path, account: str, hidden: str) -> None:
    _same_as_nothing(home, account, "akte", hidden, "40.1-211.70/2026-9999")


def _same_as_nothing(home: Path, account: str, kind: str, hidden: str, missing: str) -> None:
    """Run every command that takes such a name, with a hidden one and with one of nothing."""
    roles, count = set(persons(home)[account].roles), 0
    letters = {"doc", "other", "open", "wanted", "unwanted", "long", "due"}
    known = letters if kind == "doc" else {"akte", "closing"}
    for case in CASES:
        if case.hides not in known or case.permission is None:
            continue
        if not roles & set(ROLES[case.permission]):
            continue
        said = [_try(home, account, case.line, case.hides, name) for name in (hidden, missing)]
        assert said[0] == said[1], case.line
        whole_only = case.line.startswith(_WHOLE_ONLY) and kind == "akte"
        assert said[0][0] == (6 if whole_only else 5), (case.line, said)
        count += 1
    assert count >= 10


def _try(home: Path, account: str, line: str, hides: str, name: str) -> tuple[int, str, bool]:
    """Give code and words, without the name, and whether a file was made."""
    out = home.parent / "asked-for"
    values = {
        "folder": str(home.parent),
        "akte": MINE,
        "doc": SHARED,
        "new": SHARED,
        "open": SHARED,
        "number": "0001",
    }
    values |= {"person": persons(home)[account].name.split()[0], "out": str(out), hides: name}
    said = act(home, account, *(word.format(**values) for word in line.split()))
    return said.code, said.text.replace(OWN, "NAME").replace(name, "NAME"), out.exists()


def test_a_scan_with_a_letter_of_others_is_not_handed_out(home: Path, tmp_path: Path) -> None:
    """Its bytes would show the other letter; its own letter is there all the same."""
    for option in ("--pdf", "--original"):
        said = act(home, "bin", "show", SHARED, option, str(tmp_path / option))
        assert (said.code, (tmp_path / option).exists()) == ((0, True), (5, False))[
            option == "--original"
        ]
    told = json.loads(act(home, "bin", "show", SHARED, "--json").out)
    assert told["scan"]["pages"] == len(told["document"]["pages"])
    assert act(home, "sys", "show", SHARED, "--original", str(tmp_path / "all")).code == 0


def test_the_mailroom_sees_names_and_states_of_its_station_only(home: Path) -> None:
    lines = json.loads(act(home, "daemon", "status", "--all", "--json").out)
    assert lines
    for line in lines:
        told = ("document", "class_name", "akte", "verdict", "named_aktenzeichen", "confidence")
        assert not any(line[name] for name in told)
    assert "15-mahnung-druckerei.pdf" not in {line["file"] for line in lines}
    assert "01-widerspruch-abfallgebuehr.pdf" in {line["file"] for line in lines}


def test_nobody_opens_an_akte_to_learn_of_another(home: Path) -> None:
    """Whether a foreign Aktenzeichen is taken is not told, whatever office is named."""
    for name in (FOREIGN_AKTE, "20.1-702.11/2026-9999"):
        for office in ((), ("--office", "40")):
            said = act(home, "bin", "akte", "new", name, "Titel", *office)
            assert (said.code, name in said.text) == (6, False), said


def test_the_same_bytes_again_tell_nothing_of_hidden_letters(home: Path, tmp_path: Path) -> None:
    """Somebody with a copy of a letter does not learn that it was received."""
    scan = tmp_path / "brief.pdf"
    assert act(home, "lp", "show", "dd250ba7ba8b738d-1", "--original", str(scan)).code == 0
    scan.chmod(0o600)
    assert "taken-again" not in act(home, "daemon", "submit", str(scan)).out
    assert "taken-again" in act(home, "lp", "submit", str(scan)).out
