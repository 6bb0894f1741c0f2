"""Charts as boxes and words, which `typeset` puts on a page: vectors, in colours that print grey.

Places are in points from the upper left corner of the chart, downwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

Colour = tuple[float, float, float]
"""Red, green and blue, 0 to 1."""

COLOURS: tuple[Colour, ...] = ((0.12, 0.29, 0.49), (0.86, 0.55, 0.16), (0.62, 0.66, 0.7))
"""Of the series, from dark to light."""
SIZE = 7.5
"""Of all words, in points."""
_INK: Colour = (0.0, 0.0, 0.0)
_GRID: Colour = (0.85, 0.85, 0.85)
_LINE = 0.5
_ROW = SIZE * 1.4
_PLOT = 110.0
_TICKS = 5
_GAP = 4.0
_LABELS = 0.42
"""The share of the width that the words beside bars may take."""


@dataclass(frozen=True)
class Columns:
    """Upright columns over labels, one beside the other for each series (name and values)."""

    title: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True)
class Bars:
    """Lying bars, each with its label and value."""

    title: str
    rows: tuple[tuple[str, int], ...]


Chart = Columns | Bars


@dataclass(frozen=True)
class Box:
    """A filled rectangle; `y` is its upper edge."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour


@dataclass(frozen=True)
class Word:
    """A word; `y` is its baseline."""

    x: float
    y: float
    text: str


@dataclass
class Drawing:
    """A chart as it is drawn; `height` grows with what is put into it."""

    height: float = 0.0
    boxes: list[Box] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)

    def say(self, x: float, text: str) -> None:
        """Put a line of words below everything else."""
        self.words.append(Word(x, self.height + SIZE, text))


def drawing(chart: Chart, measure: float, width_of: Callable[[str], float]) -> Drawing:
    """Draw a chart `measure` points wide; `width_of` tells how wide words are at SIZE."""
    made = Drawing()
    made.say(0, chart.title)
    made.height += _ROW + _GAP
    if isinstance(chart, Bars):
        _draw_bars(made, chart, measure, width_of)
    else:
        _draw_columns(made, chart, measure, width_of)
    made.height += _GAP
    return made


def steps(top: int) -> range:
    """Give the marks of an axis from 0 to `top` or beyond: at most five steps of 1, 2 or 5."""
    size = 1
    while size * _TICKS < top:
        size = size * 5 // 2 if str(size)[0] == "2" else size * 2
    return range(0, max(size, -(-top // size) * size) + 1, size)


def _draw_bars(
    made: Drawing, chart: Bars, measure: float, width_of: Callable[[str], float]
) -> None:
    labels = [_shortened(label, _LABELS * measure, width_of) for label, _value in chart.rows]
    left = max(map(width_of, labels), default=0.0) + _GAP
    right = max((width_of(str(value)) for _label, value in chart.rows), default=0.0) + _GAP
    most = max((value for _label, value in chart.rows), default=0)
    for label, (_label, value) in zip(labels, chart.rows, strict=True):
        length = (measure - left - right) * value / most if most else 0.0
        made.say(left - _GAP - width_of(label), label)
        made.boxes.append(Box(left, made.height + 1, max(length, _LINE), SIZE, COLOURS[0]))
        made.say(left + length + _GAP, str(value))
        made.height += _ROW


def _draw_columns(
    made: Drawing, chart: Columns, measure: float, width_of: Callable[[str], float]
) -> None:
    marks = steps(max((value for _name, values in chart.series for value in values), default=0))
    left = width_of(str(marks[-1])) + _GAP
    top, made.height = made.height, made.height + _PLOT
    for mark in marks:
        y = made.height - _PLOT * mark / marks[-1]
        made.boxes.append(Box(left, y, measure - left, _LINE, _GRID if mark else _INK))
        text = str(mark)
        made.words.append(Word(left - _GAP - width_of(text), y + SIZE / 3, text))
    room = (measure - left) / max(len(chart.labels), 1)
    wide = room * 0.8 / max(len(chart.series), 1)
    for number, (_name, values) in enumerate(chart.series):
        for place, value in enumerate(values):
            height = _PLOT * value / marks[-1]
            x = left + place * room + room * 0.1 + number * wide
            if value:
                box = Box(x, top + _PLOT - height, wide, height, COLOURS[number % len(COLOURS)])
                made.boxes.append(box)
    _label(made, chart, left, room, width_of)


def _label(
    made: Drawing, chart: Columns, left: float, room: float, width_of: Callable[[str], float]
) -> None:
    """Write what stands below the columns, as many as have room, and what the colours mean."""
    widest = max(map(width_of, chart.labels), default=0.0) + _GAP
    each = max(1, -(-int(widest) // max(int(room), 1)))
    for place, label in enumerate(chart.labels):
        if place % each == 0:
            middle = left + place * room + (room - width_of(label)) / 2
            last = left + len(chart.labels) * room - width_of(label)
            made.say(min(middle, last), label)
    made.height += _ROW + _GAP
    x = left
    for number, (name, _values) in enumerate(chart.series):
        colour = COLOURS[number % len(COLOURS)]
        made.boxes.append(Box(x, made.height + 1, SIZE, SIZE, colour))
        made.say(x + SIZE + _GAP, name)
        x += SIZE + width_of(name) + 4 * _GAP
    made.height += _ROW


def _shortened(text: str, most: float, width_of: Callable[[str], float]) -> str:
    """Cut words that are too long for their place; a table beside the chart has them whole."""
    if width_of(text) <= most:
        return text
    while text and width_of(f"{text}…") > most:
        text = text[:-1]
    return f"{text}…"
