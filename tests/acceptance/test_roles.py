"""A test per command and per role: who may, does; who may not, is refused and changes nothing."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from eakte.cli.app import program
from eakte.config import open_home
from eakte.domain.entries import Link, Note, Party, Wiedervorlage
from eakte.services import attaching, backing_up, checkup
from eakte.services.access import ROLES
from eakte.services.desks import open_desk
from tests.acceptance.acting import UNLISTED, act, list_persons, persons, refusals, state_of
from tests.acceptance.cases_of_roles import (
    AKTE,
    CASES,
    DOCUMENT,
    OTHER_AKTE,
    OTHER_DOCUMENT,
    Case,
)
from tests.tools import homes
from tests.unit.cli.test_readme import _commands
from tests.unit.deliveries.plans import message, unit

_ACCOUNTS = ("daemon", "bin", "sys", "man", "lp")
_FORBIDDEN = 9
_FREE = {"init", "separator", "backup", "restore"}
"""They open no home that is there."""


@pytest.fixture(scope="module")
def home(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return homes.copy(finished, tmp_path_factory.mktemp("roles") / "home")


@pytest.fixture(scope="module")
def values(home: Path) -> dict[str, str]:
    """What stands for the braces; made before anybody is listed, so that everybody may."""
    letters = "SELECT name, document.id FROM document JOIN scan ON digest = scan"
    named = {row[0]: row[1] for row in homes.execute(home, letters)}
    ((batch,),) = homes.execute(home, "SELECT batch FROM document WHERE sampled")
    desk = open_desk(home)
    made = {
        "party": attaching.attach(desk, AKTE, Party("Anwalt", "Ohm")),
        "note": attaching.attach(desk, AKTE, Note("Text")),
        "link": attaching.attach(desk, DOCUMENT, Link(OTHER_DOCUMENT)),
        "wiedervorlage": attaching.attach(desk, AKTE, Wiedervorlage("2026-01-01", "Text")),
    }
    files = home.parent
    (files / "brief.pdf").write_bytes(b"%PDF-1.4 brief")
    (files / "secret").write_text("falsch")
    (files / "plan.csv").write_text("Kennzeichen;Oberkennzeichen;Titel\n9;;Neu\n")
    (files / "plan.xml").write_bytes(message(unit("9", "Neu")))
    (files / "packages").mkdir()
    backing_up.create(desk, files / "backups")
    empty = homes.database(empty=True)
    list_persons(home)
    return {name: entry.uuid for name, entry in made.items()} | {
        "akte": AKTE,
        "closing": OTHER_AKTE,
        "doc": DOCUMENT,
        "other": OTHER_DOCUMENT,
        "due": named["26-ratsanfrage-schulsanierung.pdf"],
        "open": named["42-beschwerde-zwei-akten.pdf"],
        "wanted": named["39-notiz.jpg"],
        "new": named["32-sonstiges-einladung.pdf"],
        "unwanted": named["41-sonstiges-kalender.png"],
        "long": named["09-bauantrag-unterlagen.tif"],
        "batch": batch,
        "file": str(files / "brief.pdf"),
        "secret": str(files / "secret"),
        "csv": str(files / "plan.csv"),
        "plan": str(files / "plan.xml"),
        "folder": str(files / "packages"),
        "backups": str(files / "backups"),
        "database": f" --database {shlex.quote(empty)}" if empty else "",
    }


def _cases() -> Iterator[tuple[int, Case]]:
    return enumerate(CASES, start=1)


def _arguments(
    case: Case, number: int, home: Path, account: str, values: dict[str, str]
) -> list[str]:
    listed = persons(home).get(account)
    told = values | {
        "number": f"{100 * _place(account) + number:04}",
        "out": str(home.parent / f"{account}-{number}"),
        "person": shlex.quote(listed.name if listed else "Niemand"),
    }
    return shlex.split(case.line.format(**told))


def _place(account: str) -> int:
    return (*_ACCOUNTS, UNLISTED).index(account)


def _may(case: Case, home: Path, account: str) -> bool:
    if case.permission is None:
        return True
    listed = persons(home).get(account)
    return listed is not None and bool(set(listed.roles) & set(ROLES[case.permission]))


def test_no_command_is_forgotten() -> None:
    known = {
        path.removeprefix("eakte ")
        for path, _command in _commands(typer.main.get_command(program()))
    }
    assert len(known) > 40
    told = {name for name in known for case in CASES if f"{case.line} ".startswith(f"{name} ")}
    assert told == known
    free = {case.line.split()[0] for case in CASES if case.permission is None}
    assert free == _FREE


@pytest.mark.parametrize("account", [*_ACCOUNTS, UNLISTED])
def test_who_may_not_is_refused_and_nothing_changes(
    home: Path, values: dict[str, str], account: str
) -> None:
    before, told = state_of(home), len(refusals(home))
    expected = []
    for number, case in _cases():
        if _may(case, home, account) or case.permission is None:
            continue
        said = act(home, account, *_arguments(case, number, home, account, values))
        assert said.code == _FORBIDDEN, (case.line, said)
        assert not said.out, (case.line, said.out)
        expected.append((account, case.permission.value))
    assert expected or account == "lp", "only an admin may do everything"
    assert refusals(home)[told:] == expected
    assert state_of(home) == before


def test_who_may_does(home: Path, values: dict[str, str]) -> None:
    """Case by case, so that what one role changed the next one finds changed."""
    for number, case in _cases():
        ended = set()
        for account in _ACCOUNTS:
            if not _may(case, home, account) or case.line.startswith("watch"):
                continue
            said = act(home, account, *_arguments(case, number, home, account, values))
            assert said.code in case.codes, (case.line, account, said)
            ended.add(said.code)
            if case.slow:
                break
        assert case.line.startswith("watch") or min(case.codes) in ended, case.line
    assert not [each for each in refusals(home) if each[0] == "lp"]


def test_the_doctor_tells_who_is_listed(home: Path, values: dict[str, str], finished: Path) -> None:
    assert values
    assert checkup._persons(open_home(home)).detail == "6 listed"
    assert checkup._persons(open_home(finished)).detail.startswith("warning")


def test_the_refusal_names_the_roles_that_it_takes(home: Path, values: dict[str, str]) -> None:
    assert values
    said = act(home, "bin", "review", "list")
    assert "reviewer, auditor, admin" in said.err
    assert "bin" in said.err
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EAKTE_LANG", "de")
        assert os.environ["EAKTE_LANG"] == "de"
        german = act(home, UNLISTED, "review", "list")
    assert "Personen" in german.err
