"""How evidence records stand: when the last ones were made, what waits for them, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from eakte.audit import log
from eakte.database import Connection
from eakte.domain.events import Action
from eakte.records import evidence_records, manifests

OBJECT = "evidence"
"""What delays are about, in the audit log."""


@dataclass(frozen=True)
class EvidenceDelay:
    """Since when no evidence records can be made, and who said what."""

    since: datetime
    reason: str


@dataclass(frozen=True)
class EvidenceState:
    """What there is to know before, and instead of, a run."""

    last: datetime | None
    """When evidence records were made last."""
    objects: int
    """So many sealed originals and manifests have none."""
    akten: int
    """So many Akten changed since their last manifest."""
    delay: EvidenceDelay | None

    @property
    def has_work(self) -> bool:
        """Tell whether a run would make something."""
        return bool(self.objects or self.akten)

    def is_due(self, now: datetime, every_hours: float) -> bool:
        """Tell whether something has waited since the last run for so long, or ever."""
        late = self.last is None or now - self.last >= timedelta(hours=every_hours)
        return self.has_work and late


def look(connection: Connection) -> EvidenceState:
    """Look at a home's evidence records, without reading an object."""
    return EvidenceState(
        last=evidence_records.last_made(connection),
        objects=len(evidence_records.unprotected(connection)),
        akten=len(manifests.changed(connection)),
        delay=delay(connection),
    )


def delay(connection: Connection) -> EvidenceDelay | None:
    """Give the delay that the audit log tells of, None if records were made since."""
    delayed = log.newest(connection, Action.EVIDENCE_DELAYED)
    made = log.newest(connection, Action.EVIDENCE_CREATED)
    if delayed is None or (made is not None and made.at >= delayed.at):
        return None
    return EvidenceDelay(delayed.at, delayed.after["reason"])
