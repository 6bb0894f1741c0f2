"""Time is passed in: stages ask a Clock, tests give them a fixed one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Port: the only source of the present."""

    def now(self) -> datetime:
        """Give the present in UTC, whole microseconds."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Give the present in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that asks the machine


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still, for tests and for reproducing a past result."""

    moment: datetime

    def now(self) -> datetime:
        """Give the fixed moment."""
        return self.moment
