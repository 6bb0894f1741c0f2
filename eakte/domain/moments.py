"""Moments as integers (microseconds since 1970-01-01 UTC, as stored) and as days in Germany."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_GERMANY = ZoneInfo("Europe/Berlin")


def to_micros(moment: datetime) -> int:
    """Give a moment (with time zone) as whole microseconds."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Give the moment in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def local_day(moment: datetime) -> date:
    """Give the day that a moment falls on in Germany: what a deadline is counted from."""
    return moment.astimezone(_GERMANY).date()


def local(moment: datetime) -> datetime:
    """Give a moment as clocks in Germany show it."""
    return moment.astimezone(_GERMANY)


def local_midnight(day: date, days_later: int = 0) -> datetime:
    """Give the moment at which a day (or one so many days later) begins in Germany."""
    later = day + timedelta(days=days_later)
    return datetime(later.year, later.month, later.day, tzinfo=_GERMANY).astimezone(UTC)
