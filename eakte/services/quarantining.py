"""Files that could not become letters: see why, try again."""

from __future__ import annotations

import contextlib

from eakte.database import transaction
from eakte.domain.access import Scope
from eakte.domain.findings import FindingCode
from eakte.domain.ids import Digest
from eakte.domain.mail import ScanState
from eakte.errors import RefusedError
from eakte.pipeline import transitions
from eakte.pipeline.desk import Desk
from eakte.pipeline.submit import Submitter
from eakte.records import scans
from eakte.records.scans import ScanRecord
from eakte.services import actor
from eakte.services.access import Permission, require

_WAITS = {1: 300.0, 2: 1500.0}
"""Seconds until a failed attempt is followed by another one by itself; the third is the last."""


def quarantined(desk: Desk) -> tuple[ScanRecord, ...]:
    """Give the files in quarantine, oldest first."""
    scope = require(desk, Permission.SEE_QUARANTINE)
    with desk.engine.connect() as connection:
        return scans.in_state(connection, ScanState.QUARANTINE, scope)


def show(desk: Desk, name: str) -> ScanRecord:
    """Give a file in quarantine by its name or the beginning of its digest."""
    return _find(desk, name, require(desk, Permission.SEE_QUARANTINE))


def retry(desk: Desk, name: str) -> ScanRecord:
    """Queue a file in quarantine for another intake; `eakte watch` does it."""
    record = to_retry(desk, name)
    _retry(desk, record, actor.current(desk))
    return record


def to_retry(desk: Desk, name: str) -> ScanRecord:
    """Give a file in quarantine to somebody who may try it again."""
    return _find(desk, name, require(desk, Permission.RETRY))


def retry_all(desk: Desk) -> tuple[ScanRecord, ...]:
    """Queue every file in quarantine for another intake."""
    require(desk, Permission.RETRY)
    records = quarantined(desk)
    for record in records:
        _retry(desk, record, actor.current(desk))
    return records


_PASSING = {FindingCode.STAGE_FAILED, FindingCode.SIGNATURE_ALONE}
"""A fault may be over, and the file that a signature belongs to may have come."""


class Retries:
    """Tries files again, later and later, whose work failed for a reason that may pass."""

    def __init__(self, desk: Desk) -> None:
        """Know no failure yet; the waits of an earlier process begin anew."""
        self._desk = desk
        self._failed: dict[tuple[Digest, int], float] = {}

    def keep_up(self, now: float) -> None:
        """Queue what has waited long enough at `now` (monotonic seconds)."""
        with self._desk.engine.connect() as connection:
            present = scans.in_state(connection, ScanState.QUARANTINE)
        failed = {
            (record.scan.digest, record.attempt): record
            for record in present
            if record.attempt in _WAITS and _may_pass(record)
        }
        self._failed = {key: self._failed.get(key, now) for key in failed}
        for key, since in self._failed.items():
            if now - since >= _WAITS[key[1]]:
                with contextlib.suppress(RefusedError):  # somebody was faster
                    _retry(self._desk, failed[key], transitions.MACHINE)


def _find(desk: Desk, name: str, scope: Scope) -> ScanRecord:
    with desk.engine.connect() as connection:
        return scans.find_quarantined(connection, name, scope)


def _may_pass(record: ScanRecord) -> bool:
    return any(finding.code in _PASSING for finding in record.findings)


def _retry(desk: Desk, record: ScanRecord, who: str) -> None:
    with transaction(desk.engine) as connection:
        digest, now = record.scan.digest, desk.clock.now()
        transitions.retry(connection, digest, Submitter(desk.engine), who, now)
