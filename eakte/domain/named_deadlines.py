"""How letters name deadlines: a day ("bis zum 3. Mai") or a period ("in zwei Wochen") (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eakte.domain.german import Reading, dates_in

_UNTIL = re.compile(
    r"(?:\bbis\s+(?:(?:spätestens|zum|einschließlich|längstens)\s+){0,3}|\bspätestens\s+(?:(?:bis|zum|am)\s+){0,2}|"
    r"\bFrist\w*\s*(?::|(?:ist|endet|läuft|gesetzt)?\s*(?:bis|zum|am)(?:\s+zum)?)\s*|\bfällig\s*(?:am|zum|:|bis(?:\s+zum)?)\s*|"
    r"\bzahlbar\s+(?:bis|am|zum)(?:\s+zum)?\s*)(?:(?:den|dem)\s+)?(?:\w+tags?\w{0,3},?\s+(?:den|dem)?\s*)?$",
    re.IGNORECASE,
)
_SINCE = re.compile(
    r"\b(?:von|vom|seit|zwischen|ab)\s+(?:dem\s+)?[\d.]+(?:\s\w+){0,2}\s*$", re.IGNORECASE
)
"""The beginning of a time that the day ends: no deadline."""
_NUMBERS = {
    name: number
    for number, names in enumerate(
        ("ein einer eines einem", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun",
         "zehn", "elf", "zwölf", "dreizehn", "vierzehn"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_UNITS = {"t": "D", "w": "W", "m": "M"}
_PERIOD = re.compile(
    rf"\b(?:innerhalb|binnen|in\s+den\s+nächsten|Frist\s+von)(?:\s+von)?\s+(?:der\s+nächsten\s+)?"
    rf"(?P<count>\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})\s+"
    rf"(?:Kalender-?)?(?P<unit>Tag|Woche|Monat)(?:e?n|e?s|e)?\b",
    re.IGNORECASE,
)
_LOOK_BACK = 60


def deadlines_in(text: str) -> Iterator[Reading]:
    """Find named deadlines: days as ISO 8601, periods as `P14D`, `P2W`, `P1M`."""
    for day in dates_in(text):
        before = text[max(0, day.start - _LOOK_BACK) : day.start]
        until = _UNTIL.search(before)
        if until and not _SINCE.search(before[: until.start()]):
            start = day.start - len(before) + until.start()
            yield Reading(start, day.end, day.value, day.exact)
    for found in _PERIOD.finditer(text):
        count = found["count"]
        number = int(count) if count.isdigit() else _NUMBERS[count.casefold()]
        value = f"P{number}{_UNITS[found['unit'][0].casefold()]}"
        yield Reading(found.start(), found.end(), value, exact=True)
