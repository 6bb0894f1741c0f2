"""Amounts and IBANs of a letter (pure); the amount to be paid comes first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from eakte.classify.layout import Layout, Line
from eakte.domain.german import Reading
from eakte.domain.letters import Field, FieldName
from eakte.domain.money import amounts_in, ibans_in
from eakte.i18n import N_

_PAYABLE = re.compile(
    r"\b(?:Rechnungs(?:betrag|summe)|Gesamt(?:betrag|summe|forderung)|End(?:betrag|summe)|Zahlbetrag|"
    r"Bruttobetrag|Forderungsbetrag|(?:Offener|Zu\s+zahlender|Zu\s+überweisender)\s+(?:Gesamt)?betrag|"
    r"Zu\s+zahlen|Zahlungsbetrag)\b",
    re.IGNORECASE,
)
_NOT_PAYABLE = re.compile(r"\b(?:Netto|Zwischensumme|ohne\s+(?:MwSt|USt)|Steuer\w*)", re.IGNORECASE)
_TO_BE_PAID, _WITH_CURRENCY, _BARE = 0.95, 0.6, 0.4
_MOST = 20
_IBAN = 0.99
_WRONG_IBAN = N_("its check digits do not hold")


def amounts(pages: Sequence[Layout]) -> tuple[Field, ...]:
    """Give the amounts in euros, each once: to be paid, then with the currency, then without."""
    found = [
        field(FieldName.AMOUNT, line, reading, *_trust(row, line, reading))
        for page in pages
        for row in page.rows
        for line in row
        for reading in amounts_in(line.text)
    ]
    return once(sorted(found, key=lambda each: -each.confidence))[:_MOST]


def _trust(row: Sequence[Line], line: Line, reading: Reading) -> tuple[float, str]:
    beside = " ".join(each.text for each in row if each.box.x0 < line.box.x0)
    before = f"{beside} {line.text[: reading.start]}"
    label = list(_PAYABLE.finditer(before))
    if label and not _NOT_PAYABLE.search(before[label[-1].end() :]):
        return _TO_BE_PAID, "label"
    return (_WITH_CURRENCY, "currency") if reading.exact else (_BARE, "decimals")


def ibans(pages: Sequence[Layout]) -> tuple[Field, ...]:
    """Give the IBANs, each once; one whose check digits fail comes last, without a value."""
    found = [
        field(
            FieldName.IBAN,
            line,
            reading,
            _IBAN if reading.value else 0.0,
            "check digits" if reading.exact else "check digits, mended",
            "" if reading.value else _WRONG_IBAN,
        )
        for page in pages
        for line in page.lines
        for reading in ibans_in(line.text)
    ]
    return once(sorted(found, key=lambda each: -each.confidence))


def field(
    name: FieldName, line: Line, reading: Reading, trust: float, rule: str, doubt: str = ""
) -> Field:
    """Make a field of what was found in a line: its words' box and confidence count."""
    box, sure = line.evidence(reading.start, reading.end)
    confidence = round(trust * (0.7 + 0.3 * sure), 3)
    read = line.text[reading.start : reading.end]
    return Field(name, reading.value, read, confidence, rule, line.page, box, doubt, reading.others)


def once(fields: Sequence[Field]) -> tuple[Field, ...]:
    """Give each value once, in its first and best place."""
    best = dict[str, Field]()
    for each in fields:
        best.setdefault(each.value or each.read, each)
    return tuple(best.values())
