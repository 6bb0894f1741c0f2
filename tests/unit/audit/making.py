"""Logs written by hand for tests: events with little to say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from eakte.audit.anomalies import Confirmation, Watch
from eakte.audit.figures import Tally
from eakte.domain.events import Action, Event
from eakte.domain.figures import Anomaly, Figures, Period, Rule

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
MONDAY = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
"""Twelve o'clock in Germany."""


def event(
    action: Action,
    name: str = "x",
    at: datetime = MONDAY,
    actor: str = "eakte",
    station: str = "",
    **after: str,
) -> Event:
    """Make an event."""
    return Event(action, name, actor, station, at, {}, after)


def after(days: float = 0, seconds: float = 0) -> datetime:
    """Give a moment so long after MONDAY."""
    return MONDAY + timedelta(days=days, seconds=seconds)


def tallied(*events: Event, period: Period = YEAR) -> Tally:
    """Count a log that consists of these events."""
    tally = Tally(period)
    for position, each in enumerate(events):
        tally.take(position, each)
    return tally


def figures(*events: Event, period: Period = YEAR) -> Figures:
    """Give the figures of such a log."""
    return tallied(*events, period=period).figures()


def anomalies(
    *events: Event,
    period: Period = YEAR,
    confirmations: tuple[Confirmation, ...] = (),
    now: datetime = MONDAY,
) -> dict[Rule, Anomaly]:
    """Give what is odd about such a log; it ended at `now`."""
    watch = Watch(period, confirmations)
    for position, each in enumerate(events):
        watch.take(position, each)
    return {each.rule: each for each in watch.anomalies_until(now).anomalies()}
