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
    rf"(?<![A-Za-z0-9])(?:{'|'.join(_LENGTHS)})\s?[0-9OoQDlI|SBZAGTb]{{2}}(?=(?:\s?[A-Za-z0-9|]){{8}})"
)
"""The beginning of one."""
_NAMED_IBAN = re.compile(
    r"\bI\s?BAN\b\W{0,3}(?P<rest>\S(?:\s?[A-Za-z0-9|.,]){9,40})", re.IGNORECASE
)
_ALL_DIGITS = frozenset(
    ("DE", "AT", "BE", "CZ", "DK", "EE", "ES", "FI", "HR", "HU", "NO", "PL", "PT")
)
_AS_DIGIT = str.maketrans("OoQDlIi|SBZAGTb", "000011115824676")
_FEWEST_DIGITS = 12
"""The shortest IBAN has 15 characters; some may be misread."""


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
    """Find every IBAN; its `value` is empty where the check digits do not hold (ISO 13616).

    A letter among the digits may be OCR's for a digit, or a speck of its own: what the check
    digits confirm is taken.
    """
    seen = list[tuple[int, int]]()
    for found in _IBAN.finditer(text):
        reading = _iban(text, found.start(), _LENGTHS[found.group()[:2]])
        if reading and all(reading.start >= before for _, before in seen):
            seen.append((reading.start, reading.end))
            yield reading
    for found in _NAMED_IBAN.finditer(text):
        start, end = found.span("rest")
        apart = all(end <= before or after <= start for before, after in seen)
        if apart and _telling(text[start:end]):
            yield Reading(start, end, "", exact=False)


def _iban(text: str, start: int, length: int) -> Reading | None:
    """Read an IBAN of so many characters; None if the text ends before."""
    end = _end(text, start, length)
    read = re.sub(r"\s", "", text[start:end])
    meant = _digits(read)
    value = valid_iban(meant) if _ends(text, end) else None
    if value or not end:
        return Reading(start, end, value or "", exact=read == meant) if end else None
    longer = _end(text, start, length + 1)
    for value in _without_speck(re.sub(r"\s", "", text[start:longer])) if longer else ():
        if _ends(text, longer):
            return Reading(start, longer, value, exact=False)
    return Reading(start, end, "", exact=False)


def _digits(read: str) -> str:
    """Take letters for digits where an IBAN of its country has only digits."""
    reach = len(read) if read[:2] in _ALL_DIGITS else 4
    return read[:2] + read[2:reach].translate(_AS_DIGIT) + read[reach:]


def _without_speck(read: str) -> Iterator[str]:
    """Give the valid IBANs that remain without one of the letters among the digits."""
    for place, each in enumerate(read):
        if place > 1 and not each.isdigit() and read[:2] in _ALL_DIGITS:
            value = valid_iban(_digits(read[:place] + read[place + 1 :]))
            if value:
                yield value


def _end(text: str, start: int, length: int) -> int:
    """Give where so many characters end that are no white space; 0 if the text ends before."""
    count = 0
    for place in range(start, min(len(text), start + 2 * length)):
        count += not text[place].isspace()
        if count == length:
            return place + 1
    return 0


def _ends(text: str, place: int) -> bool:
    """Tell whether a word ends there."""
    return place == len(text) or not text[place].isalnum()


def _telling(text: str) -> bool:
    """Tell whether what follows the word IBAN has the digits of one: a form may leave it empty."""
    return sum(each.isdigit() for each in text) >= _FEWEST_DIGITS
