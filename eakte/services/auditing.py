"""Reading and checking the audit log."""

from __future__ import annotations

from eakte.audit import log
from eakte.audit import verify as audit
from eakte.audit.verify import AuditVerdict
from eakte.domain.events import Event
from eakte.pipeline.desk import Desk
from eakte.services.anchoring import read_checkpoints


def latest(desk: Desk, limit: int, of: str) -> tuple[tuple[int, Event], ...]:
    """Give the newest events with their positions, newest first, perhaps of one object only."""
    with desk.engine.connect() as connection:
        return log.latest(connection, limit, of)


def verify(desk: Desk) -> AuditVerdict:
    """Check the whole log against itself and against the checkpoints outside the database."""
    checkpoints = read_checkpoints(desk.home.anchors)
    with desk.engine.connect() as connection:
        return audit.verify(connection, checkpoints)
