"""The only printer: tables, JSON, messages and errors, in the reader's language."""

from __future__ import annotations

import csv as csv_format
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from eakte.domain.codec import to_plain
from eakte.errors import EakteError
from eakte.i18n import N_, _

_WIDTH_WITHOUT_TERMINAL = 180
_LEAST_WIDTH = 8
"""A column is at least as wide as its heading, up to this."""
_WHOLE = 21
"""Words up to the length of an Aktenzeichen are not broken."""
_SHORT = 24
"""Characters that are shown of a digest."""
_BORDER = 3
"""What the frame of a table takes beside each column."""

_STYLES = {
    "VALID": "bold green",
    "INVALID": "bold red",
    "INDETERMINATE": "bold yellow",
    N_("filed"): "green",
    N_("review"): "yellow",
    N_("held"): "yellow",
    N_("quarantine"): "red",
    N_("rejected"): "red",
    N_("rescan"): "yellow",
    N_("regrouping"): "",
    N_("superseded"): "",
    N_("received"): "",
    N_("processed"): "",
    N_("released"): "",
    N_("waiting-for-time-stamp"): "yellow",
    N_("duplicate"): "",
    N_("received-again"): "",
    N_("waiting"): "yellow",
    N_("enclosed"): "",
}
"""Verdicts and states with their colour; shown in the reader's language."""


def console(*, stderr: bool = False) -> Console:
    """Give a console; without a terminal it is wide enough for the tables."""
    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    width = None if terminal else _WIDTH_WITHOUT_TERMINAL
    return Console(stderr=stderr, width=width, highlight=False)


def line(text: str = "", style: str = "") -> None:
    """Print a line of plain text."""
    console().print(Text(_tame(text), style=style))


def width() -> int:
    """Tell how many columns there are."""
    return console().width


def room(lines: Iterable[str]) -> int:
    """Tell how many lines of the terminal these lines leave free."""
    out = console()
    used = sum(len(Text(_tame(each)).wrap(out, out.width)) or 1 for each in lines)
    return out.height - used


def raw(text: str) -> None:
    """Print text exactly, without wrapping."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def stream(pieces: Iterable[bytes]) -> None:
    """Print bytes exactly as they are, whatever the terminal's encoding."""
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece)


def marked(text: str, marks: Sequence[tuple[int, int]], indent: str = "") -> None:
    """Print text with the marked stretches emphasised; without a terminal between » and «."""
    text = _tame(text)
    out = console()
    if out.is_terminal:
        styled = Text(text)
        for start, end in marks:
            styled.stylize("bold reverse", start, end)
        out.print(Text(indent) + styled)
        return
    for start, end in reversed(marks):
        text = f"{text[:start]}»{text[start:end]}«{text[end:]}"
    out.print(Text(indent + text))


def data(value: object, kind: Any = None) -> None:
    """Print a value as JSON."""
    raw(json.dumps(to_plain(value, kind), ensure_ascii=False, indent=2))


def csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table as CSV (RFC 4180); no cell can be a formula of a spreadsheet."""
    writer = csv_format.writer(sys.stdout)
    writer.writerow(columns)
    writer.writerows([_harmless(value) for value in row] for row in rows)


def _harmless(value: object) -> object:
    """Put an apostrophe before what a spreadsheet would calculate: it comes from outside."""
    is_formula = isinstance(value, str) and value.lstrip()[:1] in {"=", "+", "-", "@"}
    return f"'{value}" if is_formula else value


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, unfolded: int = 0
) -> None:
    """Print a table; verdicts and states get colour, the first `unfolded` columns one line.

    On a terminal that is too narrow for it, print its rows one below the other instead.
    """
    cells = [tuple(_cell(value) for value in row) for row in rows]
    out = console()
    if not cells:
        out.print(Text(_("{title}: none").format(title=title) if title else _("none")))
        return
    if out.is_terminal and _least_width(columns, cells, unfolded) > out.width:
        _print_rows(title, columns, cells)
        return
    shown = Table(title=title or None, title_justify="left", header_style="bold")
    for number, column in enumerate(columns):
        least = min(len(column), _LEAST_WIDTH)  # else the last ones vanish beside long cells
        shown.add_column(column, overflow="fold", no_wrap=number < unfolded, min_width=least)
    for row in cells:
        shown.add_row(*row)
    out.print(shown)


def short(text: str) -> str:
    """Shorten a digest for a cell, visibly; ids and Aktenzeichen stay whole."""
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


def _least_width(columns: Sequence[str], rows: Sequence[Sequence[Text]], unfolded: int) -> int:
    """Tell how wide a table has to be so that words, ids and Aktenzeichen stay whole."""
    needed = 1
    for number, column in enumerate(zip(map(Text, columns), *rows, strict=True)):
        if number < unfolded:
            needed += max(each.cell_len for each in column) + _BORDER
        else:
            words = [cell_len(word) for each in column for word in each.plain.split()]
            needed += min(max(words, default=0), _WHOLE) + _BORDER
    return needed


def _print_rows(title: str, columns: Sequence[str], rows: Sequence[Sequence[Text]]) -> None:
    """Print the rows of a table one below the other, without what is empty in them."""
    out = console()
    if title:
        out.print(Text(title, style="italic"))
    for number, row in enumerate(rows):
        if number:
            out.print()
        _print_pairs((name, each) for name, each in zip(columns, row, strict=True) if each.plain)


def facts(pairs: Iterable[tuple[str, object]]) -> None:
    """Print names with their values, one per line."""
    _print_pairs((name, _cell(value)) for name, value in pairs)


def _print_pairs(pairs: Iterable[tuple[str, Text]]) -> None:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")  # digests stay whole
    for name, value in pairs:
        value.justify = "left"
        grid.add_row(Text(name, style="bold"), value)
    console().print(grid)


def qualification(levels: Iterable[str]) -> None:
    """Say what the seals behind printed verdicts are worth, by the levels that they reach."""
    if "demo" in levels:
        line(_("Seals: demo certificate, not qualified."), "yellow")


def error(refusal: EakteError) -> None:
    """Print what went wrong and what to do."""
    out = console(stderr=True)
    head = _("Error:")
    out.print(f"[bold red]{escape(head)}[/] {escape(_tame(refusal.message()))}", soft_wrap=True)
    out.print(escape(_tame(refusal.hint())), soft_wrap=True)


def _tame(text: str) -> str:
    """Replace what could steer a terminal: names and texts come from outside."""
    return "".join(each if each.isprintable() or each == "\n" else "\ufffd" for each in text)


def _cell(value: object) -> Text:
    if isinstance(value, float):
        return Text(f"{value:.1%}", justify="right")
    if isinstance(value, int):
        return Text(str(value), justify="right")
    text = "" if value is None else _tame(str(value))
    return Text(_(text) if text in _STYLES else text, style=_STYLES.get(text, ""))
