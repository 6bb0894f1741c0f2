"""Sets a letter's blocks onto pages: wraps, breaks pages, draws tables and forms."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from sample_mail.generator import marks
from sample_mail.generator.faces import MM_PER_POINT, Ink, width, wrap
from sample_mail.generator.letterhead import LEFT, RIGHT, draw_head, ink_of
from sample_mail.generator.markup import Fields, Heading, Item, Mark, Paragraph, Table, Tick, parse
from sample_mail.generator.surface import rectangle, text_centred, text_right

if TYPE_CHECKING:
    from collections.abc import Callable

    from sample_mail.generator.markup import Block
    from sample_mail.generator.model import Letter
    from sample_mail.generator.surface import Surface

_BOTTOM = 268.0
_ROOM = RIGHT - LEFT
_NUMBER = re.compile(r"[-+]?[\d.,:]+( ?(€|EUR|%|m²|m|km|Std\.|St\.|kg|dB\(A\)|Mbit/s))?|[-–]")


class Flow:
    """A pen that moves down the page and starts a new page when there is no room."""

    def __init__(self, surface: Surface, letter: Letter) -> None:
        """A pen at the top of the letter's first page."""
        self._surface = surface
        self._letter = letter
        self._ink = ink_of(letter)
        self._number = 1
        surface.next_page()
        self._y = draw_head(surface, letter)

    def run(self) -> None:
        """Set the subject and the body."""
        self._subject()
        for block in parse(self._letter.body):
            self._set(block)

    def _set(self, block: Block) -> None:
        match block:
            case Paragraph():
                self._paragraph(block)
            case Heading():
                self._heading(block)
            case Item():
                self._item(block)
            case Tick():
                self._tick(block)
            case Table():
                self._table(block)
            case Fields():
                self._fields(block)
            case Mark():
                self._mark(block)

    def _leading(self, ink: Ink) -> float:
        return ink.size * MM_PER_POINT * 1.28

    def _need(self, room: float) -> None:
        if self._y + room > _BOTTOM:
            self._page()

    def _page(self) -> None:
        self._surface.next_page()
        self._number += 1
        self._y = 24.0
        if self._letter.style != "note":
            mark = f"Seite {self._number}"
            text_right(self._surface, (RIGHT, 14), mark, Ink(self._letter.face, 8.5))

    def _lines(self, text: str, ink: Ink, left: float = LEFT) -> None:
        for line in wrap(text, ink, RIGHT - left):
            self._need(self._leading(ink))
            self._y += self._leading(ink)
            self._surface.text((left, self._y), line, ink)

    def _subject(self) -> None:
        text = self._letter.subject
        if self._letter.style in {"card", "note"}:
            return
        if self._letter.style == "form":
            self._lines(text, replace(self._ink, size=14, bold=True))
        elif self._letter.face == "chorus":
            self._lines(f"Betreff: {text}", self._ink)
        else:
            self._lines(text, replace(self._ink, bold=True))
        self._y += 4

    def _paragraph(self, block: Paragraph) -> None:
        ink = self._ink
        if len(block.text) < 90:
            self._need(2 * self._leading(ink))
        self._lines(block.text, ink)
        self._y += 2.6

    def _heading(self, block: Heading) -> None:
        self._need(4 * self._leading(self._ink))
        self._y += 1.5
        self._lines(block.text, replace(self._ink, bold=True))
        self._y += 1.2

    def _item(self, block: Item) -> None:
        ink = self._ink
        lines = wrap(block.text, ink, _ROOM - 8)
        self._need(self._leading(ink) * min(2, len(lines)))
        self._surface.text((LEFT + 1.5, self._y + self._leading(ink)), block.marker, ink)
        self._lines(block.text, ink, LEFT + 8)
        self._y += 1.2

    def _tick(self, block: Tick) -> None:
        self._need(7)
        top = self._y + 1.2
        self._surface.stroke(rectangle((LEFT, top), (3.6, 3.6)), 0.3, "#222222")
        if block.ticked:
            for a, b in (((0.4, 0.4), (3.2, 3.2)), ((3.2, 0.4), (0.4, 3.2))):
                ends = [(LEFT + a[0], top + a[1]), (LEFT + b[0], top + b[1])]
                self._surface.stroke(ends, 0.45, "#1b2f7a")
        ink = replace(self._ink, size=min(10.0, self._ink.size))
        self._lines(block.text, ink, LEFT + 7)
        self._y += 1.2

    def _columns(self, block: Table, ink: Ink) -> list[float]:
        """Column widths: what the cells want, the widest gives way."""
        want = [
            max(width(row[column], replace(ink, bold=True)) for row in block.rows) + 4
            for column in range(len(block.rows[0]))
        ]
        spare = _ROOM - sum(want)
        widest = want.index(max(want))
        want[widest] += spare if spare < 0 else min(spare, 60)
        return want

    def _table(self, block: Table) -> None:
        ink = replace(self._ink, size=min(9.5, self._ink.size))
        columns = self._columns(block, ink)
        self._y += 1.5
        for number, row in enumerate(block.rows):
            self._row(row, columns, replace(ink, bold=number == 0 and len(columns) > 2))
        self._y += 3.5

    def _row(self, row: tuple[str, ...], columns: list[float], ink: Ink) -> None:
        cells = [wrap(cell, ink, room - 3) for cell, room in zip(row, columns, strict=True)]
        step = self._leading(ink)
        tall = step * max(len(lines) for lines in cells) + 2.2
        self._need(tall)
        if ink.bold:
            self._surface.fill(rectangle((LEFT, self._y), (sum(columns), tall)), "#e6e6e6")
        x = LEFT
        for cell, lines, room in zip(row, cells, columns, strict=True):
            if self._letter.grid:
                self._surface.stroke(rectangle((x, self._y), (room, tall)), 0.2, "#444444")
            for number, line in enumerate(lines):
                y = self._y + step * (number + 1) - 0.2
                if _NUMBER.fullmatch(cell):
                    text_right(self._surface, (x + room - 1.5, y), line, ink)
                else:
                    self._surface.text((x + 1.5, y), line, ink)
            x += room
        self._y += tall

    def _fields(self, block: Fields) -> None:
        """A row of boxes: small label above, filled-in value below."""
        self._need(13)
        room = _ROOM / len(block.fields)
        value_ink = Ink(self._letter.fill_face, 10.5, colour="#1b2a66")
        for column, (label, value) in enumerate(block.fields):
            x = LEFT + room * column
            self._surface.stroke(rectangle((x, self._y), (room, 12)), 0.25, "#333333")
            self._surface.text((x + 1.5, self._y + 4), label, Ink(self._letter.face, 8))
            fitting = value_ink
            while width(value, fitting) > room - 3:
                fitting = replace(fitting, size=fitting.size - 0.25)
            self._surface.text((x + 1.5, self._y + 10), value, fitting)
        self._y += 12

    def _mark(self, block: Mark) -> None:
        self._MARKS[block.name](self, block.argument)

    def _sign(self, name: str) -> None:
        """The signature, then the name and lines below it (separated by `/`)."""
        pen, _, printed = name.partition(":")
        lines = [line.strip() for line in (printed or pen).split("/")]
        self._need(16 + 5 * len(lines))
        marks.signature(self._surface, (LEFT + 3, self._y + 11), pen.strip())
        self._y += 14
        for line in lines:
            self._lines(line, self._ink)
        self._y += 3

    def _space(self, millimetres: str) -> None:
        self._y += float(millimetres)

    def _sketch(self, name: str) -> None:
        self._need(104)
        marks.sketch(self._surface, (LEFT, self._y + 2), name)
        self._y += 106

    def _stamp(self, text: str) -> None:
        """A round stamp right of the line, without taking room."""
        marks.round_stamp(self._surface, (150, self._y - 8), text)

    def _frame(self, text: str) -> None:
        lines = [line.strip() for line in text.split("/")]
        marks.frame_stamp(self._surface, (130, self._y - 2), lines)

    def _small(self, text: str) -> None:
        self._lines(text, replace(self._ink, size=8.5))
        self._y += 1.5

    def _centre(self, text: str) -> None:
        ink = replace(self._ink, size=self._ink.size + 2, bold=True)
        for line in wrap(text, ink, _ROOM):
            self._y += self._leading(ink)
            text_centred(self._surface, (105, self._y), line, ink)
        self._y += 2.5

    def _break(self, argument: str) -> None:
        del argument
        self._page()

    def _date(self, argument: str) -> None:
        del argument
        text_right(self._surface, (RIGHT, self._y), self._letter.dateline, self._ink)
        self._y += 5

    def _blank(self, argument: str) -> None:
        """The unprinted back of the sheet before."""
        del argument
        self._surface.next_page()
        self._y = 24.0

    _MARKS: dict[str, Callable[[Flow, str], None]] = {  # noqa: RUF012 - never changed
        "sign": _sign,
        "space": _space,
        "sketch": _sketch,
        "stamp": _stamp,
        "frame": _frame,
        "small": _small,
        "centre": _centre,
        "break": _break,
        "date": _date,
        "blank": _blank,
    }


def draw(surface: Surface, letter: Letter) -> None:
    """Draw the whole letter, beginning on a new page."""
    Flow(surface, letter).run()


def draw_separator(surface: Surface) -> None:
    """A separator sheet: two PATCHT barcodes and words for people."""
    surface.next_page()
    for top in (35.0, 215.0):
        marks.barcode(surface, (55, top), (100, 30), "PATCHT")
    text_centred(surface, (105, 140), "TRENNBLATT", Ink("sans", 44, bold=True))
    text_centred(
        surface,
        (105, 155),
        "Dieses Blatt trennt zwei Briefe und wird nicht abgelegt.",
        Ink("sans", 13),
    )
