"""Addresses of a letter (pure): the sender's, and the office of the city that it is for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from eakte.classify.anchors import anchors
from eakte.classify.layout import Layout, Line, union
from eakte.domain.letters import Field, FieldName

_TOWN = re.compile(
    r"(?<!\d)(?:D-)?(?P<code>[0-9OlI|]{5})\s+(?P<town>[A-ZÄÖÜ][\wäöüß.-]+(?:[\s-](?:am|an|der|im|in|ob|bei|[A-ZÄÖÜ(][\w.)-]*))*)"
)
_STREET = re.compile(
    r"[A-ZÄÖÜ][\w.'’-]*(?:\s+[\wäöüÄÖÜß.'’-]+){0,4}\s+\d{1,4}\s?[a-zA-Z]?(?:\s?[-/]\s?\d{1,4}\s?[a-zA-Z]?)?(?![\w.])"
)
_SEPARATOR = re.compile(r"\s*[·•∙*|»«;,]\s*|\s+[-–—.+:]\s+")
_AS_DIGIT = str.maketrans("OlI|", "0111")
_OFFICE = re.compile(
    r"\b(?:\w*(?:amt|büro|stelle|kasse|kämmerei|verwaltung|abteilung|referat|dezernat|archiv|bauhof|betrieb\w*|"
    r"bürgermeister\w*|gemeinderat\w*|schule|rat|dienst\w*|sachgebiet|fachbereich|beschaffung|zahlungsverkehr))\b",
    re.IGNORECASE,
)
_RETURN_LINE, _HEAD, _FOOT = 0.92, 0.85, 0.7
_RECIPIENT = 0.93
_MOST_LINES = 4
_FOOT_FROM = 0.88


def sender_address(pages: Sequence[Layout], sender: str) -> tuple[Field, ...]:
    """Give street and town of the sender as `Lindenweg 14, 79999 Neuenfurt`; () without one.

    It stands in the return line above the window, in the head, or in the footer of a firm.
    """
    if not pages:
        return ()
    page = pages[0]
    recipient = anchors(page).recipient
    limit = recipient.box.y0 if recipient else 0.3 * page.height
    found = [*_in_head(page, limit), *_in_foot(page)]
    named = [each for each in found if sender and _shares_word(each[0], sender)]
    best = next(iter(named), None) or next(iter(found), None)
    if best is None:
        return ()
    lines, value, trust, rule = best
    return (_field(FieldName.SENDER_ADDRESS, lines, value, trust, rule),)


_Found = tuple[list[Line], str, float, str]


def _in_head(page: Layout, limit: float) -> Iterator[_Found]:
    """Find return lines (all in one line), then a street above a town."""
    head = [line for line in page.lines if line.middle < limit]
    for line in head:
        value = _in_one_line(line.text)
        if value:
            yield [line], value, _RETURN_LINE, "return line"
    yield from _stacked(head, _HEAD, "head")


def _in_foot(page: Layout) -> Iterator[_Found]:
    foot = [line for line in page.lines if line.middle > _FOOT_FROM * page.height]
    for line in foot:
        value = _in_one_line(line.text)
        if value:
            yield [line], value, _FOOT, "footer"
    yield from _stacked(foot, _FOOT, "footer")


def _in_one_line(text: str) -> str:
    """Give street and town out of `name · street · town`."""
    town = _TOWN.search(text)
    if not town:
        return ""
    parts = [part for part in _SEPARATOR.split(text[: town.start()]) if part.strip()]
    street = parts[-1].strip() if parts else ""
    return f"{street}, {_town(town)}" if _STREET.fullmatch(street) else ""


def _stacked(lines: Sequence[Line], trust: float, rule: str) -> Iterator[_Found]:
    """Find a town with the street in the line above it, at the same left edge."""
    for line in lines:
        town = _TOWN.match(line.text)
        over = [
            each
            for each in lines
            if 0 < line.middle - each.middle < 2.2 * max(line.height, 8.0)
            and abs(each.box.x0 - line.box.x0) < 5.0  # noqa: PLR2004 - points
        ]
        street = _STREET.search(over[-1].text) if over else None
        if town and street:
            yield [over[-1], line], f"{street.group()}, {_town(town)}", trust, rule


def _town(found: re.Match[str]) -> str:
    return f"{found['code'].translate(_AS_DIGIT)} {found['town']}"


def _shares_word(lines: Sequence[Line], sender: str) -> bool:
    text = " ".join(line.text for line in lines).casefold()
    return any(word in text for word in re.findall(r"\w{4,}", sender.casefold()))


def recipient_office(pages: Sequence[Layout]) -> tuple[Field, ...]:
    """Give the office in the lines below the city's name in the address; () without one."""
    recipient = anchors(pages[0]).recipient if pages else None
    if recipient is None:
        return ()
    for line in _window(pages[0], recipient):
        if _TOWN.search(line.text) or _STREET.fullmatch(line.text):
            break
        value = line.text.strip(" ,;:·-–")
        if _OFFICE.search(value) and value[:1].isupper():
            return (_field(FieldName.RECIPIENT, [line], value, _RECIPIENT, "address"),)
    return ()


def _window(page: Layout, recipient: Line) -> list[Line]:
    """Give the lines of the address below its first one."""
    reach = _MOST_LINES * 2.2 * max(recipient.height, 8.0)
    return [
        line
        for line in page.lines
        if recipient.middle < line.middle < recipient.middle + reach
        and abs(line.box.x0 - recipient.box.x0) < 12.0  # noqa: PLR2004 - points
    ]


def _field(name: FieldName, lines: Sequence[Line], value: str, trust: float, rule: str) -> Field:
    stored = [line.stored for line in lines if line.stored is not None]
    sure = min(line.confidence for line in lines)
    read = " / ".join(line.text for line in lines)
    confidence = round(trust * (0.7 + 0.3 * sure), 3)
    return Field(
        name, value, read, confidence, rule, lines[0].page, union(stored) if stored else None
    )
