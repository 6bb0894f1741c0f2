"""Deadlines (pure): periods counted from the day of receipt, and what is due when.

Counted after BGB §§ 187 to 193: the day of the event does not count (§ 187 (1)); a period of weeks
or months ends on the day that bears the name or number of the day of the event, in a month without
it on its last (§ 188 (2), (3)); an end on a Saturday, Sunday or holiday moves to the next working
day (§ 193). Holidays are those of Baden-Württemberg.

What is counted from receipt is the city's own working deadline. What a letter's sender had to keep
(the month for a Widerspruch, say) runs from another day, which the receipt does not tell.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_PERIOD = re.compile(r"(?P<count>[1-9]\d{0,2}) (?P<unit>day|week|month|year)s?")
_SATURDAY = 5
_MONTHS_OF_YEAR = 12


@dataclass(frozen=True)
class DeadlineRule:
    """What a class file says under [deadline]: `period` as "2 weeks", counted from receipt.

    `name` says what is due in a few words, `note` what the date is and what it is not.
    """

    period: str
    name: str
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a period that cannot be counted (ValueError)."""
        if not _PERIOD.fullmatch(self.period):
            raise ValueError(f"{self.period!r} is no period like '2 weeks' or '1 month'")


@dataclass(frozen=True)
class Deadline:
    """A day, and how it was counted, for a person to check."""

    day: date
    rule: str


def counted(rule: DeadlineRule, received: date) -> Deadline:
    """Count a rule from the day of receipt (in Germany)."""
    end = end_of_period(received, rule.period)
    due = next_working_day(end)
    moved = f" → {due.isoformat()} (§ 193 BGB)" if due != end else ""
    how = f"{rule.name}: {received.isoformat()} + {rule.period} = {end.isoformat()}{moved}"
    return Deadline(due, how)


def end_of_period(event: date, period: str) -> date:
    """Give the last day of a period that an event starts; raises ValueError if it is none."""
    found = _PERIOD.fullmatch(period)
    if found is None:
        raise ValueError(period)
    count = int(found["count"])
    match found["unit"]:
        case "day":
            return event + timedelta(days=count)
        case "week":
            return event + timedelta(weeks=count)
        case "month":
            return _months_later(event, count)
        case _:
            return _months_later(event, _MONTHS_OF_YEAR * count)


def _months_later(event: date, count: int) -> date:
    month = event.month - 1 + count
    year, month = event.year + month // _MONTHS_OF_YEAR, month % _MONTHS_OF_YEAR + 1
    return date(year, month, min(event.day, monthrange(year, month)[1]))


def next_working_day(day: date) -> date:
    """Give the day itself if it is a working day, else the next one."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def is_working_day(day: date) -> bool:
    """Tell whether a day is neither Saturday, Sunday nor a holiday in Baden-Württemberg."""
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    from holidays import country_holidays  # noqa: PLC0415 - what counts no deadline need not wait

    return frozenset(country_holidays("DE", subdiv="BW", years=year))
