"""The deadlines that a letter names (pure): as named, never as the legal ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eakte.classify.layout import Layout, Line, union
from eakte.classify.sums import once
from eakte.domain.german import Reading
from eakte.domain.letters import Field, FieldName
from eakte.domain.named_deadlines import deadlines_in

_NAMED = 0.9
_MENDED = 0.9
_MOST = 10


def deadlines(pages: Sequence[Layout]) -> tuple[Field, ...]:
    """Give the deadlines in the order of the text, each once; also those broken across lines."""
    return once([each for page in pages for line in page.lines for each in _in_line(page, line)])[
        :_MOST
    ]


def _in_line(page: Layout, line: Line) -> Iterator[Field]:
    """Find what ends in a line; it may begin in the one above."""
    above = page.before(line)
    head = f"{above.text} " if above else ""
    for reading in deadlines_in(head + line.text):
        if reading.end > len(head):
            yield _field(above, line, reading, len(head))


def _field(above: Line | None, line: Line, reading: Reading, head: int) -> Field:
    boxes = []
    sure = 1.0
    parts = [(line, reading.start - head, reading.end - head)]
    if above is not None and reading.start < head:
        parts = [(above, reading.start, head), (line, 0, reading.end - head)]
    for part, start, end in parts:
        box, confidence = part.evidence(max(0, start), end)
        boxes += [box] if box else []
        sure = min(sure, confidence)
    text = f"{above.text} {line.text}" if above else line.text
    trust = _NAMED * (0.7 + 0.3 * sure) * (1.0 if reading.exact else _MENDED)
    return Field(
        FieldName.DEADLINE,
        reading.value,
        text[reading.start : reading.end],
        round(trust, 3),
        "named in the text",
        line.page,
        union(boxes) if boxes else None,
    )
