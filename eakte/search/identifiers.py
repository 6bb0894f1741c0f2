"""Canonical tokens for what has a fixed form (pure): one token, however it is written.

Aktenzeichen become `az…`, dates `d…`, amounts `m…_…`, IBAN their own small letters and digits,
e-mail addresses `e_…`. What OCR confuses is forgiven where a check sum or the shape proves it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from eakte.domain.german import aktenzeichen_in, dates_in


@dataclass(frozen=True)
class Identifier:
    """A canonical token for something with a fixed form, and where it stands.

    `others` are further tokens that the same confusions of OCR allow.
    """

    start: int
    end: int
    token: str
    others: tuple[str, ...] = ()


_MOST_OTHERS = 8
_NUMBER = r"\d{1,3}(?:[.\s'’]\d{3})+|\d{1,9}"
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?:(?P<before>€|EUR|Euro)\s?)?(?P<whole>{_NUMBER})"
    r"(?:\s?,\s?(?P<cents>\d{2}|--?|–|—)|\.(?P<english>\d{2}))?"
    r"(?P<after>\s?(?:€|EUR\b|Euro\b))?(?![\w,]|\.\d)",
    re.IGNORECASE,
)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\s?[0-9OIl]{2}(?:\s?[0-9A-Zl]){11,30}(?!\w)", re.IGNORECASE)
_GERMAN_IBAN = re.compile(r"(?<!\w)DE\s?\d{2}(?:\s?\d){18}(?!\w)", re.IGNORECASE)
_GERMAN_LENGTH = 22
_IBAN_LENGTHS = range(15, 35)
_DIGITS = str.maketrans("OoQDIlSBZ", "000011582")
_EMAIL = re.compile(r"[\w.+-]{1,64}\s?@\s?[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_NOT_TOKEN = re.compile(r"[^a-z0-9]")
_CHECK, _RIGHT = 97, 1


def identifiers(text: str) -> Iterator[Identifier]:
    """Give the identifiers of a text; they may stand anywhere and are words as well."""
    for reading in aktenzeichen_in(text):
        others = tuple(_aktenzeichen(each) for each in reading.others[:_MOST_OTHERS])
        yield Identifier(reading.start, reading.end, _aktenzeichen(reading.value), others)
    for reading in dates_in(text):
        yield Identifier(reading.start, reading.end, date_token(reading.value))
    yield from _amounts(text)
    yield from _ibans(text)
    for found in _EMAIL.finditer(text):
        token = _NOT_TOKEN.sub("_", re.sub(r"\s", "", found.group()).rstrip(".").casefold())
        yield Identifier(found.start(), found.end(), f"e_{token}")


def date_token(iso: str) -> str:
    """Give the token of a date as 2026-03-02."""
    return f"d{iso.replace('-', '')}"


def amount_token(cents: int) -> str:
    """Give the token of an amount."""
    return f"m{cents // 100}_{cents % 100:02}"


def cents_of(token: str) -> int | None:
    """Give the amount that a token stands for, None if it stands for something else."""
    found = re.fullmatch(r"m(\d+)_(\d\d)", token)
    return int(found[1]) * 100 + int(found[2]) if found else None


def amount_of(text: str) -> int | None:
    """Read a whole text as an amount in cents, with or without currency, as people type it."""
    found = _AMOUNT.fullmatch(text.strip())
    return None if found is None else _cents(found)


def _aktenzeichen(value: str) -> str:
    return f"az{re.sub(r'[^0-9]', '', value)}"


def _amounts(text: str) -> Iterator[Identifier]:
    """Give the numbers that are amounts: with cents, or with a currency."""
    for found in _AMOUNT.finditer(text):
        if found["cents"] or found["before"] or found["after"] or found["english"]:
            yield Identifier(found.start(), found.end(), amount_token(_cents(found)))


def _cents(found: re.Match[str]) -> int:
    cents = found["cents"] or found["english"] or ""
    whole = int(re.sub(r"\D", "", found["whole"]))
    return whole * 100 + (int(cents) if cents.isdigit() else 0)


def _ibans(text: str) -> Iterator[Identifier]:
    """Give what the check sum proves an IBAN, and what looks like a German one without."""
    proven = set[int]()
    for found in _IBAN.finditer(text):
        if (iban := _proven(found.group())) is not None:
            proven.add(found.start())
            yield Identifier(found.start(), found.start() + _reach(found.group(), iban), iban)
    for found in _GERMAN_IBAN.finditer(text):
        if found.start() not in proven:
            token = re.sub(r"\s", "", found.group()).casefold()
            yield Identifier(found.start(), found.end(), token)


def _proven(read: str) -> str | None:
    """Give the IBAN that a text begins with; words behind it may have been read along."""
    plain = re.sub(r"\s", "", read)
    country = plain[:2].upper()
    if country == "DE":
        return _checked(country + plain[2:_GERMAN_LENGTH].translate(_DIGITS))
    ends = _group_ends(read)
    return next((iban for end in ends if (iban := _checked(plain[:end].upper()))), None)


def _group_ends(read: str) -> list[int]:
    """Give the lengths, longest first, at which a group of characters ends."""
    ends, length = [], 0
    for group in read.split():
        length += len(group)
        ends.append(length)
    return ends[::-1]


def _checked(plain: str) -> str | None:
    """Give an IBAN as its token if its check sum is right (ISO 13616)."""
    long_enough = len(plain) in _IBAN_LENGTHS and plain.isascii() and plain.isalnum()
    if not long_enough or not plain[2:4].isdigit():
        return None
    number = "".join(str(int(each, 36)) for each in plain[4:] + plain[:4])
    return plain.casefold() if int(number) % _CHECK == _RIGHT else None


def _reach(read: str, iban: str) -> int:
    """Give how many characters of a text make up its IBAN, blanks in it included."""
    seen = 0
    for place, each in enumerate(read, start=1):
        seen += not each.isspace()
        if seen == len(iban):
            return place
    return len(read)
