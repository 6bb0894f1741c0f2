"""Events of state changes: who or what did it, where, and what changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from eakte.domain.events import Action, Event

MACHINE = "eakte"
"""The actor of what no person did."""


def event(
    action: Action,
    name: str,
    actor: str,
    at: datetime,
    station: str,
    after: Mapping[str, str],
    before: Mapping[str, str] | None = None,
) -> Event:
    """Make an event; `before` and `after` hold ids, digests and codes, no text of a letter."""
    return Event(action, name, actor, station, at, before or {}, after)
