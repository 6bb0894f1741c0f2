"""Closing letters whose paper is to be scanned again, each change with its audit event.

All functions here run inside a transaction of the caller, on its connection.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from eakte.audit import log
from eakte.database import Connection, lock
from eakte.domain.akten import CLOSED, Document, DocumentState
from eakte.domain.events import Action, Event
from eakte.domain.findings import Finding, FindingCode
from eakte.errors import RefusedError
from eakte.i18n import _
from eakte.pipeline import releasing
from eakte.records import documents

_LONGEST = 500


def ask_for_rescan(
    connection: Connection, letter: Document, reason: str, actor: str, at: datetime
) -> Document:
    """Close a letter in review until its paper was scanned again; all of it is kept.

    The reason stands in the record, not in the log: it may be about the letter.
    """
    lock(connection)
    releasing.require_waiting(letter)
    wanted = Finding(FindingCode.RESCAN_WANTED, None, reason[:_LONGEST])
    closed = replace(
        letter,
        state=DocumentState.RESCAN,
        findings=(*releasing.without_procedure(letter.findings), wanted),
        first_look=None,
    )
    stored = documents.update(connection, closed)
    log.append(connection, Event(Action.RESCAN_WANTED, letter.id, actor, "", at))
    releasing.fail_sample(connection, letter, "rescan", actor, at)
    return stored


def replace_by_rescan(
    connection: Connection, old: Document, new: Document, actor: str, at: datetime
) -> tuple[Document, Document]:
    """Let the letter of a new scan stand for one that waits for it; it inherits the deadline."""
    lock(connection)
    require(old, DocumentState.RESCAN)
    if new.state in {DocumentState.RELEASED, DocumentState.REGROUPING}:
        detail = _("{document} is at work; say it when it is filed, or waits")
        raise RefusedError(detail=detail.format(document=new.id))
    if new.id == old.id or new.scan == old.scan or new.state in CLOSED:
        detail = _("{document} is no letter of a new scan")
        raise RefusedError(detail=detail.format(document=new.id))
    closed = replace(old, state=DocumentState.SUPERSEDED, successors=(new.id,))
    stored = documents.update(connection, closed)
    heir = _heir(old, new)
    if heir != new:
        heir = documents.update(connection, heir)
    log.append(connection, Event(Action.SUPERSEDED, old.id, actor, "", at, after={"by": new.id}))
    before, after = {"deadline": new.deadline}, {"deadline": heir.deadline, "rescan_of": old.id}
    log.append(connection, Event(Action.CORRECTED, new.id, actor, "", at, before, after))
    return stored, heir


def _heir(old: Document, new: Document) -> Document:
    """Give the new letter the earlier deadline and, while it waits, a word of where it is from."""
    earlier = old.deadline and (not new.deadline or old.deadline < new.deadline)
    if earlier:
        new = replace(new, deadline=old.deadline, deadline_rule=old.deadline_rule)
    if new.state not in {DocumentState.REVIEW, DocumentState.HELD}:
        return new
    detail = f"{old.id}, {old.received_at:%Y-%m-%d}"
    found = Finding(FindingCode.RESCANNED, None, detail)
    kept = new.findings
    if new.state is DocumentState.HELD:
        kept = releasing.without_procedure(kept)
    findings = tuple(dict.fromkeys((*kept, found)))
    return replace(new, state=DocumentState.REVIEW, findings=findings)


def require(letter: Document, state: DocumentState) -> None:
    """Raise RefusedError unless a letter is in that state."""
    if letter.state is not state:
        detail = _("{document} is {state}, not {wanted}")
        told = detail.format(document=letter.id, state=_(letter.state.value), wanted=_(state.value))
        raise RefusedError(detail=told)
