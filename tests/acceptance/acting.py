"""Running commands in this process as one of several persons of a home."""

from __future__ import annotations

import io
import json
import os
import pwd
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import typer.main

from eakte.__main__ import _run
from eakte.cli.app import program
from eakte.config import read_settings
from eakte.database.schema import metadata
from eakte.domain.persons import Person
from tests.tools import homes

PERSONS = """
[[persons]]
account = "daemon"
name = "Scan Stelle"
roles = ["scanner"]
stations = ["poststelle"]

[[persons]]
account = "bin"
name = "Klara Amt"
roles = ["clerk"]
offices = ["40"]

[[persons]]
account = "sys"
name = "Rita Sicht"
roles = ["reviewer"]

[[persons]]
account = "games"
name = "Bodo Bau"
roles = ["reviewer"]
offices = ["66", "20"]

[[persons]]
account = "man"
name = "Paul Pruefer"
roles = ["auditor"]

[[persons]]
account = "lp"
name = "Anna Admin"
roles = ["admin"]
"""
"""Accounts that every Debian has."""
UNLISTED = "mail"


@dataclass(frozen=True)
class Said:
    """How a command ended, and all that it printed."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Give both."""
        return self.out + self.err


def list_persons(home: Path) -> None:
    """Add the persons to a home's settings."""
    settings = home / "eakte.toml"
    settings.write_text(settings.read_text() + PERSONS)


def persons(home: Path) -> dict[str, Person]:
    """Give the persons of a home by their accounts."""
    return {each.account: each for each in read_settings(home / "eakte.toml").persons}


class _Bytes(io.StringIO):
    """A text stream that takes bytes as well, as standard output does."""

    @property
    def buffer(self) -> _Bytes:
        return self

    def write(self, data: str | bytes) -> int:
        return super().write(data if isinstance(data, str) else data.decode())


@cache
def _program() -> Any:
    """Build the command line once: that takes longer than most commands."""
    return typer.main.get_command(program())


def act(home: Path, account: str, *arguments: str) -> Said:
    """Run a command on a home in the name of an account, as the kernel would tell it."""
    out, err = _Bytes(), _Bytes()
    uid = pwd.getpwnam(account).pw_uid
    with (
        patch.object(sys, "argv", ["eakte", *arguments]),
        patch.object(sys, "stdin", io.StringIO("q\n")),
        patch.object(os, "getuid", lambda: uid),
        patch.dict(os.environ, EAKTE_HOME=str(home)),
        patch("eakte.cli.app.program", lambda _words: _program()),
        patch("eakte.sandbox.warm_up"),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = _run()
    return Said(code, out.getvalue(), err.getvalue())


def state_of(home: Path) -> tuple[str, ...]:
    """Give all that a home holds but its audit log: rows of every table, and its files."""
    tables = [name for name in metadata.tables if not name.startswith("audit_")]
    rows = sorted(
        f"{name} {row}" for name in tables for row in homes.execute(home, f"SELECT * FROM {name}")
    )
    files = sorted(
        f"{path.relative_to(home)} {path.stat().st_size}"
        for path in home.rglob("*")
        if not path.name.startswith("eakte.db")
    )
    return (*rows, *files)


def refusals(home: Path) -> list[tuple[str, str]]:
    """Give account and permission of every refused attempt that the log tells of."""
    query = "SELECT entry FROM audit_event WHERE entry LIKE '%access-refused%' ORDER BY position"
    events = [json.loads(entry) for (entry,) in homes.execute(home, query)]
    return [(event["actor"], event["after"]["permission"]) for event in events]
