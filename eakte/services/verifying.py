"""Verifying sealed originals of the records, and any PDF file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from eakte import sandbox
from eakte.database import Connection
from eakte.domain.akten import Document, DocumentState
from eakte.domain.events import Action
from eakte.domain.ids import DocumentId
from eakte.domain.verification import Verdict, VerificationReport
from eakte.errors import RefusedError
from eakte.i18n import _
from eakte.pipeline.desk import Desk
from eakte.records import akten, documents
from eakte.seal.verify import verify, verify_own
from eakte.services import evidence
from eakte.services.desks import note
from eakte.services.evidence import Logged

_FOREIGN_FILE_LIMITS = sandbox.Limits(wall_seconds=60, cpu_seconds=60, memory_mb=2000)


@dataclass(frozen=True)
class Verified:
    """What was verified (a document id or file name) and what was found."""

    name: str
    title: str
    report: VerificationReport


def verify_file(file: Path, trust: Path, at: datetime) -> Verified:
    """Verify a PDF that may be hostile, in a limited child process, against the given trust."""
    report = sandbox.call(_FOREIGN_FILE_LIMITS, verify, file.absolute(), trust.absolute(), at)
    return Verified(file.name, "", report)


def verify_document(desk: Desk, prefix: str, trust: Path) -> Verified:
    """Verify the sealed original of a letter against record, audit log and trust anchors."""
    with desk.engine.connect() as connection:
        document = documents.get_by_prefix(connection, prefix)
        known = evidence.logged(connection, document.id)
    if document.sealed is None and document.id not in known:
        detail = _("{document} has no sealed original; it is {state}")
        raise RefusedError(detail=detail.format(document=document.id, state=document.state.value))
    return _verified(desk, trust, document.id, document, known.get(document.id))


def verify_akte(desk: Desk, aktenzeichen: str, trust: Path) -> tuple[Verified, ...]:
    """Verify every letter of an Akte: those that the records name, and those that the log does."""
    with desk.engine.connect() as connection:
        akten.get(connection, aktenzeichen)
        known = evidence.logged(connection)
        filed = {each.id: each for each in documents.of_akte(connection, aktenzeichen)}
        logged = {name for name, each in known.items() if each.akte == aktenzeichen}
        return _verify(desk, connection, trust, known, logged | set(filed))


def verify_all(desk: Desk, trust: Path) -> tuple[Verified, ...]:
    """Verify every letter that was ever filed, by the records or by the log."""
    with desk.engine.connect() as connection:
        known = evidence.logged(connection)
        sealed = {each.id for each in documents.sealed(connection)}
        return _verify(desk, connection, trust, known, sealed | set(known))


def overall(verified: tuple[Verified, ...]) -> Verdict:
    """Give the worst verdict of all: INVALID before INDETERMINATE before VALID."""
    verdicts = {each.report.verdict for each in verified}
    for verdict in (Verdict.INVALID, Verdict.INDETERMINATE):
        if verdict in verdicts:
            return verdict
    return Verdict.VALID if verdicts else Verdict.INDETERMINATE


def _verify(
    desk: Desk, connection: Connection, trust: Path, known: dict[str, Logged], names: set[str]
) -> tuple[Verified, ...]:
    found = {name: documents.find(connection, DocumentId(name)) for name in sorted(names)}
    return tuple(
        _verified(desk, trust, name, document, known.get(name)) for name, document in found.items()
    )


def _verified(
    desk: Desk, trust: Path, name: str, document: Document | None, known: Logged | None
) -> Verified:
    """Verify one letter and note it in the audit log."""
    title = document.subject if document else ""
    verified = Verified(name, title, _report(desk, trust, document, known))
    note(desk, Action.VERIFIED, name, verdict=verified.report.verdict.value)
    return verified


def _report(
    desk: Desk, trust: Path, document: Document | None, known: Logged | None
) -> VerificationReport:
    now = desk.clock.now()
    if document is None or document.sealed is None or document.state is not DocumentState.FILED:
        reason = _("the log tells of a filed letter that the records do not have")
        return evidence.missing(_("Record"), reason, str(trust), now)
    path = desk.store.path(document.sealed)
    if not path.is_file():
        reason = _("the sealed original is not in the store")
        return evidence.missing(_("Sealed original"), reason, str(trust), now)
    report = verify_own(path, trust, now, document.sealed, len(document.pages))
    return evidence.against_record(desk, document, report, known)
