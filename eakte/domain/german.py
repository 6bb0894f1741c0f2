"""How German letters write dates and Aktenzeichen, and what OCR makes of them (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice, product

from eakte.domain.akten import is_aktenzeichen


@dataclass(frozen=True)
class Reading:
    """Something found in a text: where, its canonical form, and whether OCR had to be forgiven."""

    start: int
    end: int
    value: str
    exact: bool
    others: tuple[str, ...] = ()
    """Other canonical forms that the same confusions allow."""


_MONTHS = (
    "januar|jan jänner",
    "februar|feb",
    "märz|mrz maerz marz mär",
    "april|apr",
    "mai|",
    "juni|jun",
    "juli|jul",
    "august|aug",
    "september|sept sep",
    "oktober|okt",
    "november|nov",
    "dezember|dez",
)
_MONTH_NUMBERS = {
    name: number
    for number, names in enumerate(_MONTHS, start=1)
    for name in names.replace("|", " ").split()
}
_MONTH = "|".join(sorted(_MONTH_NUMBERS, key=len, reverse=True))
_DIGIT = r"[0-9OolI|]"
_DATE = re.compile(
    rf"(?<![\w.,/-])(?:"
    rf"(?P<day>{_DIGIT}{{1,2}})\s?[.,]\s?(?P<month>{_DIGIT}{{1,2}})\s?[.,]\s?"
    rf"(?P<year>{_DIGIT}{{4}}|\d{{2}})"
    rf"|(?P<day2>{_DIGIT}{{1,2}})\s?[.,]?\s{{0,2}}(?P<name>{_MONTH})\.?\s{{1,2}}(?P<year2>{_DIGIT}{{4}})"
    rf"|(?P<year3>\d{{4}})-(?P<month3>\d{{2}})-(?P<day3>\d{{2}})"
    rf")(?![\w/-]|[.,]\d)",
    re.IGNORECASE,
)
_AS_DIGIT = str.maketrans("OoQDlIi|!SsBZ", "0000111115582")
_PIVOT = 70
"""Two digits of a year up to this are 20xx."""

_D = r"[0-9OoQDlIi|!SsBZGgbqAT]"
_DASH = r"\s{0,2}[-–—−‐~_]\s{0,2}"
_AKTENZEICHEN = re.compile(
    rf"(?<![\w])(?P<office>{_D}{{2}}(?:\s?[.,]\s?{_D}{{1,2}})?){_DASH}"
    rf"(?P<group>{_D}{{3}})\s?[.,]\s?(?P<unit>{_D}{{2}})\s{{0,2}}[/\\|lI1]\s{{0,2}}"
    rf"(?P<year>[2Z]{_D}{{3}}){_DASH}(?P<number>{_D}{{4}})(?!\w)",
)
_LIKE = re.compile(rf"(?<![\w.,/-]){_D}(?:{_D}|[-.,/\\|–—−‐~_:;'*•·]\s?|\s(?={_D})){{12,30}}")
_YEAR = re.compile(r"[2Z][0OoQD]\s?[0-9OoQDlI|]\s?[0-9OoQDlI|SBZ]")
_FEWEST_DIGITS, _MOST_DIGITS = 13, 18
_FEWEST_SIGNS = 2
_SIGNS = re.compile(r"[-.,/\\–—−‐~_]")
_MOST_FORGIVEN = 4
_MOST_OTHERS = 64
_DIGITS_OF = {"S": "58", "B": "863", "Z": "27", "G": "6", "b": "6", "g": "9", "q": "9"} | {
    "A": "4",
    "T": "7",
}
"""Digits that OCR takes for these letters, the likeliest first; the other letters mean one each."""


def aktenzeichen_in(text: str) -> Iterator[Reading]:
    """Find every Aktenzeichen, canonical, forgiving OCR a few confused characters and spaces."""
    for found in _AKTENZEICHEN.finditer(text):
        read = found.group()
        office = re.sub(r"\s", "", found["office"]).replace(",", ".")
        shape = f"{office}-{found['group']}.{found['unit']}/{found['year']}-{found['number']}"
        value, *others = _meanings(shape)
        forgiven = sum(not (each.isdigit() or each in ".,-–—−‐~_/ \n") for each in read)
        if is_aktenzeichen(value) and forgiven <= _MOST_FORGIVEN:
            yield Reading(found.start(), found.end(), value, read == value, tuple(others))


def _meanings(shape: str) -> list[str]:
    """Give what a reading may mean, its letters taken for digits; the likeliest first."""
    choices = (_DIGITS_OF.get(each, each.translate(_AS_DIGIT)) for each in shape)
    return ["".join(each) for each in islice(product(*choices), _MOST_OTHERS)]


def like_aktenzeichen(text: str) -> Iterator[tuple[int, int]]:
    """Find what has about the digits, the year and the signs of an Aktenzeichen and is none."""
    read = [(each.start(), each.end()) for each in _AKTENZEICHEN.finditer(text)]
    read += [(each.start, each.end) for each in dates_in(text)]
    for found in _LIKE.finditer(text):
        digits = re.sub(rf"(?!{_D}).", "", found.group())
        like = _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS and _YEAR.search(digits[5:-2])
        signs = len(_SIGNS.findall(found.group())) >= _FEWEST_SIGNS
        apart = all(found.end() <= start or end <= found.start() for start, end in read)
        if like and signs and apart:
            yield found.start(), found.end()


def dates_in(text: str) -> Iterator[Reading]:
    """Find every date that exists in the calendar, as ISO 8601."""
    for found in _DATE.finditer(text):
        value = _iso(found)
        if value is not None:
            exact = not re.search(r"[OolI|]", re.sub(_MONTH, "", found.group().casefold()))
            yield Reading(found.start(), found.end(), value, exact)


def _iso(found: re.Match[str]) -> str | None:
    year = _number(found["year"] or found["year2"] or found["year3"])
    month = _MONTH_NUMBERS.get((found["name"] or "").casefold())
    if month is None:
        month = _number(found["month"] or found["month3"])
    day = _number(found["day"] or found["day2"] or found["day3"])
    if year < 100:  # noqa: PLR2004 - two digits
        year += 2000 if year <= _PIVOT else 1900
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _number(read: str) -> int:
    return int(read.translate(_AS_DIGIT))
