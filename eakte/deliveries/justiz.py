"""What the covering files of an EGVP, beA or beBPo delivery say: vhn.xml, xjustiz_nachricht.xml.

Namespaces and nesting differ between versions, so elements are told by their local names, and what
is not understood is shown as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from eakte.deliveries.xml import leaves, read_xml, value
from eakte.domain.findings import Finding, FindingCode
from eakte.errors import UnusableInputError
from eakte.typeset import Block, Heading, Table, Text

_COVERING = re.compile(
    r"(?:.*/)?(?:vhn\.xml|nachricht\.xml|[^/]*xjustiz_nachricht[^/]*\.xml|[^/]*visitenkarte\.xml)",
    re.IGNORECASE,
)
_LABELS = (
    ("Aktenzeichen des Absenders:", r"aktenzeichen\W?absender|absender.*aktenzeichen"),
    (
        "Aktenzeichen des Empfängers:",
        r"aktenzeichen\W?empf(?:ae|ä)nger|empf(?:ae|ä)nger.*aktenzeichen",
    ),
    ("Aktenzeichen:", r"aktenzeichen[^/]*$"),
    ("Absender:", r"absender"),
    ("Empfänger:", r"empf(?:ae|ä)nger"),
    ("Zeitpunkt:", r"(?:zeitpunkt|versand_?zeit|eingangs_?zeit|sende_?datum)[^/]*$"),
    ("Betreff:", r"(?:betreff|subject)[^/]*$"),
    ("Nachrichten-ID:", r"nachrichten_?id$"),
    ("Dokument:", r"/dokument(?:\[\d+\])?/.*(?:anzeigename|dateiname)$"),
)
_MOST_ROWS = 2000


def is_covering(name: str) -> bool:
    """Tell whether a file of a delivery says who sent what to whom."""
    return bool(_COVERING.fullmatch(name))


@dataclass(frozen=True)
class Covering:
    """What a covering file says: what eakte understands, all the rest, and what is wrong."""

    known: tuple[Block, ...]
    rest: tuple[Block, ...] = ()
    findings: tuple[Finding, ...] = ()


def covering(name: str, path: Path) -> Covering:
    """Read a covering file; one that cannot be read is a finding."""
    heading = Heading(f"Angaben aus {name}", 2)
    try:
        root = read_xml(path)
    except UnusableInputError as refusal:
        code = FindingCode(str(refusal.facts["reason"]))
        unreadable = (heading, Text("Die Datei ist nicht lesbar."))
        return Covering(unreadable, findings=(Finding(code, detail=name),))
    rows = [(place.partition("/")[2], value(each)) for place, each in leaves(root) if value(each)]
    known = [(label, said) for place, said in rows if (label := _label(place))]
    other = [(place, said) for place, said in rows if not _label(place)]
    return Covering((heading, Table(tuple(dict.fromkeys(known)), (1, 3))), _rest(name, other))


def _rest(name: str, rows: list[tuple[str, str]]) -> tuple[Block, ...]:
    if not rows:
        return ()
    shown = [(place.replace("/", " / "), said) for place, said in rows[:_MOST_ROWS]]
    if len(rows) > _MOST_ROWS:
        shown.append(("…", f"und {len(rows) - _MOST_ROWS} weitere, siehe die Datei"))
    table = Table(tuple(shown), (4, 5), ("Element", "Wert"))
    return (Heading(f"Weitere Angaben aus {name}", 2), table)


def _label(place: str) -> str:
    return next((label for label, names in _LABELS if re.search(names, place.casefold())), "")
