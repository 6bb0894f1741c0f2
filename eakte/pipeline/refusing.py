"""Giving a released letter back to review: it could not be sealed, or its Akte was closed.

All functions here run inside a transaction of the caller, on its connection.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from eakte.audit import log
from eakte.database import Connection, lock
from eakte.domain.akten import DocumentState
from eakte.domain.events import Action
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.ids import DocumentId
from eakte.pipeline.noted import MACHINE, event
from eakte.records import akten, documents


def refuse_seal(connection: Connection, document: DocumentId, reason: str, at: datetime) -> None:
    """Give a letter whose seal failed, or whose Akte was closed meanwhile, back to review.

    Nothing of it was filed; a seal that was made already counts for nothing.
    """
    lock(connection)
    letter = documents.get(connection, document)
    if letter.state is not DocumentState.RELEASED:
        return
    finding = closed(connection, letter.aktenzeichen)
    if finding is None:
        finding = Finding(FindingCode.SEAL_FAILED, None, reason[:500])
    findings = tuple(dict.fromkeys((*letter.findings, finding)))
    back = replace(letter, state=DocumentState.REVIEW, release=None, findings=findings, delay=None)
    documents.update(connection, back)
    after = {"reason": finding.code.value}
    log.append(connection, event(Action.SEAL_REFUSED, document, MACHINE, at, "", after))


def closed(connection: Connection, aktenzeichen: str) -> Finding | None:
    """Give what holds a letter whose Akte is closed: it is never filed there, and never lost."""
    akte = akten.find(connection, aktenzeichen)
    if akte is None or akte.closed_at is None:
        return None
    return Finding(FindingCode.AKTE_CLOSED, None, aktenzeichen)
