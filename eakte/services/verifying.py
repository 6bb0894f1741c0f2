"""Verifying sealed originals of the records, and any PDF file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from eakte import sandbox
from eakte.domain.akten import Document
from eakte.domain.events import Action
from eakte.domain.verification import Verdict, VerificationReport
from eakte.errors import RefusedError
from eakte.i18n import _
from eakte.pipeline.desk import Desk
from eakte.records import akten, documents
from eakte.seal.verify import verify, verify_own
from eakte.services.desks import note

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


def verify_document(desk: Desk, prefix: str) -> Verified:
    """Verify the sealed original of a letter against the record."""
    with desk.engine.connect() as connection:
        document = documents.get_by_prefix(connection, prefix)
    return _noted(desk, _verified(desk, document))


def verify_akte(desk: Desk, aktenzeichen: str) -> tuple[Verified, ...]:
    """Verify every sealed original of an Akte."""
    with desk.engine.connect() as connection:
        akten.get(connection, aktenzeichen)
        filed = documents.of_akte(connection, aktenzeichen)
    return tuple(_noted(desk, _verified(desk, document)) for document in filed)


def verify_all(desk: Desk) -> tuple[Verified, ...]:
    """Verify every sealed original."""
    with desk.engine.connect() as connection:
        sealed = documents.sealed(connection)
    return tuple(_noted(desk, _verified(desk, document)) for document in sealed)


def overall(verified: tuple[Verified, ...]) -> Verdict:
    """Give the worst verdict of all: INVALID before INDETERMINATE before VALID."""
    verdicts = {each.report.verdict for each in verified}
    for verdict in (Verdict.INVALID, Verdict.INDETERMINATE):
        if verdict in verdicts:
            return verdict
    return Verdict.VALID if verdicts else Verdict.INDETERMINATE


def _verified(desk: Desk, document: Document) -> Verified:
    if document.sealed is None:
        detail = _("{document} has no sealed original; it is {state}")
        raise RefusedError(detail=detail.format(document=document.id, state=document.state.value))
    report = verify_own(
        desk.store.path(document.sealed),
        desk.home.trust,
        desk.clock.now(),
        document.sealed,
        len(document.pages),
    )
    return Verified(document.id, document.subject, report)


def _noted(desk: Desk, verified: Verified) -> Verified:
    note(desk, Action.VERIFIED, verified.name, verdict=verified.report.verdict.value)
    return verified
