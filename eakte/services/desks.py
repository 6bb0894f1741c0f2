"""Opening a home for a use case, and noting who read what."""

from __future__ import annotations

from pathlib import Path

from eakte.audit import log
from eakte.config import open_home
from eakte.database import transaction
from eakte.domain.clock import SystemClock
from eakte.domain.events import Action, Event
from eakte.pipeline.desk import Desk
from eakte.services import actor


def open_desk(home: Path | None) -> Desk:
    """Open the home that is meant; raises HomeMissingError or ConfigurationError."""
    return Desk(open_home(home), SystemClock())


def note(desk: Desk, action: Action, name: str, **after: str) -> None:
    """Write into the audit log that the current user read or took something."""
    event = Event(action, name, actor.current(desk), "", desk.clock.now(), after=after)
    with transaction(desk.engine) as connection:
        log.append(connection, event)
