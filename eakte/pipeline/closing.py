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
from eakte.domain.moments import local_day
from eakte.errors import RefusedError
from eakte.i18n import _
from eakte.pipeline import heritage, releasing
from eakte.pipeline.definition import Definitions
from eakte.pipeline.noted import Stated
from eakte.records import documents
from eakte.review import persons

_LONGEST = 500


def ask_for_rescan(
    connection: Connection, letter: Document, reason: Stated, actor: str, at: datetime
) -> Document:
    """Close a letter in review until its paper was scanned again; all of it is kept.

    The log holds a salted hash of the reason: it may be about the letter.
    """
    lock(connection)
    releasing.require_waiting(letter)
    wanted = Finding(FindingCode.RESCAN_WANTED, None, reason.text[:_LONGEST])
    closed = replace(
        letter,
        state=DocumentState.RESCAN,
        findings=(*releasing.without_procedure(letter.findings), wanted),
        first_look=None,
    )
    stored = documents.update(connection, closed)
    after = {"reason": reason.kept}
    log.append(connection, Event(Action.RESCAN_WANTED, letter.id, actor, "", at, after=after))
    releasing.fail_sample(connection, letter, "rescan", actor, at)
    return stored


def withdraw_rescan(connection: Connection, letter: Document, actor: str, at: datetime) -> Document:
    """Give a letter back to review whose paper will not be scanned again.

    What was asked for stays a finding: the scan may lack it. Raises RefusedError if the letter does
    not wait for a new scan, or that is there.
    """
    lock(connection)
    if letter.state is DocumentState.SUPERSEDED:
        detail = _("{document} has its new scan already: {new}")
        raise RefusedError(
            detail=detail.format(document=letter.id, new=", ".join(letter.successors))
        )
    require(letter, DocumentState.RESCAN)
    findings = tuple(
        replace(each, code=FindingCode.RESCAN_WITHDRAWN)
        if each.code is FindingCode.RESCAN_WANTED
        else each
        for each in letter.findings
    )
    back = replace(letter, state=DocumentState.REVIEW, findings=tuple(dict.fromkeys(findings)))
    stored = documents.update(connection, back)
    log.append(connection, Event(Action.RESCAN_WITHDRAWN, letter.id, actor, "", at))
    return stored


def replace_by_rescan(
    connection: Connection,
    old: Document,
    new: Document,
    actor: str,
    definitions: Definitions,
    at: datetime,
) -> tuple[Document, Document]:
    """Let the letter of a new scan stand for one that waits for it; it inherits the deadline.

    Raises RefusedError if it does not, if the new letter is none of a new scan or at work, or if it
    was released by less than the old one needs.
    """
    lock(connection)
    require(old, DocumentState.RESCAN)
    if new.state in {DocumentState.RELEASED, DocumentState.DELAYED, DocumentState.REGROUPING}:
        detail = _("{document} is at work; say it when it is filed, or waits")
        raise RefusedError(detail=detail.format(document=new.id))
    if new.id == old.id or new.scan == old.scan or new.state in CLOSED:
        detail = _("{document} is no letter of a new scan")
        raise RefusedError(detail=detail.format(document=new.id))
    heir = _heir(old, new, actor, definitions)
    _require_enough(old, heir, definitions)
    closed = replace(old, state=DocumentState.SUPERSEDED, successors=(new.id,))
    stored = documents.update(connection, closed)
    if heir != new:
        heir = documents.update(connection, heir)
    log.append(connection, Event(Action.SUPERSEDED, old.id, actor, "", at, after={"by": new.id}))
    before, after = {"deadline": new.deadline}, {"deadline": heir.deadline, "rescan_of": old.id}
    log.append(connection, Event(Action.CORRECTED, new.id, actor, "", at, before, after))
    return stored, heir


def _require_enough(old: Document, heir: Document, definitions: Definitions) -> None:
    """Raise RefusedError if what is sealed already was released by less than the old one needs."""
    definition = definitions.class_of(old.classification.class_id)
    release = heir.release
    if release is None or definition is None:
        return
    asked = definition.schutzbedarf, release, release.first, heir.lowered_by
    if persons.refusal(*asked) or persons.needs_another(*asked):
        detail = _("{document} was released by less than {old} needs: Schutzbedarf {need}")
        need = definition.schutzbedarf.value
        raise RefusedError(detail=detail.format(document=heir.id, old=old.id, need=need))


def _heir(old: Document, new: Document, actor: str, definitions: Definitions) -> Document:
    """Give the new letter what it inherits and, while it waits, a word of where it is from."""
    new = heritage.heir(new, (old,), definitions)
    new = heritage.with_lowering(new, (old,), actor, definitions)
    if new.state not in {DocumentState.REVIEW, DocumentState.HELD}:
        return new
    detail = f"{old.id}, {local_day(old.first_receipt)}"
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
