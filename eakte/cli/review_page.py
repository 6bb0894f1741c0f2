"""Drawing one letter of the queue, in the width of the terminal, without relying on colour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from eakte.cli import output
from eakte.domain.page_numbers import ranges
from eakte.i18n import _
from eakte.services.reviewing import Waiting

_FEWEST_LINES = 6
_LINES_IN_PLAIN_MODE = 15
_LINES_BELOW = 3
"""The lines that the keys and the prompt take."""


@dataclass(frozen=True)
class Portion:
    """Which lines of a letter's text are shown: `count` of them from `start`."""

    texts: tuple[str, ...] = ()
    start: int = 0
    count: int = _LINES_IN_PLAIN_MODE

    def lines(self) -> tuple[str, ...]:
        """Give the text of all pages as lines, each page with its number before it."""
        pages = len(self.texts)
        head = _("page {number} of {count}")
        return tuple(
            line
            for number, text in enumerate(self.texts, start=1)
            for line in (f"— {head.format(number=number, count=pages)} —", *text.splitlines())
        )

    def further(self) -> Portion:
        """Go on to the lines that follow, from the last to the first."""
        start = self.start + self.count
        return replace(self, start=start if start < len(self.lines()) else 0)


def draw(item: Waiting, number: int, count: int, portion: Portion, screen: bool) -> Portion:
    """Print a letter with its reasons, fields and as much of its text as there is room for.

    Gives the portion of the text that was shown.
    """
    place = _("Letter {number} of {count}: {document}")
    head = place.format(number=number, count=count, document=item.document.id)
    shown = [head, *_facts(item), *_reasons(item), *_fields(item)]
    output.line(head, "bold")
    for line in shown[1:]:
        output.line(line)
    output.line()
    room = _LINES_IN_PLAIN_MODE
    if screen:
        room = max(output.room(shown) - _LINES_BELOW, _FEWEST_LINES)
    lines = portion.lines()
    for line in lines[portion.start : portion.start + room]:
        output.cut(line)
    left = len(lines) - portion.start - room
    if left > 0:
        output.line(_("(t: {count} more lines)").format(count=left))
    output.line(_("n next, p back, t text, c class, a Akte, f field, o open, r release, q leave"))
    return replace(portion, count=room)


def _facts(item: Waiting) -> Iterator[str]:
    letter = item.document
    kind = letter.classification
    name = item.class_name or _("unknown")
    yield _("class: {name} ({share:.0%})").format(name=name, share=kind.confidence)
    if kind.reasons:
        yield _("decided by: {reasons}").format(reasons="; ".join(kind.reasons))
    yield f"Akte: {letter.aktenzeichen or _('unknown')}"
    if letter.deadline:
        told = _("deadline: {date} ({rule})")
        yield told.format(date=letter.deadline, rule=letter.deadline_rule)
    received = _("received: {at:%Y-%m-%d}, {file}, pages {pages}")
    yield received.format(at=letter.received_at, file=item.file, pages=ranges(letter.pages))


def _reasons(item: Waiting) -> Iterator[str]:
    yield _("It waits because:")
    yield from (f"* {reason}" for reason in item.reasons)
    yield from (f"- {note}" for note in item.notes)


def _fields(item: Waiting) -> Iterator[str]:
    for field in item.document.extraction.fields:
        evidence = _("page {page}, {share:.0%}, {rule}")
        told = evidence.format(page=field.page, share=field.confidence, rule=field.rule)
        yield f"{field.name.value}: {field.value}  ({told})"
