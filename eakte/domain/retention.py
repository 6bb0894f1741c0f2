"""Retention (pure): until when a closed Akte is kept, and what was done about it.

The rule. A period of N years begins with the end of the calendar year in which the Akte was closed
(zdA) and ends on 31 December N years later. xdomea counts the years from the closing and lets an
end be told as 31.12. of a year (xdomea 3.1.0, Baukasten: Aufbewahrungsdauer, Aufbewahrungsende);
so nothing is kept for less than its years. An Akte that is reopened has no period; when it is
closed again, the period begins anew, and so does all that leads to its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from eakte.domain.aktenplan import Unit
from eakte.domain.events import Action, Event
from eakte.domain.handover import Message, Retention
from eakte.domain.moments import local_day, to_micros

_DECEMBER, _LAST = 12, 31


def retention_of(unit: Unit | None, closed_at: datetime | None) -> Retention | None:
    """Give the retention that the Aktenplan prescribes for an Akte, None if it prescribes none."""
    if unit is None or unit.retention_years is None or unit.disposal is None:
        return None
    years, closed = unit.retention_years, local_day(closed_at) if closed_at else None
    ends = date(closed.year + years, _DECEMBER, _LAST) if closed else None
    return Retention(years, unit.disposal, ends)


class Decision(StrEnum):
    """What an archive answered to an offer."""

    TAKE = "take"
    """It takes all of it."""
    PART = "part"
    """It takes some documents; the others are to be destroyed."""
    DESTROY = "destroy"
    """It takes nothing."""
    RECEIVED = "received"
    """It has what it took, whole."""


@dataclass(frozen=True)
class Course:
    """What was done about the retention of an Akte since it was closed: the newest of each step."""

    held: Event | None = None
    """A legal hold that was not lifted; it also outlives a reopening."""
    offered: Event | None = None
    answered: Event | None = None
    exported: Event | None = None
    """It was written as message 0503, after the answer."""
    received: Event | None = None
    asked: Event | None = None
    """Somebody asked for its erasure."""

    @property
    def decision(self) -> Decision | None:
        """Give the archive's answer."""
        return Decision(self.answered.after["decision"]) if self.answered else None

    @property
    def process(self) -> str:
        """Give the UUID of the process that the offer began, "" without one."""
        return self.offered.after["process"] if self.offered else ""

    @property
    def wanted(self) -> tuple[str, ...]:
        """Give the documents that the archive takes, where it takes a part."""
        named = self.answered.after.get("documents", "") if self.answered else ""
        return tuple(named.split(",")) if named else ()


STEPS = frozenset(
    {
        Action.RETENTION_HELD, Action.RETENTION_LIFTED, Action.RETENTION_OFFERED,
        Action.RETENTION_ANSWERED, Action.EXPORTED, Action.ERASURE_ASKED,
    }
)  # fmt: skip
"""The events that `course` reads."""


def closing(closed_at: datetime | None) -> str:
    """Name the closing that a step belongs to, "" while an Akte is open."""
    return str(to_micros(closed_at)) if closed_at else ""


def course(events: Iterable[Event], closed_at: datetime | None) -> Course:
    """Follow the steps of one Akte, in the order of the log, to where it stands now."""
    now, found = closing(closed_at), Course()
    for event in events:
        said = event.after
        if event.action is Action.RETENTION_HELD:
            found = replace(found, held=event, asked=None)
        elif event.action is Action.RETENTION_LIFTED:
            found = replace(found, held=None)
        elif event.action is Action.RETENTION_OFFERED and said["closed"] == now:
            found = Course(held=found.held, offered=event)
        elif event.action is Action.ERASURE_ASKED and said["closed"] == now:
            found = replace(found, asked=event)
        elif found.offered and said.get("process") == found.process:
            found = _with_archive(found, event)
    return found


def _with_archive(found: Course, event: Event) -> Course:
    """Follow a step of the process that the offer began."""
    if event.action is Action.EXPORTED:
        handed = event.after.get("message") == Message.AUSSONDERUNG.value and found.answered
        return replace(found, exported=event, received=None) if handed else found
    if event.action is not Action.RETENTION_ANSWERED:
        return found
    if event.after["decision"] == Decision.RECEIVED.value:
        return replace(found, received=event)
    return Course(held=found.held, offered=found.offered, answered=event)
