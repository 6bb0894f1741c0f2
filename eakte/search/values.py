"""Values of the fields `datum:` and `betrag:` (pure): single ones, ranges and comparisons."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from eakte.domain.german import dates_in
from eakte.search.identifiers import amount_of

DATE = "2026-03-31, 31.03.2026, 2026-03, 2026-01..2026-03, >2026"
AMOUNT = "1.747,80, >1000, 100..250,50"
EARLIEST, LATEST = "0001-01-01", "9999-12-31"
MOST_CENTS = 10**15

_T = TypeVar("_T", str, int)
_MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})|(?P<month2>\d{1,2})[./](?P<year2>\d{4})")
_COMPARED = re.compile(r"(>=|<=|>|<)(.*)", re.DOTALL)


@dataclass(frozen=True)
class _Kind(Generic[_T]):
    """How one kind of value is read; `step` goes so many of its smallest units on."""

    single: Callable[[str], tuple[_T, _T] | None]
    step: Callable[[_T, int], _T]
    lowest: _T
    highest: _T


def dates(text: str) -> tuple[str, str] | None:
    """Give first and last day (ISO 8601, both inclusive) that a value means, None if none."""
    return _range(text, _Kind(_days, _later, EARLIEST, LATEST))


def amounts(text: str) -> tuple[int, int] | None:
    """Give the least and the greatest amount in cents (inclusive), None if it is none."""
    return _range(text, _Kind(_cents, int.__add__, 0, MOST_CENTS))


def _range(text: str, kind: _Kind[_T]) -> tuple[_T, _T] | None:
    if ".." in text:
        left, _dots, right = (each.strip() for each in text.partition(".."))
        low = kind.single(left) if left else (kind.lowest, kind.lowest)
        high = kind.single(right) if right else (kind.highest, kind.highest)
        found = (low[0], high[1]) if low and high and (left or right) else None
    elif compared := _COMPARED.fullmatch(text.strip()):
        found = _compared(compared[1], kind.single(compared[2].strip()), kind)
    else:
        found = kind.single(text.strip())
    return found if found and found[0] <= found[1] else None


def _compared(sign: str, value: tuple[_T, _T] | None, kind: _Kind[_T]) -> tuple[_T, _T] | None:
    """Give the range of a comparison; `>2026` means after all of it."""
    if value is None:
        return None
    first, last = value
    if sign.startswith(">"):
        return (first if sign == ">=" else kind.step(last, 1), kind.highest)
    return (kind.lowest, last if sign == "<=" else kind.step(first, -1))


def _later(day: str, days: int) -> str:
    """Give a day so many days on, never beyond the calendar."""
    number = date.fromisoformat(day).toordinal() + days
    return date.fromordinal(
        min(max(number, date.min.toordinal()), date.max.toordinal())
    ).isoformat()


def _days(text: str) -> tuple[str, str] | None:
    """Give first and last day of a day, month or year."""
    if re.fullmatch(r"[1-9]\d{3}", text):
        return f"{text}-01-01", f"{text}-12-31"
    if found := _MONTH.fullmatch(text):
        year, month = int(found["year"] or found["year2"]), int(found["month"] or found["month2"])
        if year and 1 <= month <= 12:  # noqa: PLR2004 - months of a year
            last = calendar.monthrange(year, month)[1]
            return f"{year:04}-{month:02}-01", f"{year:04}-{month:02}-{last}"
    for found_date in dates_in(text):
        if (found_date.start, found_date.end) == (0, len(text)):
            return found_date.value, found_date.value
    return None


def _cents(text: str) -> tuple[int, int] | None:
    cents = amount_of(text)
    return None if cents is None else (cents, cents)
