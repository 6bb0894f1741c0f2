"""The sender of a letter (pure): what several places of a letter agree on.

A name may stand above the window (return line), in the letterhead, below the closing, in the footer
and in the fields of a form. Each place is a witness with a trust of its own; witnesses whose
readings resemble each other speak together, and the reading that OCR was surest of is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from eakte.classify.anchors import LABEL, RECIPIENT, Anchors, anchors, is_closing, is_greeting
from eakte.classify.layout import Layout, Line
from eakte.domain.german import dates_in
from eakte.domain.letters import Field, FieldName

_LABEL = re.compile(
    r"^\W*(?:Absender(?:in)?|Von|Antragsteller(?:in)?)\s*:?\s+(?=\S)", re.IGNORECASE
)
_POSTCODE = re.compile(r"\b[0-9OlI]{5}\s+[A-ZÄÖÜ]")
_STREET = re.compile(
    r"(?:stra(?:ß|ss|B)e|str\.|weg|gasse|platz|allee|ring|hof|berg|damm|ufer|steig)\b.{0,3}\s*\d",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s*[·•∙*|»«;,]\s*|\s+[-–—.+:]\s+")
_ROLE = re.compile(
    r"^(?:Stadtr[aä]t(?:in)?|Gemeinder[aä]t(?:in)?|gez\.?|i\.\s?[AV]\.|Ihre?)\s+",
    re.IGNORECASE,
)
_COUNCILLOR = re.compile(r"\b(?:Stadtr[aä]t|Gemeinder[aä]t)(?:in)?\s+(?P<name>[A-ZÄÖÜ].+)")
_NAME = re.compile(
    r"^(?:(?:Dr|Prof|Dipl)\.?(?:-\w+\.?)?\s+)*[A-ZÄÖÜ][\w'’.-]+"
    r"(?:\s+(?:und|u\.|&|von|van|zu|der|de|zur|im|am|e\.|K\.|V\.|[A-ZÄÖÜ][\w'’.&-]*)){1,6}$"
)
_SURNAME = re.compile(
    r"^\W*(?:Familienname|Nachname|Name)(?:\s*\([^)]*\))?\s*:\s*(?P<last>[A-ZÄÖÜ][\w'-]+(?:\s[A-ZÄÖÜ][\w'-]+)?)\W*$",
    re.IGNORECASE,
)
_FIRSTNAME = re.compile(r"\bVorname(?:n)?\s*:\s*(?P<first>[A-ZÄÖÜ][\w'-]+)")
_BOTH = re.compile(
    r"\bName,\s*Vorname(?:\s*\([^)]*\))?\s*:\s*(?P<last>[^,:]+),\s*(?P<first>[\w' -]+)"
)
_NOISE = re.compile(
    r"\b(?:Vordruck|Formular|Seite|Stand|Telefon|Tel|Fax|IBAN|BIC|Bank|www|http|Anlagen?|Unterschrift|"
    r"Datum|Ort|Betreff|Einschreiben|Abteilung|Eingang|Kopie)\b|@|Sehr\s+geehrte|Neuenfurt,",
    re.IGNORECASE,
)
_ALIKE = 0.8
_SHORTEST = 4


@dataclass(frozen=True)
class _Witness:
    name: str
    line: Line
    trust: float
    rule: str


def sender(pages: Sequence[Layout]) -> Field | None:
    """Give person or organisation that wrote a letter; None if no place names one."""
    if not pages:
        return None
    first = pages[0]
    fixed = anchors(first)
    found = [
        *_labelled(first),
        *_return_line(first, fixed),
        *_letterhead(first, fixed),
        *(each for page in pages for each in _signed(page)),
        *_form(first),
        *_footer(first),
    ]
    named = [each for each in found if _is_name(each.name)]
    if not named:
        return None
    groups = [[other for other in named if _alike(each.name, other.name)] for each in named]
    return _field(max(groups, key=_agreement))


def _agreement(witnesses: Sequence[_Witness]) -> float:
    """Give how likely at least one is right; a place counts once."""
    doubt = 1.0
    for rule in {each.rule for each in witnesses}:
        best = max(_weight(each) for each in witnesses if each.rule == rule)
        doubt *= 1 - best
    return 1 - doubt


def _weight(witness: _Witness) -> float:
    return witness.trust * (0.6 + 0.4 * witness.line.confidence)


def _field(witnesses: Sequence[_Witness]) -> Field:
    best = max(witnesses, key=lambda each: each.line.confidence * (0.5 + 0.5 * each.trust))
    start = best.line.text.find(best.name)
    box, _ = best.line.evidence(max(start, 0), max(start, 0) + len(best.name))
    return Field(
        FieldName.SENDER,
        best.name,
        best.line.text,
        round(min(0.99, _agreement(witnesses)), 3),
        " + ".join(dict.fromkeys(each.rule for each in witnesses)),
        best.line.page,
        box,
    )


def _alike(left: str, right: str) -> bool:
    return SequenceMatcher(None, left.casefold(), right.casefold()).ratio() >= _ALIKE


def _is_name(name: str) -> bool:
    letters = sum(each.isalpha() for each in name)
    return (
        letters >= _SHORTEST
        and letters >= 0.7 * len(name.replace(" ", ""))
        and not RECIPIENT.match(name)
        and not _NOISE.search(name)
        and not is_greeting(name)
        and not is_closing(name)
        and name[0].isalnum()
    )


def _clean(text: str) -> str:
    councillor = _COUNCILLOR.search(text)
    name = councillor["name"] if councillor else _ROLE.sub("", text)
    return name.strip(" \t,;:·•|*-–—_'\"„“")


def _labelled(page: Layout) -> Iterator[_Witness]:
    for row in page.rows:
        text = " ".join(line.text for line in row)
        found = _LABEL.match(text)
        if found:
            name = _clean(_SEPARATOR.split(text[found.end() :])[0])
            yield _Witness(name, row[-1], 0.8, "label")


def _return_line(page: Layout, fixed: Anchors) -> Iterator[_Witness]:
    """The small line above the window: name · street · place."""
    limit = fixed.recipient.box.y0 if fixed.recipient else 0.3 * page.height
    for line in page.lines:
        if line.middle < limit and _POSTCODE.search(line.text):
            pieces = [piece for piece in _SEPARATOR.split(line.text) if piece.strip()]
            whole = next((piece for piece in pieces if _COUNCILLOR.search(piece)), pieces[0])
            if len(pieces) > 1 and not _STREET.search(whole):
                yield _Witness(_clean(whole), line, 0.75, "return line")


def _letterhead(page: Layout, fixed: Anchors) -> Iterator[_Witness]:
    """The largest line of the head; a councillor named in it is the sender."""
    limit = min(fixed.recipient.box.y0 if fixed.recipient else page.height, 0.17 * page.height)
    head = [line for line in page.lines if line.middle < limit and not _is_plain(line)]
    for line in head:
        if _COUNCILLOR.search(line.text):
            yield _Witness(_clean(line.text), line, 0.8, "letterhead")
    if head:
        largest = max(head, key=lambda line: line.height)
        tall = largest.height >= 1.25 * page.usual_height
        yield _Witness(_clean(largest.text), largest, 0.6 if tall else 0.4, "letterhead")


def _is_plain(line: Line) -> bool:
    return bool(
        _POSTCODE.search(line.text)
        or _STREET.search(line.text)
        or LABEL.match(line.text)
        or list(dates_in(line.text))
    )


def _signed(page: Layout) -> Iterator[_Witness]:
    """The first name within the lines that follow a closing."""
    closings = [line for line in page.lines if is_closing(line.text)]
    for closing in closings[:1]:
        after = [line for line in page.lines if line.middle > closing.box.y1]
        for line in [each for each in after if each.box.x0 < page.width / 2][:5]:
            name = _clean(line.text)
            if _NAME.match(name) and _is_name(name):
                yield _Witness(name, line, 0.6, "signature")
                return


def _form(page: Layout) -> Iterator[_Witness]:
    """The fields of a form: family name and first name, apart or in one."""
    for row in page.rows:
        text = " ".join(line.text for line in row)
        both = _BOTH.search(text)
        if both:
            yield _Witness(f"{both['first'].strip()} {both['last'].strip()}", row[0], 0.55, "form")
            return
        last, first = _SURNAME.match(row[0].text), _FIRSTNAME.search(text)
        if last and first:
            yield _Witness(f"{first['first']} {last['last']}", row[0], 0.5, "form")


def _footer(page: Layout) -> Iterator[_Witness]:
    """The leftmost column at the foot of a firm's letter begins with its name."""
    foot = [line for line in page.lines if line.middle > 0.92 * page.height]
    if foot:
        first = min(foot, key=lambda line: (round(line.middle / 6), line.box.x0))
        yield _Witness(_clean(first.text), first, 0.3, "footer")
