"""What is odd about a log: rules of `domain.figures.Rule`, held against one event after the other.

Pure: a fold over events. Rules that need more than the log (keys, draws) are for the caller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from eakte.domain.events import Action, Event
from eakte.domain.figures import Anomaly, Limits, Period, Rule, Sighting
from eakte.domain.moments import local, local_day
from eakte.domain.transfervermerk import ReleaseKind

LIMITS = Limits()
_SHOWN = 20
"""So many sightings of each rule are told in full."""
_BEGINS_TO_WAIT = frozenset({Action.PROPOSED, Action.REGROUPING_FAILED, Action.QUARANTINED})
_ENDED = frozenset(
    {Action.FILED, Action.REJECTED, Action.SUPERSEDED, Action.REGROUPED, Action.RETRIED}
)
_DATED_BY_DELIVERY = frozenset({Action.RECEIVED, Action.RECEIVED_AGAIN})
"""What is in a delivery was received when that was, however long it took to be taken apart."""
_SATURDAY = 5


class Sightings:
    """What rules found: all are counted, the first are kept."""

    def __init__(self) -> None:
        """Begin with none."""
        self._counts = Counter[Rule]()
        self._first = dict[Rule, list[Sighting]]()

    def add(self, rule: Rule, sighting: Sighting) -> None:
        """Keep one."""
        self._counts[rule] += 1
        if self._counts[rule] <= _SHOWN:
            self._first.setdefault(rule, []).append(sighting)

    def anomalies(self) -> tuple[Anomaly, ...]:
        """Give what was found, in the order of the rules."""
        found = (rule for rule in Rule if self._counts[rule])
        return tuple(Anomaly(each, self._counts[each], tuple(self._first[each])) for each in found)


@dataclass(frozen=True)
class Confirmation:
    """A checkpoint outside the database: it confirms the first `size` events."""

    size: int
    at: datetime


class Watch:
    """Holds the rules against the events of a log, in its order."""

    def __init__(
        self,
        period: Period,
        confirmations: Iterable[Confirmation] = (),
        limits: Limits = LIMITS,
    ) -> None:
        """Begin before the first event of the log; `confirmations` in any order."""
        self.found = Sightings()
        self._period = period
        self._limits = limits
        self._confirmations = sorted(confirmations, key=lambda each: each.at, reverse=True)
        self._first_open: Sighting | None = None
        self._newest: datetime | None = None
        self._released_at = dict[str, datetime]()
        self._correctors = dict[str, set[str]]()
        self._waiting = dict[str, Sighting]()
        self._often = Counter[tuple[Rule, str]]()

    def take(self, position: int, event: Event) -> None:
        """Look at one event; all of the log are wanted, also those before the period."""
        self._look_at_times(position, event)
        self._look_at_waiting(position, event)
        if event.action in {Action.RELEASED, Action.FIRST_LOOK, Action.CORRECTED}:
            self._look_at_work(position, event)
        elif self._period.covers(event.at):
            self._look_at_repetitions(position, event)

    def anomalies_until(self, now: datetime) -> Sightings:
        """Give what was found when the log has ended; whatever still waits, waits until `now`."""
        end = min(now, self._period.end)
        longest = timedelta(days=self._limits.waiting_days)
        for each in self._waiting.values():
            if end - each.at > longest:
                self._add(Rule.WAITING_LONG, each, _days(end - each.at))
        last = self._confirmations[-1] if self._confirmations else None
        self._confirm(last, last.at if last else now)
        return self.found

    def _look_at_times(self, position: int, event: Event) -> None:
        sighting = _sighting(position, event)
        while self._confirmations and self._confirmations[-1].size <= position:
            confirmation = self._confirmations.pop()
            self._confirm(confirmation, confirmation.at)
        if self._first_open is None and self._period.covers(event.at):
            self._first_open = sighting
        newest = self._newest or event.at
        back = newest - event.at
        concerned = self._period.covers(event.at) or self._period.covers(newest)
        concerned = concerned and event.action not in _DATED_BY_DELIVERY
        if concerned and back.total_seconds() > self._limits.clock_back_seconds:
            self._add(Rule.CLOCK_BACK, sighting, f"{back.total_seconds():.0f} s")
        self._newest = max(newest, event.at)

    def _confirm(self, confirmation: Confirmation | None, at: datetime) -> None:
        """Ask how long the first event that was not confirmed yet had to wait for that."""
        oldest, self._first_open = self._first_open, None
        if oldest is None:
            return
        waited = at - oldest.at
        if waited > timedelta(days=self._limits.checkpoint_days):
            size = f", {confirmation.size}" if confirmation else ""
            self._add(Rule.LATE_CHECKPOINT, oldest, _days(waited) + size)

    def _look_at_waiting(self, position: int, event: Event) -> None:
        if event.action in _ENDED:
            since = self._waiting.pop(event.object, None)
            self._correctors.pop(event.object, None)
            if since is None or not self._period.covers(event.at):
                return
            waited = event.at - since.at
            if waited > timedelta(days=self._limits.waiting_days):
                self._add(Rule.WAITING_LONG, _sighting(position, event), _days(waited))
        elif event.action in _BEGINS_TO_WAIT:
            self._waiting[event.object] = _sighting(position, event)

    def _look_at_work(self, position: int, event: Event) -> None:
        if event.action is Action.CORRECTED:
            self._correctors.setdefault(event.object, set()).add(event.actor)
            return
        if event.after.get("kind", ReleaseKind.PERSON) != ReleaseKind.PERSON:
            return
        before = self._released_at.get(event.actor)
        self._released_at[event.actor] = event.at
        if not self._period.covers(event.at):
            return
        sighting, moment = _sighting(position, event), local(event.at)
        working = self._limits.day_begins <= moment.hour < self._limits.day_ends
        if moment.weekday() >= _SATURDAY or not working:
            self._add(Rule.OUTSIDE_HOURS, sighting, f"{moment:%Y-%m-%d %H:%M:%S %Z}")
        if before and abs((event.at - before).total_seconds()) < self._limits.hasty_seconds:
            gap = abs((event.at - before).total_seconds())
            self._add(Rule.HASTY, sighting, f"{gap:.1f} s")
        alone = event.action is Action.RELEASED and not event.after.get("first")
        if alone and event.actor in self._correctors.get(event.object, ()):
            self._add(Rule.OWN_CORRECTION, sighting)

    def _look_at_repetitions(self, position: int, event: Event) -> None:
        """Tell once of what happened too often: when it reaches its limit."""
        if event.action is Action.AKTE_REOPENED:
            key, most, rule = event.object, self._limits.reopened, Rule.REOPENED
        elif event.action is Action.ACCESS_REFUSED:
            key = f"{local_day(event.at)} {event.actor}"
            most, rule = self._limits.refused_a_day, Rule.REFUSED_OFTEN
        else:
            return
        self._often[rule, key] += 1
        if self._often[rule, key] == most:
            self._add(rule, _sighting(position, event))

    def _add(self, rule: Rule, sighting: Sighting, detail: str = "") -> None:
        at, what = sighting.at, sighting.object
        self.found.add(rule, Sighting(sighting.position, at, what, sighting.actor, detail))


def _sighting(position: int, event: Event) -> Sighting:
    return Sighting(position, event.at, event.object, event.actor)


def _days(length: timedelta) -> str:
    return f"{length.total_seconds() / 86400:.1f} d"
