"""Files that could not become letters: see why, try again."""

from __future__ import annotations

from eakte.database import transaction
from eakte.domain.mail import ScanState
from eakte.pipeline import transitions
from eakte.pipeline.desk import Desk
from eakte.pipeline.submit import Submitter
from eakte.records import scans
from eakte.records.scans import ScanRecord
from eakte.services import actor


def quarantined(desk: Desk) -> tuple[ScanRecord, ...]:
    """Give the files in quarantine, oldest first."""
    with desk.engine.connect() as connection:
        return scans.in_state(connection, ScanState.QUARANTINE)


def show(desk: Desk, name: str) -> ScanRecord:
    """Give a file in quarantine by its name or the beginning of its digest."""
    with desk.engine.connect() as connection:
        return scans.find_quarantined(connection, name)


def retry(desk: Desk, name: str) -> ScanRecord:
    """Queue a file in quarantine for another intake; `eakte watch` does it."""
    record = show(desk, name)
    with transaction(desk.engine) as connection:
        digest, now = record.scan.digest, desk.clock.now()
        transitions.retry(connection, digest, Submitter(desk.engine), actor.current(), now)
    return record
