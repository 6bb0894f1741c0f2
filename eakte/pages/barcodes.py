"""What a barcode says to eakte: strict patterns over its whole text, and nothing else.

    PATCHT                    a new letter begins here (what other programs print, too)
    EAKTE T AZ                the same, and the letter belongs to that Akte
    AZ:AZ   or   AZ           the letter that bears it belongs to that Akte
    EAKTE V BATCH PAGES SIDE  a Vorblatt; SIDE is BOTH, ODD, EVEN (scanned back to front, as after
                              turning the stack) or EVEN-IN-ORDER; PAGES 0 means not told

AZ is an Aktenzeichen in canonical form; BATCH is 1 to 20 of A-Z, 0-9 and inner hyphens. A text that
begins like one of these and is none of them is doubtful: shown to a person, never used. All other
barcodes (addresses, articles, parcels, transfers, postage) are no business of ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from eakte.domain.akten import is_aktenzeichen
from eakte.domain.mail import Batch, Mark, MarkKind, Side

SPLIT = "PATCHT"

_SPLIT_PREFIX, _AKTENZEICHEN_PREFIX = "EAKTE T ", "AZ:"
_BATCH_NUMBER = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,18}[A-Z0-9])?")
_COVER = re.compile(
    rf"EAKTE V (?P<number>{_BATCH_NUMBER.pattern}) (?P<pages>0|[1-9][0-9]{{0,3}}) "
    r"(?P<side>BOTH|ODD|EVEN|EVEN-IN-ORDER)"
)
_LIKE_OURS = re.compile(
    r"\W*(?:PATCH|EAKTE\b|AZ\s*:|AZ\W+[0-9]|[0-9]{2}(?:[.,][0-9]{1,2})?\s*[-/]\s*[0-9]{3}[.,])",
    re.IGNORECASE,
)
_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Reading:
    """What one barcode says: its marks, or what is doubtful about it; both empty if foreign."""

    marks: tuple[Mark, ...] = ()
    doubt: str = ""
    """The text as read, shortened and printable."""


def understand(text: str, symbology: str) -> Reading:
    """Say what a barcode's text means; only a match of the whole text means anything."""
    if text == SPLIT:
        return Reading((Mark(MarkKind.SPLIT, text, symbology),))
    if _COVER.fullmatch(text):
        return Reading((Mark(MarkKind.COVER, text, symbology),))
    split = text.startswith(_SPLIT_PREFIX)
    aktenzeichen = text.removeprefix(_SPLIT_PREFIX if split else _AKTENZEICHEN_PREFIX)
    if text.isascii() and is_aktenzeichen(aktenzeichen):
        named = Mark(MarkKind.AKTENZEICHEN, aktenzeichen, symbology)
        return Reading((Mark(MarkKind.SPLIT, text, symbology), named) if split else (named,))
    return Reading(doubt=_shown(text) if _LIKE_OURS.match(text) else "")


def batch(text: str) -> Batch:
    """Give what the text of a COVER mark says; raises ValueError for any other text."""
    match = _COVER.fullmatch(text)
    if match is None:
        raise ValueError(text)
    side, _hyphen, order = match["side"].lower().partition("-")
    return Batch(match["number"], int(match["pages"]), Side(side), bool(order))


def separator_text(aktenzeichen: str = "") -> str:
    """Give the text for a separator sheet, perhaps with the Akte of the letter after it."""
    return f"{_SPLIT_PREFIX}{aktenzeichen}" if aktenzeichen else SPLIT


def cover_text(described: Batch) -> str:
    """Give the text for a Vorblatt."""
    side = described.side.value.upper() + ("-IN-ORDER" if described.in_order else "")
    return f"EAKTE V {described.number} {described.pages} {side}"


def is_batch_number(text: str) -> bool:
    """Tell whether a Vorblatt can bear this batch number."""
    return _BATCH_NUMBER.fullmatch(text) is not None


def _shown(text: str) -> str:
    printable = "".join(each if each.isprintable() else "\ufffd" for each in text)
    return printable if len(printable) <= _LONGEST_SHOWN else printable[:_LONGEST_SHOWN] + "…"
