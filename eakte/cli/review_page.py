"""Drawing one letter of the queue, in the width of the terminal, without relying on colour."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace

from eakte.cli import output
from eakte.domain.akten import Document
from eakte.domain.findings import FindingCode
from eakte.domain.moments import local_day
from eakte.domain.page_numbers import ranges
from eakte.i18n import _
from eakte.services.reviewing import Waiting

_LINES_IN_PLAIN_MODE = 15
_LINES_BELOW = 3
"""The line that says how much text is left, the prompt, and one to spare."""


@dataclass(frozen=True)
class Portion:
    """Which lines of a letter's text are shown: `count` of them from `start`.

    While `reading` on, the text has the screen for itself.
    """

    texts: tuple[str, ...] = ()
    start: int = 0
    count: int = _LINES_IN_PLAIN_MODE
    width: int = 80
    reading: bool = False

    def lines(self) -> tuple[str, ...]:
        """Give the text of all pages as lines that fit, each page with its number before it."""
        pages = len(self.texts)
        head = _("page {number} of {count}")
        return tuple(
            fitting
            for number, text in enumerate(self.texts, start=1)
            for line in (f"— {head.format(number=number, count=pages)} —", *text.splitlines())
            for fitting in textwrap.wrap(line, self.width)
        )

    def further(self) -> Portion:
        """Go on to the lines that follow, from the last back to the beginning."""
        start = self.start + self.count
        left = start < len(self.lines())
        return replace(self, start=start if left else 0, reading=left)


def lines_of(item: Waiting, number: int, count: int) -> tuple[str, ...]:
    """Give what is known of a letter, why it waits, and its fields; the first line names it."""
    place = _("Letter {number} of {count}: {document}")
    head = place.format(number=number, count=count, document=item.document.id)
    return (head, *_facts(item), *_reasons(item), *_fields(item), "")


def draw_letter(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Print these lines, the first one emphasised; gives them."""
    head = lines[0]
    for line in lines:
        output.line(line, "bold" if line is head else "")
    return lines


def room_below(lines: tuple[str, ...]) -> int:
    """Tell how many lines of text have room below these."""
    return max(output.room((*lines, _keys())) - _LINES_BELOW, 0)


def draw_text(portion: Portion, room: int | None) -> Portion:
    """Print a portion of the text, as much as there is room for; gives what was shown."""
    count = _LINES_IN_PLAIN_MODE if room is None else room
    shown = replace(portion, count=count, width=output.width())
    lines = shown.lines()
    for line in lines[portion.start : portion.start + count]:
        output.line(line)
    left = len(lines) - portion.start - count
    if left > 0:
        output.line(_("(t: {count} more lines)").format(count=left))
    return shown


def draw_keys() -> None:
    """Print the keys that are needed most."""
    output.line(_keys())


def _keys() -> str:
    return _("n next, p back, t text, c class, a Akte, f field, o open, r release, q leave")


def _facts(item: Waiting) -> Iterator[str]:
    letter = item.document
    kind = letter.classification
    name = item.class_name or _("unknown")
    yield _("class: {name} ({share:.0%})").format(name=name, share=kind.confidence)
    if kind.reasons:
        yield _("decided by: {reasons}").format(reasons="; ".join(kind.reasons))
    akte = letter.aktenzeichen or _("unknown")
    yield f"Akte: {akte}"
    if letter.deadline:
        told = _("deadline: {date} ({rule})")
        yield told.format(date=letter.deadline, rule=letter.deadline_rule)
    if item.deadline != letter.deadline:
        yield _("due of what is held behind it: {date}").format(date=item.deadline)
    received, day = (
        _("received: {at:%Y-%m-%d}, {file}, pages {pages}"),
        local_day(letter.received_at),
    )
    yield received.format(at=day, file=item.file, pages=ranges(letter.pages))


def _reasons(item: Waiting) -> Iterator[str]:
    yield _("It waits because:")
    yield from (f"* {reason}" for reason in item.reasons)
    yield from (f"- {note}" for note in item.notes)


def _fields(item: Waiting) -> Iterator[str]:
    for field in item.document.extraction.fields:
        evidence = _("page {page}, {share:.0%}, {rule}")
        told = evidence.format(page=field.page, share=field.confidence, rule=field.rule)
        told = "; ".join((told, _(field.doubt))) if field.doubt else told
        yield f"{field.name.value}: {field.value or field.read}  ({told})"


def declaration(letter: Document, person: str) -> str:
    """Say what a person declares by releasing a letter: what its Transfervermerk will claim."""
    text = _(
        "{person}, you declare that you checked every page, and that it matches the paper in "
        "picture and content."
    )
    if any(each.code is FindingCode.RENDERED for each in letter.findings):
        text = _(
            "{person}, you declare that you checked every page of this view; the file that came "
            "electronically is what counts."
        )
    return text.format(person=person)


def release_told(letter: Document) -> str:
    """Say what came of a release: done, or noted as that of the first of two persons."""
    text = _("Released {document}; `eakte watch` seals and files it.")
    if letter.first_look is not None:
        text = _("Noted for {document}; another person must release it, too.")
    return text.format(document=letter.id)
