"""What audit log and sealed file say of a letter, held against its record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from eakte.audit import log
from eakte.database import Connection
from eakte.domain.akten import Document
from eakte.domain.events import Action
from eakte.domain.verification import Check, Verdict, VerificationReport
from eakte.i18n import _
from eakte.pdfa.metadata import read_transfervermerk
from eakte.pipeline.desk import Desk


@dataclass(frozen=True)
class Logged:
    """What the log says of a filed letter: the digest that was sealed, the Akte it went to."""

    sealed: str
    akte: str


def logged(connection: Connection, document: str = "") -> dict[str, Logged]:
    """Give what the log says of every filed letter, or of one."""
    sealed = log.of_action(connection, Action.SEALED, document)
    filed = log.of_action(connection, Action.FILED, document)
    akten = {event.object: event.after.get("akte", "") for event in filed}
    return {
        event.object: Logged(event.after.get("sha256", ""), akten.get(event.object, ""))
        for event in sealed
    }


def against_record(
    desk: Desk, document: Document, report: VerificationReport, known: Logged | None
) -> VerificationReport:
    """Add checks that a verified file is the one that was sealed for this very letter."""
    pairs = [
        (_("Digest in the log"), known is not None and known.sealed == document.sealed),
        (_("Akte in the log"), known is not None and known.akte == document.aktenzeichen),
        (_("Transfervermerk of this letter"), _names(desk, document)),
    ]
    first = len(report.checks) + 1
    added = tuple(
        Check(number, name, passed, "" if passed else _("it contradicts the record"))
        for number, (name, passed) in enumerate(pairs, start=first)
    )
    failed = next((check for check in added if not check.passed), None)
    checked = replace(report, checks=(*report.checks, *added))
    if failed is None or report.verdict is Verdict.INVALID:
        return checked
    return replace(checked, verdict=Verdict.INVALID, reason=f"{failed.name}: {failed.detail}")


def missing(name: str, reason: str, trusted: str, at: datetime) -> VerificationReport:
    """Report that what should be there is not: INVALID, for something was removed."""
    check = Check(1, name, passed=False, detail=reason)
    return VerificationReport(
        verdict=Verdict.INVALID,
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
    same_letter = inside is not None and inside.document == document.id
    return same_letter and inside == document.transfervermerk
