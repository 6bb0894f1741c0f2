"""Counting what a log says of a period: a pure fold over its events, one after the other.

Whoever reads the events of the log in their order gets the same figures: nothing else goes in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from eakte.domain.events import Action, Event
from eakte.domain.figures import Batch, Counts, Figures, Period, Trees, Volume
from eakte.domain.moments import local
from eakte.domain.transfervermerk import ReleaseKind

_READS = (Action.VIEWED, Action.SEARCHED, Action.EXPORTED, Action.VERIFIED)
_ID = 16
"""So many digits of a scan's digest begin the ids of its letters."""


def _of(key: str) -> Callable[[Event], tuple[str, ...]]:
    return lambda event: tuple(filter(None, (event.after.get(key, ""),)))


def _each_of(key: str) -> Callable[[Event], tuple[str, ...]]:
    return lambda event: tuple(filter(None, event.after.get(key, "").split(",")))


def _actor(event: Event) -> tuple[str, ...]:
    return (event.actor,)


def _releasing(event: Event) -> tuple[str, ...]:
    return (event.actor,) if event.after.get("kind") == ReleaseKind.PERSON else ()


_COUNTED: dict[str, tuple[Action, Callable[[Event], tuple[str, ...]]]] = {
    "quarantine": (Action.QUARANTINED, _of("reason")),
    "held": (Action.PROPOSED, _each_of("held")),
    "refused_seals": (Action.SEAL_REFUSED, _of("reason")),
    "delayed_seals": (Action.SEAL_DELAYED, _of("reason")),
    "seals": (Action.SEALED, _of("level")),
    "renewals": (Action.RENEWED, _of("level")),
    "released_by_person": (Action.RELEASED, _releasing),
    "released_by_rule": (Action.RELEASED, _of("rule")),
    "first_looks": (Action.FIRST_LOOK, _actor),
    "checks": (Action.RELEASED, _of("check")),
    "corrected_by": (Action.CORRECTED, _actor),
    "corrected_fields": (Action.CORRECTED, _each_of("changed")),
    "rejected_by": (Action.REJECTED, _actor),
    "verdicts": (Action.VERIFIED, _of("verdict")),
}
"""Figures that count events of one action by something that stands in them."""


@dataclass(frozen=True)
class Seal:
    """A seal of the log: which letter, and the digest of the report that judged it."""

    position: int
    document: str
    at: datetime
    report: str


@dataclass(frozen=True)
class Draw:
    """A sample of the log, with what it was drawn from."""

    position: int
    batch: str
    at: datetime
    seed: str
    origin: str
    candidates: str
    drawn: str


class Tally:
    """Counts the events of a log that are in a period."""

    def __init__(self, period: Period) -> None:
        """Begin before the first event of the log."""
        self.seals = list[Seal]()
        """Those of the period, in order."""
        self.seal_before: Seal | None = None
        """The last one before the period."""
        self.unreadable = 0
        """Entries that are no events; the caller counts them."""
        self._period = period
        self._volumes = _Volumes(period)
        self._batches = _Batches()
        self._actions = Counter[str]()
        self._counts = {name: Counter[str]() for name in _COUNTED}
        self._trees = {each: dict[str, Trees]() for each in _TREES}
        self._reads = {each: Counter[str]() for each in _READS}
        self._refused = dict[str, Counter[str]]()
        self._two_persons = 0
        self._begin: int | None = None
        self._end = self._before = 0

    @property
    def draws(self) -> list[Draw]:
        """Give the samples drawn in the period, in order."""
        return self._batches.draws

    def take(self, position: int, event: Event) -> None:
        """Count one event; all of the log are wanted, in order: some tell where others belong."""
        counts = self._period.covers(event.at)
        self._volumes.take(event, counts=counts)
        self._batches.take(position, event, counts=counts)
        if event.action is Action.SEALED and event.at < self._period.begin:
            self.seal_before = _seal(position, event)
        if event.at < self._period.begin and self._begin is None:
            self._before = position + 1
        if counts:
            self._begin = position if self._begin is None else self._begin
            self._end = position + 1
            self._count(position, event)

    def _count(self, position: int, event: Event) -> None:
        action, after = event.action, event.after
        kind = after.get("kind", "")
        self._actions[action.value] += 1
        for name, (counted, told) in _COUNTED.items():
            if action is counted:
                self._counts[name].update(told(event))
        if action in self._reads:
            self._reads[action][event.actor] += 1
        elif action is Action.SEALED:
            self.seals.append(_seal(position, event))
        elif action is Action.RELEASED:
            self._two_persons += bool(after.get("first"))
        elif action is Action.ACCESS_REFUSED:
            by_permission = self._refused.setdefault(event.actor, Counter())
            by_permission[after.get("permission", "")] += 1
        elif action in self._trees:
            known = self._trees[action].get(kind, Trees())
            objects = known.objects + _number(event, "members")
            self._trees[action][kind] = Trees(known.trees + 1, objects)

    def figures(self) -> Figures:
        """Give all figures, when the log has ended."""
        begin = self._before if self._begin is None else self._begin
        return Figures(
            events=self._actions.total(),
            unreadable=self.unreadable,
            size_before=begin,
            size_after=max(begin, self._end),
            actions=_sorted(self._actions),
            months=self._volumes.months(),
            stations=self._volumes.stations(),
            pipelines=self._volumes.pipelines(),
            two_persons=self._two_persons,
            evidence_created=self._trees[Action.EVIDENCE_CREATED],
            evidence_renewed=self._trees[Action.EVIDENCE_RENEWED],
            reads={each.value: _sorted(counted) for each, counted in self._reads.items()},
            refused={each: _sorted(self._refused[each]) for each in sorted(self._refused)},
            batches=self._batches.found(),
            **{name: _sorted(counted) for name, counted in self._counts.items()},
        )


