"""Text, tables and charts to a PDF with embedded fonts: A4 pages on which nothing is cut.

Every line is broken where it is too long, words too; a table runs over as many pages as it needs
and repeats its head. The same input always gives the same bytes. A character that the fonts lack
is written as its code, [U+6F22], so that nothing is silently left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from eakte.charts import SIZE, Bars, Box, Chart, Columns, drawing
from eakte.domain.findings import FindingCode
from eakte.errors import EnvironmentProblemError, UnusableInputError
from eakte.i18n import N_

MAX_PAGES = 2000
_FOLDER = Path("/usr/share/fonts/truetype/dejavu")
_PLAIN, _BOLD = "DejaVuSans", "DejaVuSans-Bold"
_WIDTH, _HEIGHT = 595.27, 841.89
_LEFT, _TOP, _BOTTOM = 62.0, 60.0, 56.0
_MEASURE = _WIDTH - 2 * _LEFT
_GAP = 8.0
"""Between two columns, in points."""
_LEADING = 1.38
_LAST_WRITTEN_RIGHT = 0xFFFF
_PIECES = re.compile(r"[^\S\u00a0]+|[^\s\u00a0]+|\u00a0+")


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the largest of three."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Text:
    """Running text; its line breaks and empty lines are kept."""

    text: str


@dataclass(frozen=True)
class Table:
    """Rows of cells under a head (may be empty); `shares` are the relative widths of the columns.

    Columns in `right` are set flush right; in a table without head the first column is bold.
    """

    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]
    head: tuple[str, ...] = ()
    right: frozenset[int] = frozenset()


Block = Heading | Text | Table


@dataclass(frozen=True)
class _Style:
    font: str
    size: float

    @property
    def height(self) -> float:
        return self.size * _LEADING


_BODY, _CELL = _Style(_PLAIN, 10), _Style(_PLAIN, 8.5)
_CELL_BOLD = _Style(_BOLD, 8.5)
_HEADINGS = {1: _Style(_BOLD, 15), 2: _Style(_BOLD, 12), 3: _Style(_BOLD, 10)}
_FOOT = _Style(_PLAIN, 7.5)
_CHART = _Style(_PLAIN, SIZE)


@dataclass(frozen=True)
class _Line:
    """A piece of text in its place: x from the left, baseline from the bottom, in points."""

    x: float
    y: float
    style: _Style
    text: str


@dataclass
class _Sheets:
    """Pages being filled from the top; `y` is where the next line may begin."""

    pages: list[list[_Line]] = field(default_factory=lambda: [[]])
    rules: list[list[float]] = field(default_factory=lambda: [[]])
    boxes: list[list[Box]] = field(default_factory=lambda: [[]])
    """Of charts; their `y` counts from the bottom here."""
    y: float = _HEIGHT - _TOP

    def room_for(self, height: float) -> bool:
        return self.y - height >= _BOTTOM

    def turn(self) -> None:
        if len(self.pages) >= MAX_PAGES:
            detail = N_("it would fill more pages than eakte draws")
            raise UnusableInputError(reason=FindingCode.TOO_LARGE.value, detail=detail)
        self.pages.append([])
        self.rules.append([])
        self.boxes.append([])
        self.y = _HEIGHT - _TOP

    def put(self, x: float, style: _Style, text: str) -> None:
        self.pages[-1].append(_Line(x, self.y - style.size, style, text))

    def rule(self) -> None:
        self.rules[-1].append(self.y - 2)
        self.y -= 4


def typeset(title: str, blocks: Sequence[Block | Chart], out: Path) -> int:
    """Write the blocks as a PDF and give its number of pages.

    Raises UnusableInputError (`too_large`) beyond MAX_PAGES, EnvironmentProblemError without fonts.
    """
    _register_fonts()
    sheets = _Sheets()
    for block in blocks:
        if isinstance(block, Table):
            _set_table(sheets, block)
        elif isinstance(block, Heading):
            _set_heading(sheets, block)
        elif isinstance(block, Columns | Bars):
            _set_chart(sheets, block)
        else:
            _set_lines(sheets, _BODY, block.text)
    _draw(title, sheets, out)
    return len(sheets.pages)


@cache
def _register_fonts() -> None:
    for name in (_PLAIN, _BOLD):
        try:
            pdfmetrics.registerFont(TTFont(name, str(_FOLDER / f"{name}.ttf")))
        except (TTFError, OSError):
            raise EnvironmentProblemError(detail=f"{name}.ttf (fonts-dejavu-core)") from None


@cache
def _widths(font: str) -> dict[int, float]:
    """Give the width of each character that the font has, in thousandths of its size.

    Characters beyond U+FFFF are left out: reportlab would write a wrong code for the reader.
    """
    known = pdfmetrics.getFont(font).face.charWidths
    return {code: width for code, width in known.items() if code <= _LAST_WRITTEN_RIGHT}


def _width(text: str, style: _Style) -> float:
    widths = _widths(style.font)
    return sum(widths.get(ord(each), 600) for each in text) * style.size / 1000


def _shown(text: str, style: _Style) -> str:
    """Write what the font lacks as codes, and tabs as spaces."""
    widths = _widths(style.font)
    return "".join(
        each if ord(each) in widths or each == "\n" else f"[U+{ord(each):04X}]"
        for each in text.replace("\t", "    ")
    )


def wrapped(text: str, style: _Style, measure: float) -> Iterator[str]:
    """Break text into lines no wider than `measure` points; a word too long is broken anywhere."""
    for line in _shown(text, style).split("\n"):
        yield from _wrapped_line(line, style, measure)


def _wrapped_line(line: str, style: _Style, measure: float) -> Iterator[str]:
    current, width = "", 0.0
    for piece in _PIECES.findall(line):
        piece_width = _width(piece, style)
        if width + piece_width > measure and not piece.isspace():
            if current.strip():
                yield current.rstrip()
            *full, current = _broken(piece, style, measure)
            yield from full
            width = _width(current, style)
        else:
            current, width = current + piece, width + piece_width
    yield current.rstrip()


def _broken(word: str, style: _Style, measure: float) -> Iterator[str]:
    """Break a word into pieces that fit the measure, each of at least one character."""
    widths, start, width = _widths(style.font), 0, 0.0
    for at, each in enumerate(word):
        step = widths.get(ord(each), 600) * style.size / 1000
        if width + step > measure and at > start:
            yield word[start:at]
            start, width = at, 0.0
        width += step
    yield word[start:]


def _set_lines(sheets: _Sheets, style: _Style, text: str) -> None:
    for line in wrapped(text, style, _MEASURE):
        if not sheets.room_for(style.height):
            sheets.turn()
        sheets.put(_LEFT, style, line)
        sheets.y -= style.height
    sheets.y -= style.size / 2


def _set_heading(sheets: _Sheets, heading: Heading) -> None:
    style = _HEADINGS[heading.level]
    if not sheets.room_for(4 * style.height):
        sheets.turn()
    _set_lines(sheets, style, heading.text)


def _set_table(sheets: _Sheets, table: Table) -> None:
    columns = _columns(table)
    if table.head:
        _set_row(sheets, table, columns, table.head, bold=True)
        sheets.rule()
    for row in table.rows:
        _set_row(sheets, table, columns, row, bold=False)
    sheets.y -= _CELL.height / 2


def _set_chart(sheets: _Sheets, chart: Chart) -> None:
    """Set a chart on one page; it is no higher than one."""
    made = drawing(chart, _MEASURE, lambda text: _width(_shown(text, _CHART), _CHART))
    if not sheets.room_for(made.height):
        sheets.turn()
    for box in made.boxes:
        y = sheets.y - box.y - box.height
        sheets.boxes[-1].append(Box(_LEFT + box.x, y, box.width, box.height, box.colour))
    for word in made.words:
        text = _shown(word.text, _CHART)
        sheets.pages[-1].append(_Line(_LEFT + word.x, sheets.y - word.y, _CHART, text))
    sheets.y -= made.height


def _columns(table: Table) -> tuple[tuple[float, float], ...]:
    """Give left edge and width of each column, in points."""
    unit = (_MEASURE - _GAP * (len(table.shares) - 1)) / sum(table.shares)
    columns, x = list[tuple[float, float]](), _LEFT
    for share in table.shares:
        columns.append((x, share * unit))
        x += share * unit + _GAP
    return tuple(columns)


def _set_row(
    sheets: _Sheets,
    table: Table,
    columns: tuple[tuple[float, float], ...],
    row: tuple[str, ...],
    *,
    bold: bool,
) -> None:
    """Set a row line by line; where the page ends it goes on on the next, under the head again."""
    styles = [
        _CELL_BOLD if bold or (not table.head and not index) else _CELL for index in range(len(row))
    ]
    cells = [
        list(wrapped(text, style, width))
        for text, style, (_, width) in zip(row, styles, columns, strict=True)
    ]
    for number in range(max(map(len, cells), default=0)):
        if not sheets.room_for(_CELL.height):
            sheets.turn()
            if table.head and not bold:
                _set_row(sheets, table, columns, table.head, bold=True)
                sheets.rule()
        for index, (cell, style) in enumerate(zip(cells, styles, strict=True)):
            if number < len(cell):
                x, width = columns[index]
                shift = width - _width(cell[number], style) if index in table.right else 0
                sheets.put(x + shift, style, cell[number])
        sheets.y -= _CELL.height
    sheets.y -= 2


def _draw(title: str, sheets: _Sheets, out: Path) -> None:
    canvas = Canvas(str(out), pagesize=(_WIDTH, _HEIGHT), invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor("eakte")
    canvas.setCreator("eakte")
    canvas.setLineWidth(0.5)
    total = len(sheets.pages)
    filled = zip(sheets.pages, sheets.rules, sheets.boxes, strict=True)
    for number, (lines, rules, boxes) in enumerate(filled, start=1):
        for box in boxes:
            canvas.setFillColorRGB(*box.colour)
            canvas.rect(box.x, box.y, box.width, box.height, stroke=0, fill=1)
        canvas.setFillGray(0)
        for line in lines:
            canvas.setFont(line.style.font, line.style.size)
            canvas.drawString(line.x, line.y, line.text)
        for y in rules:
            canvas.line(_LEFT, y, _WIDTH - _LEFT, y)
        canvas.setFont(_FOOT.font, _FOOT.size)
        canvas.drawRightString(_WIDTH - _LEFT, 30, f"{number} / {total}")
        canvas.showPage()
    canvas.save()
