"""Commands that only read import neither what seals, draws and learns, nor all other commands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from eakte.cli.app import program
from tests.unit.cli.test_readme import _commands

_HEAVY = {
    "aiohttp", "alembic", "asn1crypto", "cryptography", "dbos", "holidays", "lxml",
    "numpy", "pikepdf", "PIL", "pkcs11", "psycopg", "pydantic_settings", "pyhanko", "pypdfium2",
    "reportlab", "scipy", "signxml", "sklearn", "tesserocr", "watchdog", "zxingcpp",
}  # fmt: skip
_SEARCHING = {"rapidfuzz", "Stemmer", "eakte.search.index"}
_COMMANDS = {
    "search x": set(),
    "show 0": _SEARCHING,
    "akte list": _SEARCHING,
    "akte show 32.1-1/2026-1": _SEARCHING,
    "status": _SEARCHING,
    "deadlines": _SEARCHING,
    "review list": _SEARCHING,
    "qa list": _SEARCHING,
    "audit log": _SEARCHING,
}
"""Commands with what they need not import beside _HEAVY."""
_SHARED = {f"eakte.cli.{name}" for name in ("app", "desk", "options", "output")}
_RUN = """
import os, sys
from eakte import __main__
def told(code):
    print(code, *sys.modules, file=sys.stderr)
    os._exit(0)
__main__._leave = told
__main__.main()
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from eakte.domain.clock import SystemClock
    from tests.tools import homes

    root = tmp_path_factory.mktemp("quick") / "home"
    homes.create(root, SystemClock(), "Stadt", demo=False)
    return root


@pytest.mark.parametrize("line", _COMMANDS)
def test_what_a_reading_command_does_not_import(home: Path, line: str) -> None:
    words = line.split()
    ended = subprocess.run(
        [sys.executable, "-c", _RUN, *words],
        env=os.environ | {"EAKTE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    code, *modules = ended.stderr.splitlines()[-1].split()
    assert code in {"0", "5"}, ended.stderr
    loaded = set(modules) & (_HEAVY | _COMMANDS[line])
    if "psycopg" in loaded and os.environ.get("EAKTE_TEST_POSTGRES"):
        loaded -= {"psycopg"}
    assert not loaded
    commands = {each for each in modules if each.startswith("eakte.cli.")} - _SHARED
    assert len(commands) <= 2, commands


def test_a_command_alone_is_the_same_as_among_all() -> None:
    whole = dict(_commands(typer.main.get_command(program())))
    for word in {path.split()[1] for path in whole}:
        alone = dict(_commands(typer.main.get_command(program([word, "x"]))))
        mine = {path: each for path, each in whole.items() if path.split()[1] == word}
        assert mine.keys() <= alone.keys()
        for path, command in mine.items():
            told = [(each.name, each.opts, each.help) for each in command.params
                    if hasattr(each, "help")]  # fmt: skip
            assert told == [(each.name, each.opts, each.help) for each in alone[path].params
                            if hasattr(each, "help")]  # fmt: skip


def test_what_is_no_command_gets_the_whole_program() -> None:
    for words in ([], ["--help"], ["nonsense"]):
        assert len(list(_commands(typer.main.get_command(program(words))))) > 60