_TREES = (Action.EVIDENCE_CREATED, Action.EVIDENCE_RENEWED)


class _Volumes:
    """What arrived and what became of it, by month, station and pipeline."""

    def __init__(self, period: Period) -> None:
        self._months = {month: Counter[str]() for month in _months(period)}
        self._stations = dict[str, Counter[str]]()
        self._pipelines = dict[str, Counter[str]]()
        self._origins = dict[str, tuple[str, str]]()

    def take(self, event: Event, *, counts: bool) -> None:
        station, pipeline = self._origin(event)
        made = _amounts(event) if counts else {}
        if not made:
            return
        month = f"{local(event.at):%Y-%m}"
        self._months[month].update(made)
        self._stations.setdefault(station, Counter()).update(made)
        self._pipelines.setdefault(pipeline, Counter()).update(made)

    def _origin(self, event: Event) -> tuple[str, str]:
        """Give station and pipeline of a receipt, or of the first receipt of what came of it."""
        scan = event.object[:_ID]
        if event.action in {Action.RECEIVED, Action.RECEIVED_AGAIN}:
            here = (event.station, event.after.get("pipeline", ""))
            self._origins.setdefault(scan, here)
            return here
        return self._origins.get(scan, (event.station, ""))

    def months(self) -> dict[str, Volume]:
        return {each: Volume(**counted) for each, counted in self._months.items()}

    def stations(self) -> dict[str, Volume]:
        return {each: Volume(**self._stations[each]) for each in sorted(self._stations)}

    def pipelines(self) -> dict[str, Volume]:
        return {each: Volume(**self._pipelines[each]) for each in sorted(self._pipelines)}


def _amounts(event: Event) -> dict[str, int]:
    """Give what an event adds to which fields of a Volume."""
    match event.action:
        case Action.RECEIVED:
            return {"files": 1, "octets": _number(event, "size")}
        case Action.RECEIVED_AGAIN:
            return {"duplicates": 1}
        case Action.SPLIT:
            return {"pages": _number(event, "pages")}
        case Action.PROPOSED:
            return {"letters": 1}
        case Action.QUARANTINED:
            return {"quarantined": 1}
        case Action.REJECTED:
            return {"rejected": 1}
        case Action.FILED:
            return {"filed": 1}
    return {}


class _Batches:
    """Batches of quality assurance, their samples and what came of them."""

    def __init__(self) -> None:
        self.draws = list[Draw]()
        self._known = dict[str, Batch]()
        self._seeded = dict[str, Event]()
        self._told = set[str]()

    def take(self, position: int, event: Event, *, counts: bool) -> None:
        name, after = event.object, event.after
        if event.action is Action.BATCH_SEEDED:
            self._seeded[name] = event
        elif event.action is Action.BATCH_DRAWN:
            self._draw(position, event, counts=counts)
        elif event.action in _RESULTS and name in self._known:
            reason = " ".join(filter(None, (after.get("reason"), after.get("document"))))
            if counts:
                batch = self._known[name]
                self._known[name] = replace(batch, result=_RESULTS[event.action], reason=reason)
                self._told.add(name)
            elif name not in self._told:
                del self._known[name]

    def _draw(self, position: int, event: Event, *, counts: bool) -> None:
        seeded = self._seeded.pop(event.object, None)
        if seeded is None:
            return
        seed, origin, candidates = (seeded.after.get(each, "") for each in _DRAWN_FROM)
        drawn = event.after.get("drawn", "")
        self._known[event.object] = Batch(
            name=event.object,
            station=event.station,
            at=seeded.at,
            seed=seed,
            origin=origin,
            candidates=_items(candidates),
            drawn=_items(drawn),
        )
        if counts:
            self._told.add(event.object)
            name, at = event.object, event.at
            self.draws.append(Draw(position, name, at, seed, origin, candidates, drawn))

    def found(self) -> tuple[Batch, ...]:
        return tuple(batch for name, batch in self._known.items() if name in self._told)


_DRAWN_FROM = ("seed", "origin", "candidates")
_RESULTS = {Action.BATCH_PASSED: "passed", Action.BATCH_FAILED: "failed"}


def _number(event: Event, key: str) -> int:
    """Read a number; what is none counts as nothing: a log that was changed is counted, too."""
    text = event.after.get(key, "")
    return int(text) if text.isdecimal() else 0


def _items(text: str) -> int:
    return len([each for each in text.split(",") if each])


def _seal(position: int, event: Event) -> Seal:
    return Seal(position, event.object, event.at, event.after.get("report", ""))


def _sorted(counted: Counter[str]) -> Counts:
    """Give counts by name, so that equal ones are written alike."""
    return dict(sorted(counted.items()))


def _months(period: Period) -> Iterable[str]:
    """Give the months of a period, as 2026-01."""
    year, month = period.first.year, period.first.month
    while (year, month) <= (period.last.year, period.last.month):
        yield f"{year:04}-{month:02}"
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)  # noqa: PLR2004
