"""Reading and checking the audit log."""

from __future__ import annotations

from pathlib import Path

from eakte.audit import log
from eakte.audit import verify as audit
from eakte.audit.verify import AuditVerdict
from eakte.database import snapshot
from eakte.domain.events import Event
from eakte.pipeline.desk import Desk
from eakte.services.access import Permission, require
from eakte.services.anchoring import read_checkpoints


def latest(desk: Desk, limit: int, of: str) -> tuple[tuple[int, Event], ...]:
    """Give the newest events with their positions, newest first, perhaps of one object only."""
    require(desk, Permission.AUDIT)
    with desk.engine.connect() as connection:
        return log.latest(connection, limit, of)


def verify(desk: Desk, anchors: Path | None = None) -> AuditVerdict:
    """Check the whole log against itself and against checkpoints outside the database.

    `anchors` is a folder with a copy of the checkpoint file that was kept elsewhere; else the
    home's own is used, which its keeper could have rewritten.
    """
    require(desk, Permission.AUDIT)
    kept = read_checkpoints(anchors or desk.home.anchors)
    with snapshot(desk.engine) as connection:
        return audit.verify(connection, kept.checkpoints, len(kept.unreadable))
