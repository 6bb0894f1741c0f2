"""The README names every command and every option that exists, and none that does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from eakte.cli.app import program

_README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
_SHARED = {"--help", "--home", "--json", "--install-completion", "--show-completion"}


def _commands(group: Any, path: str = "eakte") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _options(command: Any) -> set[str]:
    return {
        option
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--")
    }


def _described(path: str) -> str:
    """Give the rows of the README's table that tell of a command."""
    words = path.split()
    rows = [row for row in _README.splitlines() if row.startswith(f"| `{' '.join(words[:2])}")]
    if len(words) > 2:
        rows = [row for row in rows if re.search(rf"\b{words[2]}\b", row)]
    return "\n".join(rows)


def test_every_command_and_option_is_in_the_readme() -> None:
    found = dict(_commands(typer.main.get_command(program())))
    assert len(found) >= 17
    for path, command in found.items():
        row = _described(path)
        assert row, f"{path} is not in the README"
        for option in _options(command) - _SHARED:
            assert option in row, f"{path} {option} is not in the README"


def test_every_option_in_the_readme_exists() -> None:
    table = _README.split("## Commands")[1].split("## Exit codes")[0]
    known = set(_SHARED).union(
        *(_options(command) for _path, command in _commands(typer.main.get_command(program())))
    )
    assert set(re.findall(r"--[a-z]+[a-z-]*", table)) <= known


def test_every_command_explains_itself() -> None:
    for path, command in _commands(typer.main.get_command(program())):
        assert command.help, path
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{path}: {parameter.name}"
