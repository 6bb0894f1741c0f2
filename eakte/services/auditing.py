"""Reading and checking the audit log."""

from __future__ import annotations

from eakte.audit import log
from eakte.audit import verify as audit
from eakte.audit.verify import AuditVerdict
from eakte.database import snapshot
from eakte.domain.events import Event
from eakte.pipeline.desk import Desk
from eakte.services.anchoring import read_checkpoints


def latest(desk: Desk, limit: int, of: str) -> tuple[tuple[int, Event], ...]:
    """Give the newest events with their positions, newest first, perhaps of one object only."""
    with desk.engine.connect() as connection:
        return log.latest(connection, limit, of)


def verify(desk: Desk) -> AuditVerdict:
    """Check the whole log against itself and against the checkpoints outside the database.

    The checkpoints are read first, so that the log holds all that they tell of.
    """
    anchors = read_checkpoints(desk.home.anchors)
    with snapshot(desk.engine) as connection:
        return audit.verify(connection, anchors.checkpoints, len(anchors.unreadable))
