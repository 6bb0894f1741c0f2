"""Who somebody is, and what that permits: by the account alone, whatever the variables say."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from pathlib import Path

import pytest

from eakte.audit import log
from eakte.config import Home, Settings, open_home
from eakte.database import Engine
from eakte.domain.access import EVERYTHING, Role, Scope
from eakte.domain.clock import FixedClock
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.persons import Person
from eakte.errors import ConfigurationError, NotListedError, NotPermittedError, RefusedError
from eakte.pipeline.desk import Desk
from eakte.services import access, actor
from eakte.services.access import Permission

_CLERK = Person(account="bin", name="Ida Faber", roles=(Role.CLERK,), offices=("32",))
_ADMIN = Person(account="sys", name="Otto Wald", roles=(Role.ADMIN,))
MakeDesk = Callable[..., Desk]


@pytest.fixture
def desk(tmp_path: Path, engine: Engine, clock: FixedClock) -> MakeDesk:
    (tmp_path / "eakte.toml").write_text("")

    def make(*persons: Person, sudo: bool = False) -> Desk:
        made = Desk(Home(tmp_path, Settings(organisation="S", persons=persons, sudo=sudo)), clock)
        made.__dict__["engine"] = engine
        return made

    return make


def _act_as(monkeypatch: pytest.MonkeyPatch, account: str) -> None:
    uid = pwd.getpwnam(account).pw_uid
    monkeypatch.setattr(os, "getuid", lambda: uid)


def test_without_persons_a_home_belongs_to_whoever_reads_it(desk: MakeDesk) -> None:
    for permission in Permission:
        assert access.require(desk(), permission) == EVERYTHING


def test_every_permission_has_roles_and_every_role_can_do_something() -> None:
    assert set(access.ROLES) == set(Permission)
    assert {role for roles in access.ROLES.values() for role in roles} == set(Role)
    for roles in access.ROLES.values():
        assert Role.ADMIN in roles


def test_the_auditor_changes_nothing() -> None:
    mine = {each for each, roles in access.ROLES.items() if Role.AUDITOR in roles}
    reading = {"status", "see-quarantine", "read", "see-queue", "audit"}
    assert {each.value for each in mine} == reading


def test_who_is_not_listed_is_refused_and_the_log_tells(
    desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = desk(_ADMIN)
    _act_as(monkeypatch, "bin")
    with pytest.raises(NotListedError, match="bin"):
        access.require(here, Permission.STATUS)
    with here.engine.connect() as connection:
        (_position, event), *_none = log.latest(connection, 10, "")
    assert (event.action.value, event.object, event.actor) == ("access-refused", "access", "bin")
    assert event.after == {"permission": "status"}


def test_a_role_that_is_missing_is_named(desk: MakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    _act_as(monkeypatch, "bin")
    with pytest.raises(NotPermittedError) as caught:
        access.require(desk(_CLERK, _ADMIN), Permission.REVIEW)
    assert "reviewer, admin" in caught.value.message()
    assert access.require(desk(_CLERK), Permission.READ) == Scope(offices=("32",))


@pytest.mark.parametrize("variable", ["EAKTE_USER", "USER", "LOGNAME", "SUDO_UID", "SUDO_USER"])
def test_no_variable_makes_somebody_else_of_me(
    desk: MakeDesk, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    here = desk(_CLERK, _ADMIN)
    _act_as(monkeypatch, "bin")
    monkeypatch.setenv(variable, "3" if variable == "SUDO_UID" else "sys")
    assert actor.account(here.home) == "bin"
    assert actor.current(here) == "bin"
    with pytest.raises(NotPermittedError):
        access.require(here, Permission.OPERATE)


def test_variables_list_no_persons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "eakte.toml").write_text('organisation = "S"\n')
    monkeypatch.setenv("EAKTE_PERSONS", '[{"account": "bin", "name": "x", "roles": ["admin"]}]')
    monkeypatch.setenv("EAKTE_SUDO", "true")
    settings = open_home(tmp_path).settings
    assert (settings.persons, settings.sudo) == ((), False)


@pytest.mark.skipif(os.getuid() != 0, reason="becoming another account takes root")
def test_a_real_process_of_another_account(desk: MakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel says who it is, with every variable set to the admin."""
    for variable in ("EAKTE_USER", "USER", "LOGNAME", "SUDO_USER"):
        monkeypatch.setenv(variable, "sys")
    monkeypatch.setenv("SUDO_UID", "3")
    home = desk(_ADMIN).home
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setuid(pwd.getpwnam("bin").pw_uid)
        os.write(writing, actor.account(home).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 100) == b"bin"


def test_sudo_says_who_it_is_only_to_the_account_that_runs_the_home(
    desk: MakeDesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    here = desk(_CLERK, _ADMIN, sudo=True)
    monkeypatch.setenv("SUDO_UID", str(pwd.getpwnam("bin").pw_uid))
    assert actor.account(here.home) == "bin"
    _act_as(monkeypatch, "games")
    assert actor.account(here.home) == "games", "who has its own process speaks for itself"
    monkeypatch.delenv("SUDO_UID")
    _act_as(monkeypatch, "root")
    assert actor.account(here.home) == pwd.getpwuid(tmp_path.stat().st_uid).pw_name


def test_through_sudo_nobody_brings_settings_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a home of one's own would name the real database, and nobody as a person."""
    (tmp_path / "eakte.toml").write_text('organisation = "S"\n')
    monkeypatch.setenv("SUDO_UID", str(tmp_path.stat().st_uid))
    open_home(tmp_path)
    _act_as(monkeypatch, "bin")
    with pytest.raises(ConfigurationError, match="sudo"):
        open_home(tmp_path)


def test_the_account_that_runs_the_home_may_watch_and_nothing_else(
    desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = desk(_CLERK, _ADMIN)
    access.require_to_run(here)
    with pytest.raises(NotListedError):
        access.require(here, Permission.STATUS)
    _act_as(monkeypatch, "sys")
    access.require_to_run(here)
    _act_as(monkeypatch, "bin")
    with pytest.raises(NotPermittedError):
        access.require_to_run(here)


def test_a_listed_person_declares_nothing_in_another_name(
    desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _act_as(monkeypatch, "bin")
    assert access.require_name(desk(_CLERK), " Ida  Faber") == " Ida  Faber"
    assert access.require_name(desk(), "Anybody") == "Anybody"
    with pytest.raises(RefusedError, match="Ida Faber"):
        access.require_name(desk(_CLERK), "Otto Wald")


def test_what_each_role_sees() -> None:
    def scope(*roles: Role, **more: object) -> Scope:
        return Person(account="a", name="A", roles=roles, **more).scope()  # type: ignore[arg-type]

    level = Confidentiality.NFD
    assert scope(Role.ADMIN) == scope(Role.AUDITOR) == EVERYTHING
    assert scope(Role.SCANNER, offices=("32",)) == Scope(stations=()), "offices open no letters"
    assert scope(Role.SCANNER, stations=("post",)) == Scope(stations=("post",))
    of_office = scope(Role.CLERK, offices=("32",), clearance=level)
    assert of_office == Scope(offices=("32",), clearance=level)
    central = Scope(every_office=True, unfiled=True, clearance=level)
    assert scope(Role.REVIEWER, clearance=level) == central
    both = scope(Role.REVIEWER, Role.CLERK, offices=("32",))
    assert both == Scope(offices=("32",), unfiled=True)
