"""On PostgreSQL: one role owns the tables; the one that eakte works as cannot change the log."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from eakte.config import open_home
from eakte.database import connect, roles
from eakte.domain.clock import SystemClock
from eakte.errors import RefusedError
from eakte.services import homes as making
from sample_mail.check import expectations
from tests.acceptance.conftest import run_eakte
from tests.tools import homes

pytestmark = pytest.mark.skipif(not homes.SERVER, reason="asks what roles of PostgreSQL may do")


@dataclass(frozen=True)
class _Office:
    """A home whose database another role owns."""

    root: Path
    owner: str
    """SQLAlchemy URL."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Office]:
    suffix = os.urandom(4).hex()
    owner, worker, name = (f"{word}-{suffix}" for word in ("owner", "worker", "akten"))
    server = connect(homes.SERVER).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for statement in (
            f'CREATE ROLE "{owner}" LOGIN',
            f'CREATE ROLE "{worker}" LOGIN',
            f'GRANT "{worker}" TO "{owner}"',
            f'CREATE DATABASE "{name}" OWNER "{owner}"',
        ):
            connection.exec_driver_sql(statement)
    url = sa.make_url(homes.SERVER).set(database=name)
    own, work = (url.set(username=each).render_as_string() for each in (owner, worker))
    root = tmp_path_factory.mktemp("roles") / "home"
    database = making.Database(work, own)
    making.create(root, SystemClock(), "Stadt", demo=True, database=database)
    yield _Office(root, own)
    with server.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
        connection.exec_driver_sql(f'DROP ROLE "{owner}"')
        connection.exec_driver_sql(f'DROP ROLE "{worker}"')
    server.dispose()


def test_the_role_does_the_whole_work(office: _Office) -> None:
    """From the inbox into the Akte, verified, searched, and tidied up afterwards."""
    letter = next(each for each in expectations() if each.path.name.startswith("02-"))
    inbox = office.root / "inbox" / "poststelle"
    (inbox / letter.path.name).write_bytes(letter.path.read_bytes())
    haste = {"EAKTE_WATCHING__SETTLE_SECONDS": "0", "EAKTE_WATCHING__GRACE_SECONDS": "0"}
    assert run_eakte(office.root, "watch", "--once", **haste).returncode == 0
    (line,) = json.loads(run_eakte(office.root, "status", "--all", "--json").stdout)
    assert (line["state"], line["verdict"]) == ("filed", "VALID")
    commands = (("index", "rebuild"), ("search", "Hundesteuer"), ("verify", "--all"))
    for command in (*commands, ("audit", "verify"), ("doctor", "--repair")):
        done = run_eakte(office.root, *command)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "owns the tables" not in run_eakte(office.root, "doctor").stdout


def test_a_restored_home_has_the_same_rights(office: _Office, tmp_path: Path) -> None:
    """The role that works makes the backup; the owner of the new database puts it back."""
    assert run_eakte(office.root, "backup", "create", str(tmp_path / "dest")).returncode == 0
    name = f"restored-{os.urandom(4).hex()}"
    owner, work = (
        sa.make_url(url).set(database=name)
        for url in (office.owner, open_home(office.root).database_url)
    )
    server = connect(homes.SERVER).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" OWNER "{owner.username}"')
    try:
        where = ("--database", work.render_as_string(), "--owner", owner.render_as_string())
        new = tmp_path / "new"
        done = run_eakte(new, "restore", str(tmp_path / "dest"), str(new), *where)
        assert done.returncode == 0, done.stdout + done.stderr
        for command in (("audit", "verify"), ("index", "rebuild"), ("index", "check")):
            done = run_eakte(new, *command)
            assert done.returncode == 0, done.stdout + done.stderr
        engine = connect(open_home(new).database_url)
        with engine.connect() as connection, pytest.raises(sa.exc.ProgrammingError, match="denied"):
            connection.exec_driver_sql("UPDATE audit_event SET entry = ''")
        engine.dispose()
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
        server.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET entry = ''",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "DROP TRIGGER audit_event_append_only ON audit_event",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "ALTER TABLE audit_event OWNER TO CURRENT_USER",
        "DROP TABLE audit_event",
        "ALTER FUNCTION audit_append_only() STABLE",
        "SET session_replication_role = replica",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head VALUES (2, 0, '', '[]')",
        "UPDATE receipt SET name = 'x'",
        "DELETE FROM erasure",
        "TRUNCATE history",
        "UPDATE history SET actor = 'x'",
        "UPDATE verfahren SET person = 'x'",
        "UPDATE former_seal SET sealed = 'x'",
        "UPDATE alembic_version SET version_num = '0000'",
    ],
)
def test_the_role_cannot_change_the_log(office: _Office, statement: str) -> None:
    engine = connect(open_home(office.root).database_url)
    before = homes.execute(office.root, "SELECT count(*), max(position) FROM audit_event")
    refused = pytest.raises(sa.exc.ProgrammingError, match=r"permission denied|must be owner")
    with refused, engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
    assert homes.execute(office.root, "SELECT count(*), max(position) FROM audit_event") == before


def test_even_the_owner_is_stopped_by_the_guard(office: _Office) -> None:
    engine = connect(office.owner)
    for statement in ("UPDATE audit_event SET entry = ''", "TRUNCATE audit_event"):
        refused = pytest.raises(sa.exc.DatabaseError, match="append-only")
        with refused, engine.begin() as connection:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_migrate_grants_anew_and_nothing_else(office: _Office) -> None:
    """A grant that somebody made by hand is gone after it."""
    owner = connect(office.owner)
    worker = sa.make_url(open_home(office.root).database_url).username
    with owner.begin() as connection:
        connection.exec_driver_sql(f'GRANT ALL ON audit_event TO "{worker}"')
    assert run_eakte(office.root, "migrate", "--owner", office.owner).returncode == 0
    test_the_role_cannot_change_the_log(office, "TRUNCATE audit_event")
    question = f"SELECT has_table_privilege('{worker}', 'audit_event', 'UPDATE')"
    assert homes.execute(office.root, question) == [(False,)]
    owner.dispose()
    refused = run_eakte(office.root, "migrate")
    assert refused.returncode == 0, "nothing is missing: its own role need not make anything"


def test_an_owner_that_is_no_member_is_told_what_to_do(office: _Office, tmp_path: Path) -> None:
    root = homes.create(tmp_path / "home", SystemClock(), "Stadt", demo=True).root
    url = sa.make_url(open_home(root).database_url)
    stranger = sa.make_url(office.owner).username
    engine = connect(url.render_as_string())
    with engine.begin() as connection:
        connection.exec_driver_sql(f'SET ROLE "{stranger}"')
        with pytest.raises(RefusedError, match="must be a member"):
            roles.grant(connection, "postgres")
    engine.dispose()


def test_a_database_belongs_to_one_home(office: _Office, tmp_path: Path) -> None:
    url = open_home(office.root).database_url
    refused = run_eakte(tmp_path / "second", "init", "--database", url, "--owner", office.owner)
    assert refused.returncode == 6
    assert "belongs to a home" in refused.stderr
    assert not (tmp_path / "second").exists()


def test_a_variable_that_names_another_database_is_told(office: _Office, tmp_path: Path) -> None:
    url = open_home(office.root).database_url
    refused = run_eakte(tmp_path / "second", "init", "--database", url, EAKTE_DATABASE=office.owner)
    assert refused.returncode == 6
    assert "EAKTE_DATABASE" in refused.stderr
