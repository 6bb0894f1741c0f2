"""What audit log and sealed file say of a letter, held against its record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from eakte.audit import log
from eakte.database import Connection
from eakte.domain.akten import Document
from eakte.domain.events import Action
from eakte.domain.findings import AFTER_SEALING
from eakte.domain.verification import Check, Verdict, VerificationReport
from eakte.errors import StoreError
from eakte.i18n import _
from eakte.pdfa.metadata import read_transfervermerk
from eakte.pipeline.desk import Desk

_TELLING = frozenset(
    {
        Action.PROPOSED, Action.CORRECTED, Action.SEALED, Action.FILED, Action.RENEWED,
        Action.DOCUMENT_CORRECTED, Action.MOVED, Action.ERASED,
    }
)  # fmt: skip
"""The events that say what a filed letter is, and that it is no more."""


@dataclass(frozen=True)
class Logged:
    """What the log says of a filed letter: the sealed digest and its level, Akte, class, date."""

    sealed: str
    akte: str
    class_id: str
    letter_date: str
    level: str


def logged(connection: Connection, document: str = "") -> dict[str, Logged]:
    """Give what the log says of every filed letter, or of one; what was erased is left out."""
    latest: dict[str, dict[str, str]] = {}
    for event in log.of_actions(connection, _TELLING, document):
        if event.action is Action.ERASED:
            latest.pop(event.object, None)
        else:
            latest.setdefault(event.object, {}).update(event.after)
    return {
        name: Logged(
            said["sha256"], said.get("akte", ""), said["class"], said["date"], said["level"]
        )
        for name, said in latest.items()
        if "sha256" in said
    }


def against_record(
    desk: Desk, document: Document, report: VerificationReport, known: Logged | None
) -> VerificationReport:
    """Add checks that a verified file is the one that was sealed for this very letter."""
    facts = [
        (
            known is not None and known.sealed == document.sealed,
            _("Digest in the log"),
            _("the audit log names the same SHA-256 for this letter"),
        ),
        (
            known is not None and known.level == document.seal_level.value,
            _("Level in the log"),
            _("the audit log says that it was sealed for the same level"),
        ),
        (
            known is not None and known.akte == document.aktenzeichen,
            _("Akte in the log"),
            _("the audit log names the same Akte for this letter"),
        ),
        (
            known is not None and _class_and_date(document) == (known.class_id, known.letter_date),
            _("Class and date in the log"),
            _("the audit log names the same class and date for this letter"),
        ),
        (
            _names(desk, document),
            _("Transfervermerk of this letter"),
            _("it is in the file, and agrees with the record in id, scan, pages, receipt"),
        ),
        (
            _has_scan(desk, document),
            _("Scan in the store"),
            _("the file as received is there, unchanged"),
        ),
    ]
    first = len(report.checks) + 1
    added = tuple(
        Check(number, name, passed, meaning if passed else _("it contradicts the record"))
        for number, (passed, name, meaning) in enumerate(facts, start=first)
    )
    failed = next((check for check in added if not check.passed), None)
    checked = replace(report, checks=(*report.checks, *added))
    if failed is None or report.verdict is Verdict.INVALID:
        return checked
    return replace(checked, verdict=Verdict.INVALID, reason=f"{failed.name}: {failed.detail}")


def without(
    name: str, reason: str, trusted: str, at: datetime, *, removed: bool = True
) -> VerificationReport:
    """Report that there is nothing to judge: INVALID if it was removed, else INDETERMINATE."""
    check = Check(1, name, passed=False if removed else None, detail=reason)
    return VerificationReport(
        verdict=Verdict.INVALID if removed else Verdict.INDETERMINATE,
        reason=f"{name}: {reason}",
        sha256="",
        size=0,
        verified_at=at,
        trusted=trusted,
        signatures=(),
        timestamps=(),
        checks=(check,),
    )


def _names(desk: Desk, document: Document) -> bool:
    """Tell whether the Transfervermerk in the file is that of the record."""
    if document.sealed is None:
        return False
    inside = read_transfervermerk(desk.store.path(document.sealed))
    if inside is None or inside != document.transfervermerk:
        return False
    stated = (inside.document, inside.source_sha256, inside.pages, inside.received_at)
    recorded = (document.id, document.scan, document.pages, document.received_at)
    found = tuple(each for each in document.findings if each.code not in AFTER_SEALING)
    return stated == recorded and inside.anomalies == found


def _has_scan(desk: Desk, document: Document) -> bool:
    try:
        desk.store.checked(document.scan)
    except StoreError:
        return False
    return True


def _class_and_date(document: Document) -> tuple[str, str]:
    return document.classification.class_id or "", document.letter_date
