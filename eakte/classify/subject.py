"""The subject of a letter (pure): the Betreff of DIN 5008, or the heading of a form."""

from __future__ import annotations

import re
from collections.abc import Sequence

from eakte.classify.anchors import LABEL, RECIPIENT, anchors, is_closing, is_greeting
from eakte.classify.layout import Layout, Line, union
from eakte.domain.german import dates_in
from eakte.domain.letters import Field, FieldName

_LABELLED = re.compile(r"^\W*(?:Betreff|Betrifft|Betr\.?|Thema)\s*[:.;]?\s+(?=\S)", re.IGNORECASE)
_PREFIX = re.compile(r"^\W*(?:Betreff|Betrifft|Betr\.?)\s*[:;]\s*", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]{3,}")
_KINDS = re.compile(
    r"^\W*(?:\S+\s+){0,3}\S*(?:antrag|anmeldung|ummeldung|abmeldung|rechnung|mahnung|erinnerung|anfrage|"
    r"widerspruch|einspruch|beschwerde|kündigung|bewerbung|bescheid|auskunft\w*|einladung|"
    r"akteneinsicht|angebot|mitteilung|erklärung|anzeige|vollmacht|bestätigung)\b",
    re.IGNORECASE,
)
_POSTCODE = re.compile(r"\b\d{5}\s+[A-ZÄÖÜ]")
_SECTION = re.compile(
    r"(?<![\w.,])(?:8|\$|S)\s+(?=\d{1,3}[a-z]?\s+(?:Abs|Satz|der|des|[A-ZÄÖÜ]\w*(?:O|G|GB|VO)\b))"
)
"""OCR reads § as 8, $ or S before the number of a section of law."""
_LONGEST = 4
"""Lines of a subject."""
_FAR = 3.6
_NEAR = 1.3
"""Gaps in heights of a line: to the greeting, within a subject."""
_TALL = 1.18
_ALIGNED = 14.0
_SUBJECT_LOW = 0.62


def subject(pages: Sequence[Layout]) -> Field | None:
    """Give the subject from the first page; None if the letter has none."""
    if not pages or not pages[0].lines:
        return None
    page = pages[0]
    return _labelled(page) or _before_greeting(page) or _heading(page) or _by_kind(page)


def _labelled(page: Layout) -> Field | None:
    for line in page.lines:
        if _LABELLED.match(line.text) and line.middle < _SUBJECT_LOW * page.height:
            return _field([line, *_following(page, line)], 0.95, "Betreff:")
    return None


def _following(page: Layout, first: Line, at_least: float = 0.0) -> list[Line]:
    """Give the lines below that carry a subject on: close, aligned, no greeting, no label.

    Each is at least so many times as high as the text.
    """
    lines: list[Line] = []
    last = first
    for line in _below(page, first):
        near = line.box.y0 - last.box.y1 < _NEAR * page.usual_height
        if not near or _is_other(line) or len(lines) + 1 >= _LONGEST:
            break
        if line.height < at_least * page.usual_height:
            break
        if line.box.x0 - first.box.x0 > -_ALIGNED:
            lines.append(line)
            last = line
    return lines


def _below(page: Layout, first: Line) -> list[Line]:
    return [
        line for line in page.lines if line.middle > first.box.y1 and line.box.x0 < page.width / 2
    ]


def _before_greeting(page: Layout) -> Field | None:
    """Climb from the greeting to the block above it that starts at the same left edge."""
    greeting = anchors(page).greeting
    if greeting is None:
        return None
    block: list[Line] = []
    below, reach = greeting, _FAR
    for line in reversed(page.lines):
        if line.middle >= greeting.box.y0 or abs(line.box.x0 - greeting.box.x0) > _ALIGNED:
            continue
        gap = below.box.y0 - line.box.y1
        if gap > reach * page.usual_height or len(block) == _LONGEST:
            break
        if RECIPIENT.match(line.text) or _POSTCODE.search(line.text):
            break
        if not _is_other(line):
            block.insert(0, line)
            reach = _NEAR
        below = line
    return _field(block, 0.93, "above the greeting") if _says_something(block) else None


def _heading(page: Layout) -> Field | None:
    """Give the first line set larger than the text, below the letterhead."""
    top = anchors(page).recipient
    start = _end_of_address(page, top) if top else 0.0
    tall = [
        line
        for line in page.lines
        if start < line.middle < _SUBJECT_LOW * page.height
        and line.height >= _TALL * page.usual_height
        and not _is_other(line)
        and _says_something([line])
    ]
    if not tall:
        return None
    first = tall[0] if top else max(tall, key=lambda line: line.height)
    return _field([first, *_following(page, first, at_least=_TALL)], 0.75, "heading")


def _end_of_address(page: Layout, recipient: Line) -> float:
    """Give where the address ends that begins with the recipient: at its postcode."""
    below = [line for line in page.lines if line.middle >= recipient.middle][:8]
    last = next((line for line in below if _POSTCODE.search(line.text)), recipient)
    return last.box.y1


def _by_kind(page: Layout) -> Field | None:
    """Give the first short line that names a kind of letter."""
    for line in page.lines:
        if line.middle < _SUBJECT_LOW * page.height and _KINDS.match(line.text):
            return _field([line], 0.55, "kind of letter")
    return None


def _is_other(line: Line) -> bool:
    """Tell lines that stand near a subject without belonging to it."""
    if RECIPIENT.match(line.text) or _POSTCODE.search(line.text):
        return True
    if LABEL.match(line.text) or is_greeting(line.text) or is_closing(line.text):
        return True
    rest = line.text
    for reading in dates_in(line.text):
        rest = rest.replace(line.text[reading.start : reading.end], "")
    return rest != line.text and len(_WORDS.findall(rest.replace("den", ""))) <= 1


def _says_something(lines: Sequence[Line]) -> bool:
    return bool(lines) and bool(_WORDS.search(" ".join(line.text for line in lines)))


def _field(lines: Sequence[Line], trust: float, rule: str) -> Field:
    read = " ".join(line.text for line in lines)
    bare = _PREFIX.sub("", _LABELLED.sub("", _joined(lines)))
    value = " ".join(_SECTION.sub("§ ", bare).split()).strip(" |_")
    sure = min(line.confidence for line in lines)
    stored = [line.stored for line in lines if line.stored is not None]
    box = union(stored) if stored else None
    confidence = round(trust * (0.7 + 0.3 * sure), 3)
    return Field(FieldName.SUBJECT, value, read, confidence, rule, lines[0].page, box)


def _joined(lines: Sequence[Line]) -> str:
    """Join lines; a word broken at the end of a line becomes whole again."""
    text = lines[0].text
    for line in lines[1:]:
        broken = re.search(r"[a-zäöüß]-$", text) and re.match(
            r"(?!und\b|oder\b)[a-zäöüß]", line.text
        )
        text = text[:-1] + line.text if broken else f"{text} {line.text}"
    return text
