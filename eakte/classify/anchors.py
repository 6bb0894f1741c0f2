"""The fixed points of a German business letter (DIN 5008), found by their words (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from eakte.classify.layout import Layout, Line

_NAME = r"[A-ZÄÖÜ][\w-]{2,}(?:\s+(?:am|an\s+der|im|in|ob\s+der)\s+[A-ZÄÖÜ][\w-]+)?"
RECIPIENT = re.compile(
    r"^\W*(?:An\s+(?:die|das|den)\s+)?(?:Herrn?\s+)?(?:Ober)?(?:Stadt(?:verwaltung)?|"
    r"Bürgermeister(?:amt|in)?|(?:Große\s+Kreis)stadt|Gemeinde(?:verwaltung)?|Rathaus)\s*"
    rf"(?:der\s+Stadt\s+)?(?:{_NAME}\W*)?$|^\W*(?:An\s+)?(?:die\s+)?Stadt\s+{_NAME}\W*(?:,|$)",
    re.IGNORECASE,
)
_GREETINGS = ("sehr geehrte", "sehr verehrte", "guten tag", "guten morgen", "hallo", "grüß gott")
_WARM = re.compile(r"^\W*(?:Liebe[rs]?|Werte[rs]?|Verehrte[rs]?)\s+\w", re.IGNORECASE)
_CLOSING = re.compile(
    r"^\W*(?:\S+\s+){0,5}(?:Gr[uüi]+(?:ß|ss|B|b|f)en?|Gr[uüi]+(?:ß|ss|B)|Hochachtung\w*|Empfehlung\w*|"
    r"grüßen?\s.*)\W*(?:aus\s.*|von\s.*)?$",
    re.IGNORECASE,
)
LABEL = re.compile(
    r"^\W*(?:Ihr(?:e|er|en)?|Unser(?:e)?|Mein)?\s*(?:Zeichen|Aktenzeichen|Az\.?|Geschäftszeichen|"
    r"Nachricht|Schreiben|Bescheid|Bestellung|Auftrag|Telefon|Telefax|Tel\.?|Fax|E-?Mail|Mobil|"
    r"Internet|Datum|Kunden-?(?:Nr\.?|nummer)|Rechnungs-?(?:Nr\.?|nummer|datum)|Kassenzeichen|"
    r"Buchungszeichen|Liefer(?:datum|schein)|Leistungs(?:datum|zeitraum)|Ansprechpartner\w*|"
    r"Bearbeiter\w*|Durchwahl|Kennzeichen|Vorgang|Geboren|Geburtsdatum)\b[^:\d]{0,25}:",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Anchors:
    """Lines of the first page that others are placed by; None where the letter has none."""

    recipient: Line | None
    greeting: Line | None
    closing: Line | None


@lru_cache(maxsize=4096)
def is_greeting(text: str) -> bool:
    """Tell whether a line opens a letter; forgives a few wrong characters."""
    if _WARM.match(text):
        return True
    start = text.strip(" \t.,;:'\"„“*").casefold()
    for greeting in _GREETINGS:
        head = start[: len(greeting)]
        if head == greeting or (
            len(greeting) > 8  # noqa: PLR2004 - short ones must be exact
            and SequenceMatcher(None, head, greeting).ratio() >= 0.82  # noqa: PLR2004 - two wrong
        ):
            return True
    return False


def is_closing(text: str) -> bool:
    """Tell whether a line closes a letter."""
    return _CLOSING.match(text) is not None and len(text) < 60  # noqa: PLR2004 - no sentence


def anchors(page: Layout) -> Anchors:
    """Find the fixed points of a page."""
    return Anchors(
        next((line for line in page.lines if RECIPIENT.match(line.text)), None),
        next((line for line in page.lines if is_greeting(line.text)), None),
        next((line for line in page.lines if is_closing(line.text)), None),
    )
