"""Audit events: what happened to which object, by whom, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """The closed list of actions in the audit log."""

    HOME_CREATED = "home-created"
    CONFIGURED = "configured"
    """The home is run with other settings, definitions or another version than before."""
    RECEIVED = "received"
    RECEIVED_AGAIN = "received-again"
    INCIDENT = "incident"
    QUARANTINED = "quarantined"
    RETRIED = "retried"
    WAITING = "waiting"
    ENCLOSED = "enclosed"
    UNLOCKED = "unlocked"
    SPLIT = "split"
    CONVERTED = "converted"
    PROPOSED = "proposed"
    CORRECTED = "corrected"
    FIRST_LOOK = "first-look"
    RELEASED = "released"
    REJECTED = "rejected"
    DEADLINE_MET = "deadline-met"
    SEALED = "sealed"
    FILED = "filed"
    RENEWED = "renewed"
    MANIFEST_MADE = "manifest-made"
    EVIDENCE_CREATED = "evidence-created"
    EVIDENCE_RENEWED = "evidence-renewed"
    EVIDENCE_DELAYED = "evidence-delayed"
    SEAL_REFUSED = "seal-refused"
    SEAL_DELAYED = "seal-delayed"
    SEAL_RESUMED = "seal-resumed"
    AKTE_OPENED = "akte-opened"
    AKTE_CHANGED = "akte-changed"
    AKTE_CLOSED = "akte-closed"
    AKTE_REOPENED = "akte-reopened"
    VORGANG_OPENED = "vorgang-opened"
    VORGANG_CHANGED = "vorgang-changed"
    VORGANG_CLOSED = "vorgang-closed"
    VORGANG_REOPENED = "vorgang-reopened"
    MOVED = "moved"
    DOCUMENT_CORRECTED = "document-corrected"
    ENTRY_ADDED = "entry-added"
    ENTRY_CHANGED = "entry-changed"
    ENTRY_ENDED = "entry-ended"
    AKTENPLAN_CHANGED = "aktenplan-changed"
    VIEWED = "viewed"
    EXPORTED = "exported"
    SEARCHED = "searched"
    VERIFIED = "verified"
    REPAIRED = "repaired"
    REGROUPED = "regrouped"
    REGROUPING_FAILED = "regrouping-failed"
    SUPERSEDED = "superseded"
    RESCAN_WANTED = "rescan-wanted"
    RESCAN_WITHDRAWN = "rescan-withdrawn"
    BATCH_SEEDED = "batch-seeded"
    BATCH_DRAWN = "batch-drawn"
    BATCH_PASSED = "batch-passed"
    BATCH_FAILED = "batch-failed"
    VERFAHREN_ADOPTED = "verfahren-adopted"
    PAPER_RELEASED = "paper-released"
    TRUST_UPDATED = "trust-updated"
    RETENTION_HELD = "retention-held"
    RETENTION_LIFTED = "retention-lifted"
    RETENTION_OFFERED = "retention-offered"
    RETENTION_ANSWERED = "retention-answered"
    ERASURE_ASKED = "erasure-asked"
    ERASED = "erased"
    MODEL_LIVE = "model-live"
    MODEL_REJECTED = "model-rejected"
    BACKED_UP = "backed-up"
    RESTORED = "restored"
    """The home was restored from a backup: what happened after that in the old one is not here."""
    ACCESS_REFUSED = "access-refused"
    """Somebody lacked the role for what they wanted."""


@dataclass(frozen=True)
class Event:
    """One entry of the audit log; it holds ids, digests and codes, never text of a letter."""

    action: Action
    object: str
    """Document id, scan digest or Aktenzeichen."""
    actor: str
    station: str
    at: datetime
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
