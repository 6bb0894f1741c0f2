"""What comes from outside cannot steer the terminal it is printed on."""

from __future__ import annotations

import pytest

from eakte.cli import output
from eakte.errors import NotFoundError

_NAME = "red\x1b[31m\x07\u202efdp.exe"


def _print_line() -> None:
    output.line(_NAME)


def _print_table() -> None:
    output.table("", ["file"], [[_NAME]])


def _print_snippet() -> None:
    output.marked(_NAME, [(0, 3)])


def _print_error() -> None:
    output.error(NotFoundError(kind="file", name=_NAME))


@pytest.mark.parametrize("act", [_print_line, _print_table, _print_snippet, _print_error])
def test_control_characters_are_not_printed(act, capsys: pytest.CaptureFixture[str]) -> None:
    act()
    printed = "".join(capsys.readouterr())
    assert "fdp.exe" in printed
    assert not set(printed) & {"\x1b", "\x07", "\u202e"}
