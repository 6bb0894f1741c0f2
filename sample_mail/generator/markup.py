"""The small markup of the letters' bodies, parsed into blocks.

Paragraphs are separated by empty lines. `# ` begins a heading, `- ` or `1. ` an item, `| ` a table
row (cells separated by `|`), `[x] ` or `[ ] ` a tick box, `= ` a row of form fields
(`label: value || label: value`) and `~name rest` a mark such as `~sign`, `~break` or `~sketch`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True)
class Heading:
    """A bold line."""

    text: str


@dataclass(frozen=True)
class Item:
    """A line of a list with a hanging marker."""

    marker: str
    text: str


@dataclass(frozen=True)
class Tick:
    """A tick box with its text."""

    ticked: bool
    text: str


@dataclass(frozen=True)
class Table:
    """Rows of cells; the first row is the head."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Fields:
    """A row of form fields: label and value each."""

    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Mark:
    """Something drawn or a command: its name and its argument."""

    name: str
    argument: str


Block: TypeAlias = Paragraph | Heading | Item | Tick | Table | Fields | Mark
_ITEM = re.compile(r"(-|\d+\.|[a-z]\)) +(.*)", re.DOTALL)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip("|").split("|"))


def _fields(line: str) -> tuple[tuple[str, str], ...]:
    pairs = (part.partition(":") for part in line.removeprefix("=").split("||"))
    return tuple((label.strip(), value.strip()) for label, _, value in pairs)


def _line_block(line: str) -> Block:
    """The block of a line that begins with a marker."""
    if line.startswith("# "):
        return Heading(line[2:])
    if line.startswith("~"):
        name, _, argument = line[1:].partition(" ")
        return Mark(name, argument.strip())
    if line.startswith("= "):
        return Fields(_fields(line))
    if line.startswith("["):
        return Tick(line[1] == "x", line[3:].strip())
    marker, text = _ITEM.fullmatch(line).groups()  # type: ignore[union-attr]
    return Item("–" if marker == "-" else marker, text)


def _kind(line: str) -> str:
    if line.startswith("|"):
        return "table"
    return "line" if line.startswith(("# ", "~", "= ", "[x]", "[ ]")) else "text"


def _running(lines: list[str]) -> list[Block]:
    """A paragraph, or a list whose items may run over several lines."""
    if not _ITEM.fullmatch(lines[0]):
        return [Paragraph(" ".join(lines))]
    items: list[str] = []
    for line in lines:
        if _ITEM.fullmatch(line):
            items.append(line)
        else:
            items[-1] += " " + line
    return [_line_block(item) for item in items]


def parse(body: str) -> list[Block]:
    """The blocks of a body, in order."""
    blocks: list[Block] = []
    for chunk in re.split(r"\n\s*\n", body.strip()):
        for kind, group in groupby(chunk.splitlines(), key=_kind):
            lines = [line.strip() for line in group]
            if kind == "table":
                blocks.append(Table(tuple(_cells(line) for line in lines)))
            elif kind == "line":
                blocks.extend(_line_block(line) for line in lines)
            else:
                blocks.extend(_running(lines))
    return blocks
