"""What comes from outside cannot steer the terminal it is printed on."""

from __future__ import annotations

import pytest
from rich.console import Console

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


_COLUMNS = ("document", "Akte", "class", "subject", "state")
_ROW = ("f9f0d28f0ac46b8a-1", "20.1-702.11/2026-0003", "Widerspruch", "Abfallgebühr", "")


def _terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    screen = {"force_terminal": True, "color_system": None}
    monkeypatch.setattr(output, "console", lambda: Console(width=width, **screen))


def test_a_table_too_wide_for_the_terminal_is_printed_row_by_row(monkeypatch, capsys) -> None:
    _terminal(monkeypatch, 80)
    output.table("Letters", _COLUMNS, [_ROW, _ROW])
    printed = capsys.readouterr().out
    assert printed.count("document  f9f0d28f0ac46b8a-1") == 2
    assert printed.count("Akte      20.1-702.11/2026-0003") == 2
    assert "state" not in printed, "what is empty is left out"
    assert "┃" not in printed


def test_where_there_is_room_a_table_stays_a_table(monkeypatch, capsys) -> None:
    _terminal(monkeypatch, 90)
    output.table("Letters", _COLUMNS, [_ROW])
    printed = capsys.readouterr().out
    assert "┃" in printed
    assert all(cell in printed for cell in _ROW), "no id is broken"


def test_an_empty_table_says_so(capsys) -> None:
    output.table("Letters", _COLUMNS, [])
    assert capsys.readouterr().out == "Letters: none\n"


def test_digests_stay_whole(monkeypatch, capsys) -> None:
    _terminal(monkeypatch, 60)
    output.facts([("SHA-256", "ab" * 32)])
    assert "".join(capsys.readouterr().out.split()) == "SHA-256" + "ab" * 32


def test_what_is_shortened_shows_it_and_names_stay_whole() -> None:
    assert [output.short(each) for each in _ROW] == [*_ROW], "half an Aktenzeichen is another one"
    assert output.short("ab" * 32) == "ab" * 11 + "a…"
