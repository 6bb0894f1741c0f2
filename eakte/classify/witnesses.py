"""The places of a letter that name its sender (pure): each a witness with a trust of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eakte.classify.anchors import LABEL, RECIPIENT, Anchors, anchors, is_closing, is_greeting
from eakte.classify.layout import Layout, Line
from eakte.domain.german import dates_in


@dataclass(frozen=True)
class Witness:
    """A name as one place gives it; `trust` is how often such a place is right."""

    name: str
    line: Line
    trust: float
    rule: str


_LABEL = re.compile(r"^\W*(?:Absender(?:in)?|Von)\s*:\s*(?=\S)", re.IGNORECASE)
_POSTCODE = re.compile(r"\b[0-9OlI]{5}\s+[A-ZÄÖÜ]")
_STREET = re.compile(
    r"(?:stra(?:ß|ss|B)e|str\.|weg|gasse|platz|allee|ring|hof|berg|damm|ufer|steig)\b.{0,3}\s*\d",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s*[·•∙*|»«;,]\s*|\s+[-–—.+:]\s+")
_ROLE = re.compile(r"^(?:gez\.?|i\.\s?[AV]\.|Ihre?)\s+", re.IGNORECASE)
_COUNCILLOR = re.compile(r"\b(?:Stadtr[aä]t|Gemeinder[aä]t)(?:in)?\s+(?P<name>[A-ZÄÖÜ].+)")
_NAME = re.compile(
    r"^(?:(?:Dr|Prof|Dipl)\.?(?:-\w+\.?)?\s+)*[A-ZÄÖÜ][\w'’.-]+"
    r"(?:\s+(?:und|u\.|&|von|van|zu|der|de|zur|im|am|e\.|K\.|V\.|[A-ZÄÖÜ][\w'’.&-]*)){1,6}$"
)
_ORGANISATION = re.compile(
    r"\b(?:[A-ZÄÖÜ][\w-]*(?:verein|verband|gesellschaft|chor|kreis|forum)|Verein|Verband|Initiative|"
    r"Musikverein|Förderverein)\b(?:\s+(?:[A-ZÄÖÜ][\w-]+|für|der|und|e\.\s?V\.)){1,5}"
)
_SECTION = re.compile(
    r"^\W*(?:\d+\s?[.,)]\s*)?(?:Angaben|Daten|Sorge|Erzieh|Antrag|Bauherr|Eltern|Kind|Schüler|Person)",
    re.IGNORECASE,
)
_ABOUT_CHILD = re.compile(r"\b(?:Kind(?:es)?|Schülerin|Schülers?)\b", re.IGNORECASE)
_CELL = re.compile(r"^\W*(?P<label>[^:]{3,40}?)\s*:\s*(?P<value>\S.*)$")
_APPLICANT = re.compile(r"^\W*(?:Antragsteller|Absender|Anmelder|Firma\b|Bauherr)", re.IGNORECASE)
_BOTH_NAMES = re.compile(r"^\W*(?:Familien|Nach)?name\s*,\s*Vorname", re.IGNORECASE)
_SURNAME = re.compile(r"^\W*(?:Familienname|Nachname)", re.IGNORECASE)
_FIRST_NAMES = re.compile(r"^\W*(?:Vor|Vom|Ruf)n?ame", re.IGNORECASE)
_NOISE = re.compile(
    r"\b(?:Vordruck|Formular|Seite|Stand|Telefon|Tel|Fax|IBAN|BIC|Bank|www|http|Anlagen?|Datum|Ort|"
    r"Unterschrift|Betreff|Einschreiben|Abteilung|Eingang|Kopie)\b|@|Sehr\s+geehrte|"
    r"^\W*\w+,\s*(?:den\s+|im\s+)?\d",
    re.IGNORECASE,
)
_AROUND = " \t,;:·•|*-–—_'\"„“\u201a\u2018\u2019`\u00b4«»"
"""What OCR makes of specks beside a name, and the quotes and separators around one."""
_SHORTEST = 4
_NUMBERED = re.compile(r"^\W*[A-ZÄÖÜ].*\s\d{1,4}\s?[a-z]?\W*$")
_BLOCK, _ALIGNED = 3.6, 6.0
"""How far an address reaches below its name, in heights of a line; points that edges may differ."""
_HEAD, _FOOT = 0.17, 0.92


def witnesses(pages: Sequence[Layout]) -> tuple[Witness, ...]:
    """Give all that could be the name of the sender."""
    first = pages[0]
    fixed = anchors(first)
    found = [
        *_labelled(first),
        *_return_line(first, fixed),
        *_letterhead(first, fixed),
        *_address_block(first, fixed),
        *_organisation(first, fixed),
        *(each for page in pages for each in _signed(page)),
        *_form(first),
        *_footer(first),
    ]
    return tuple(each for each in found if _is_name(each.name))


def _is_name(name: str) -> bool:
    letters = sum(each.isalpha() for each in name)
    return (
        letters >= _SHORTEST
        and letters >= 0.7 * len(name.replace(" ", ""))
        and name[0].isalnum()
        and not any(other.search(name) for other in (RECIPIENT, _NOISE))
        and not is_greeting(name)
        and not is_closing(name)
    )


def _clean(text: str) -> str:
    councillor = _COUNCILLOR.search(text)
    name = councillor["name"] if councillor else _ROLE.sub("", text)
    return name.strip(_AROUND)


def _labelled(page: Layout) -> Iterator[Witness]:
    for row in page.rows:
        text = " ".join(line.text for line in row)
        found = _LABEL.match(text)
        if found:
            name = _clean(_SEPARATOR.split(text[found.end() :])[0])
            yield Witness(name, row[-1], 0.8, "label")


def _return_line(page: Layout, fixed: Anchors) -> Iterator[Witness]:
    """The small line above the window: name · street · place."""
    limit = fixed.recipient.box.y0 if fixed.recipient else 0.3 * page.height
    for line in page.lines:
        if line.middle < limit and _POSTCODE.search(line.text):
            pieces = [piece for piece in _SEPARATOR.split(line.text) if piece.strip()]
            whole = next((piece for piece in pieces if _COUNCILLOR.search(piece)), pieces[0])
            if len(pieces) > 1 and not _STREET.search(whole):
                yield Witness(_clean(whole), line, 0.75, "return line")


def _address_block(page: Layout, fixed: Anchors) -> Iterator[Witness]:
    """The line above street and town at the head of a private letter."""
    limit = fixed.recipient.box.y0 if fixed.recipient else _HEAD * page.height
    head = [line for line in page.lines if line.middle < limit]
    for line in head:
        below = [
            each.text
            for each in head
            if 0 < each.middle - line.middle < _BLOCK * page.usual_height
            and abs(each.box.x0 - line.box.x0) < _ALIGNED
        ]
        addressed = any(map(_NUMBERED.search, below)) and any(map(_POSTCODE.match, below))
        if addressed and not (_NUMBERED.search(line.text) or _POSTCODE.search(line.text)):
            yield Witness(_clean(line.text), line, 0.75, "address block")


def _letterhead(page: Layout, fixed: Anchors) -> Iterator[Witness]:
    """The largest line of the head; a councillor named in it is the sender."""
    limit = min(fixed.recipient.box.y0 if fixed.recipient else page.height, _HEAD * page.height)
    head = [line for line in page.lines if line.middle < limit and not _is_address(line)]
    for line in head:
        if _COUNCILLOR.search(line.text):
            yield Witness(_clean(line.text), line, 0.8, "letterhead")
    if head:
        largest = max(head, key=lambda line: line.height)
        tall = largest.height >= 1.25 * page.usual_height
        yield Witness(_clean(largest.text), largest, 0.6 if tall else 0.4, "letterhead")


def _is_address(line: Line) -> bool:
    return bool(
        _POSTCODE.search(line.text)
        or _STREET.search(line.text)
        or LABEL.match(line.text)
        or list(dates_in(line.text))
    )


def _organisation(page: Layout, fixed: Anchors) -> Iterator[Witness]:
    """A club that a letter without recipient (an invitation, say) names before its greeting."""
    if fixed.recipient is None and fixed.greeting is not None:
        for line in page.lines:
            found = _ORGANISATION.search(line.text)
            if found and line.middle < fixed.greeting.middle:
                yield Witness(_clean(found.group()), line, 0.7, "organisation")


def _signed(page: Layout) -> Iterator[Witness]:
    """The first name within the lines that follow a closing."""
    closing = next((line for line in page.lines if is_closing(line.text)), None)
    if closing is None:
        return
    after = [line for line in page.lines if line.middle > closing.box.y1]
    for line in [each for each in after if each.box.x0 < page.width / 2][:5]:
        name = _clean(line.text)
        if _NAME.match(name) and _is_name(name):
            yield Witness(name, line, 0.6, "signature")
            return


def _form(page: Layout) -> Iterator[Witness]:
    """The fields of a form: the applicant, or family name and first name; no child's."""
    cells = [cell for row in page.rows for line in row if (cell := _cell(page, line))]
    for place, (label, value, line) in enumerate(cells):
        if _concerns_child(page, line):
            continue
        if _APPLICANT.match(label):
            yield Witness(_clean(value), line, 0.7, "form")
        elif _BOTH_NAMES.match(label) and "," in value:
            last, first = value.split(",", 1)
            yield Witness(f"{_clean(first)} {_clean(last)}", line, 0.6, "form")
            return
        elif _SURNAME.match(label) and place + 1 < len(cells):
            next_label, first, _ = cells[place + 1]
            if _FIRST_NAMES.match(next_label):
                yield Witness(f"{_clean(first).split(' ')[0]} {_clean(value)}", line, 0.6, "form")


def _cell(page: Layout, line: Line) -> tuple[str, str, Line] | None:
    """Give label, value and line of a field: `label: value`, or the value below its label."""
    found = _CELL.match(line.text)
    if found:
        return found["label"], found["value"], line
    over = page.above(line)
    return (over.text, line.text, line) if over is not None else None


def _concerns_child(page: Layout, line: Line) -> bool:
    over = [each for each in page.lines if each.middle < line.middle - line.height]
    section = next((each for each in reversed(over) if _SECTION.match(each.text)), None)
    return section is not None and _ABOUT_CHILD.search(section.text) is not None


def _footer(page: Layout) -> Iterator[Witness]:
    """The leftmost column at the foot of a firm's letter begins with its name."""
    foot = [line for line in page.lines if line.middle > _FOOT * page.height]
    if foot:
        first = min(foot, key=lambda line: (round(line.middle / 6), line.box.x0))
        yield Witness(_clean(first.text), first, 0.3, "footer")
