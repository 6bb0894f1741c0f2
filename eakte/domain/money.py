"""How letters write amounts of money and IBANs, and what OCR makes of them (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eakte.domain.german import Reading
from eakte.domain.invoices import valid_iban

_AMOUNT = re.compile(
    r"(?<![\w.,/])(?:(?P<before>€|EUR|Euro)\s?)?"
    r"(?P<whole>\d{1,3}(?:[. ]\d{3}){1,4}|\d{1,9})(?:,\s?(?P<cents>\d{2}|[-–—]{1,2}))?"
    r"(?:\s?(?P<after>€|EUR\b|Euro\b))?(?![\w/]|[.,]\d)",
    re.IGNORECASE,
)
_LENGTHS = {
    "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
    "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26,
    "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MT": 31, "NL": 18, "NO": 15, "PL": 28,
    "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24, "TR": 26,
}  # fmt: skip
"""Characters of an IBAN by country (ISO 13616 registry): where one ends in running text."""
_IBAN = re.compile(
    rf"(?<![A-Za-z0-9])(?:{'|'.join(_LENGTHS)})\s?[0-9OoQDlI|SBZ]{{2}}(?:\s?[A-Za-z0-9|]){{8,30}}"
)
_NAMED_IBAN = re.compile(
    r"\bI\s?BAN\b\W{0,3}(?P<rest>\S(?:\s?[A-Za-z0-9|.,]){9,40})", re.IGNORECASE
)
_ALL_DIGITS = frozenset(
    ("DE", "AT", "BE", "CZ", "DK", "EE", "ES", "FI", "HR", "HU", "NO", "PL", "PT")
)
_AS_DIGIT = str.maketrans("OoQDlIi|SBZ", "00001111582")


def amounts_in(text: str) -> Iterator[Reading]:
    """Find every amount in euros, as `1234.56 EUR`: with cents, or with the currency beside it."""
    for found in _AMOUNT.finditer(text):
        named = found["before"] or found["after"]
        if found["cents"] is None and not named:
            continue
        whole = re.sub(r"[. ]", "", found["whole"])
        cents = found["cents"] if found["cents"] and found["cents"].isdigit() else "00"
        yield Reading(found.start(), found.end(), f"{int(whole)}.{cents} EUR", named is not None)


def ibans_in(text: str) -> Iterator[Reading]:
    """Find every IBAN; its `value` is empty where the check digits do not hold (ISO 13616)."""
    seen = list[tuple[int, int]]()
    for found in _IBAN.finditer(text):
        end = _end(text, found.start(), _LENGTHS[found.group()[:2]])
        if end:
            seen.append((found.start(), end))
            yield _iban(text, found.start(), end)
    for found in _NAMED_IBAN.finditer(text):
        start, end = found.span("rest")
        if all(end <= before or after <= start for before, after in seen) and _telling(
            text[start:end]
        ):
            yield Reading(start, end, "", exact=False)


def _end(text: str, start: int, length: int) -> int:
    """Give where so many characters end that are no white space; 0 if the text ends before."""
    count = 0
    for place in range(start, min(len(text), start + 2 * length)):
        count += not text[place].isspace()
        if count == length:
            return place + 1
    return 0


def _iban(text: str, start: int, end: int) -> Reading:
    read = re.sub(r"\s", "", text[start:end])
    country, rest = read[:2], read[2:]
    meant = (
        rest.translate(_AS_DIGIT)
        if country in _ALL_DIGITS
        else rest[:2].translate(_AS_DIGIT) + rest[2:]
    )
    whole = end == len(text) or not text[end].isalnum()
    value = valid_iban(country + meant) if whole else None
    return Reading(start, end, value or "", exact=rest == meant)


def _telling(text: str) -> bool:
    """Tell whether what follows the word IBAN has the digits of one: a form may leave it empty."""
    return sum(each.isdigit() for each in text) >= 12  # noqa: PLR2004 - the shortest has 15 characters
