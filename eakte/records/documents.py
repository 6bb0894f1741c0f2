"""Letters: one row per part of a scan, changed only by someone who saw its newest version.

Functions that take a scope give and count only what it may see (`records.visible`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from eakte.database import Connection
from eakte.database.schema import document as table
from eakte.database.schema import unfiled
from eakte.domain.access import EVERYTHING, Scope
from eakte.domain.akten import Delay, Document, DocumentState
from eakte.domain.archive import Conversion
from eakte.domain.codec import from_json, to_json
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.findings import Finding
from eakte.domain.ids import Digest, DocumentId
from eakte.domain.letters import Classification, Extraction
from eakte.domain.moments import from_micros, to_micros
from eakte.domain.preservation import Protection
from eakte.domain.transfervermerk import Look, Release, Transfervermerk
from eakte.errors import NotFoundError, RecordDamagedError, RefusedError
from eakte.i18n import N_, _
from eakte.records import erasures, visible

_DOCUMENT_ID = re.compile(r"[0-9a-f]{1,16}(-\d+)?")


def add(connection: Connection, document: Document) -> None:
    """Add a letter. Raises RefusedError if another one has its id: nothing is ever overwritten."""
    if find(connection, document.id) is not None:
        detail = _("there is a letter {document} already").format(document=document.id)
        raise RefusedError(detail=detail)
    connection.execute(sa.insert(table).values(id=document.id, **_columns(document)))


def update(connection: Connection, document: Document) -> Document:
    """Store a changed letter as its next version; raises RefusedError if someone was faster."""
    changed = replace(document, version=document.version + 1)
    seen = (table.c.id == document.id) & (table.c.version == document.version)
    result = connection.execute(sa.update(table).where(seen).values(**_columns(changed)))
    if result.rowcount != 1:
        detail = _("{document} was changed by someone else meanwhile").format(document=document.id)
        raise RefusedError(detail=detail)
    return changed


def find(connection: Connection, document_id: DocumentId) -> Document | None:
    """Give a letter by its whole id."""
    row = connection.execute(sa.select(table).where(table.c.id == document_id)).first()
    return None if row is None else _document(row)


def get(connection: Connection, document_id: DocumentId) -> Document:
    """Give a letter by its whole id; raises NotFoundError."""
    document = find(connection, document_id)
    if document is None:
        raise NotFoundError(kind=N_("document"), name=document_id)
    return document


def is_document_id(text: str) -> bool:
    """Tell whether text could be the id of a letter, or the beginning of one."""
    return _DOCUMENT_ID.fullmatch(text) is not None


def get_by_prefix(connection: Connection, prefix: str, scope: Scope = EVERYTHING) -> Document:
    """Give the one letter in scope whose id is or starts with `prefix`; raises NotFoundError.

    It is an ErasedError for the whole id of one that was erased, if the scope is all.
    """
    if is_document_id(prefix):
        begins, named = table.c.id.startswith(prefix, autoescape=True), table.c.id == prefix
        query = sa.select(table).where(visible.documents(scope))
        for condition in (named,) if "-" in prefix else (named, begins):
            rows = connection.execute(query.where(condition).limit(2)).all()
            if len(rows) == 1:
                return _document(rows[0])
    erasures.require_not_erased(connection, prefix, scope)
    raise NotFoundError(kind=N_("document"), name=prefix)


def in_state(
    connection: Connection, state: DocumentState, scope: Scope = EVERYTHING
) -> tuple[Document, ...]:
    """Give all letters in a state, oldest receipt first."""
    return _select(connection, _is(state), scope)


def of_scan(
    connection: Connection, scan: Digest, scope: Scope = EVERYTHING
) -> tuple[Document, ...]:
    """Give the letters that a scan was split into."""
    return _select(connection, table.c.scan == scan, scope)


def packed_in(connection: Connection, scan: Digest) -> tuple[Document, ...]:
    """Give the letters that came in a file: its own, and those of what is packed in it."""
    return _select(connection, visible.packed_in(scan), EVERYTHING)


def of_batch(connection: Connection, batch: str, scope: Scope = EVERYTHING) -> tuple[Document, ...]:
    """Give the letters of a batch for quality assurance."""
    return _select(connection, table.c.batch == batch, scope)


def sample_states(connection: Connection, batch: str) -> tuple[DocumentState, ...]:
    """Give the states of the letters that were drawn from a batch; asked often, so it is light."""
    drawn = sa.select(table.c.state).where(table.c.batch == batch, table.c.sampled)
    return tuple(DocumentState(state) for state in connection.execute(drawn).scalars())


def count_of_batch(connection: Connection, batch: str) -> int:
    """Give the number of letters of a batch."""
    query = sa.select(sa.func.count()).select_from(table).where(table.c.batch == batch)
    return int(connection.execute(query).scalar_one())


def of_vorgang(
    connection: Connection, vorgang_id: int, scope: Scope = EVERYTHING
) -> tuple[Document, ...]:
    """Give the letters filed in a Vorgang."""
    return _select(connection, table.c.vorgang_id == vorgang_id, scope)


def of_akte(
    connection: Connection, aktenzeichen: str, scope: Scope = EVERYTHING
) -> tuple[Document, ...]:
    """Give the letters filed in an Akte."""
    filed = table.c.state == DocumentState.FILED.value
    return _select(connection, (table.c.aktenzeichen == aktenzeichen) & filed, scope)


def counts_of_akten(
    connection: Connection, akten: Collection[str], scope: Scope = EVERYTHING
) -> dict[str, int]:
    """Give the number of letters filed in each of some Akten that has any, by Aktenzeichen."""
    query = sa.select(table.c.aktenzeichen, sa.func.count()).group_by(table.c.aktenzeichen)
    asked = table.c.aktenzeichen.in_(akten)
    rows = connection.execute(query.where(filed(), asked, visible.documents(scope))).all()
    return {str(aktenzeichen): int(count) for aktenzeichen, count in rows}


def count_on_their_way(connection: Connection, aktenzeichen: str, scope: Scope = EVERYTHING) -> int:
    """Give the number of letters that are to be filed in an Akte and are not yet."""
    ahead = (
        DocumentState.REVIEW, DocumentState.HELD, DocumentState.RELEASED, DocumentState.DELAYED,
    )  # fmt: skip
    there = (table.c.aktenzeichen == aktenzeichen) & table.c.state.in_([*map(str, ahead)])
    query = sa.select(sa.func.count()).select_from(table).where(there, visible.documents(scope))
    return int(connection.execute(query).scalar_one())


def with_deadline(
    connection: Connection, until: str, scope: Scope = EVERYTHING
) -> tuple[Document, ...]:
    """Give the letters due by a day (ISO, inclusive), the most urgent first; none that went."""
    due = (table.c.deadline != "") & (table.c.deadline <= until)
    gone = (DocumentState.REJECTED.value, DocumentState.SUPERSEDED.value)
    going_on = table.c.state.not_in(gone)
    found = _select(connection, due & going_on, scope)
    return tuple(sorted(found, key=lambda document: document.deadline))


def to_scan_again(connection: Connection, scope: Scope = EVERYTHING) -> tuple[Document, ...]:
    """Give the letters whose paper is to be scanned again, for the mailroom."""
    return _select(connection, _is(DocumentState.RESCAN) & visible.to_scan_again(scope))


def among(
    connection: Connection, names: Iterable[str], scope: Scope = EVERYTHING
) -> tuple[DocumentId, ...]:
    """Give those of some letters that are in scope, in their order."""
    asked = tuple(names)
    query = sa.select(table.c.id).where(table.c.id.in_(asked), visible.documents(scope))
    found = set(connection.execute(query).scalars())
    return tuple(DocumentId(each) for each in asked if each in found)


def sealed(connection: Connection, scope: Scope = EVERYTHING) -> tuple[Document, ...]:
    """Give every letter that has a sealed original."""
    return _select(connection, table.c.sealed.is_not(None), scope)


def protections(connection: Connection) -> tuple[tuple[DocumentId, Protection], ...]:
    """Give what every filed sealed original rests on, with its letter; light, for all of them."""
    filed = (table.c.state == DocumentState.FILED.value) & (table.c.protection != "")
    rows = connection.execute(sa.select(table.c.id, table.c.protection).where(filed))
    return tuple((DocumentId(row.id), from_json(Protection, row.protection)) for row in rows)


def filed(
    *, akte: str = "", class_id: str = "", since: str = "", until: str = ""
) -> ColumnElement[bool]:
    """Say which letters are filed, of an Akte, class, and range of dates (ISO, inclusive)."""
    condition = table.c.state == DocumentState.FILED.value
    if akte:
        condition &= table.c.aktenzeichen == akte
    if class_id:
        condition &= table.c.class_id == class_id
    if since:
        condition &= table.c.letter_date >= since
    if until:
        condition &= (table.c.letter_date <= until) & (table.c.letter_date != "")
    return condition


def several(connection: Connection, ids: Collection[str]) -> dict[DocumentId, Document]:
    """Give letters by their ids; unknown ones are left out."""
    rows = connection.execute(sa.select(table).where(table.c.id.in_(ids))).all()
    return {DocumentId(row.id): _document(row) for row in rows}


def filed_texts(connection: Connection) -> tuple[tuple[DocumentId, Digest, str], ...]:
    """Give id, digest of the text, and sender of every filed letter, oldest first; light."""
    query = sa.select(table.c.id, table.c.text, table.c.sender).where(filed())
    rows = connection.execute(query.order_by(table.c.received_at, table.c.id)).all()
    return tuple((DocumentId(row.id), Digest(row.text), row.sender) for row in rows)


def counts(connection: Connection, scope: Scope = EVERYTHING) -> dict[str, int]:
    """Give the number of letters per state."""
    seen = sa.select(table.c.state, sa.func.count()).where(visible.documents(scope))
    query = seen.group_by(table.c.state)
    found = {str(state): int(count) for state, count in connection.execute(query).all()}
    return {state.value: found.get(state.value, 0) for state in DocumentState}


def _is(state: DocumentState) -> ColumnElement[bool]:
    """Say which letters are in a state; those not filed, few among many, have an index."""
    return (table.c.state if state is DocumentState.FILED else unfiled) == state.value


def _select(
    connection: Connection, condition: Any, scope: Scope = EVERYTHING
) -> tuple[Document, ...]:
    seen = sa.select(table).where(condition, visible.documents(scope))
    query = seen.order_by(table.c.received_at, table.c.id)
    return tuple(_document(row) for row in connection.execute(query).all())


def _columns(document: Document) -> dict[str, Any]:
    """Give every column but the id."""
    return {
        "scan": document.scan,
        "part": document.part,
        "pages": to_json(document.pages, tuple[int, ...]).decode(),
        "state": document.state.value,
        "received_at": to_micros(document.received_at),
        "class_id": document.classification.class_id,
        "confidence": document.classification.confidence,
        "least": document.classification.least,
        "reasons": to_json(document.classification.reasons, tuple[str, ...]).decode(),
        "model": document.classification.model,
        "subject": document.subject,
        "sender": document.sender,
        "letter_date": document.letter_date,
        "aktenzeichen": document.aktenzeichen,
        "fields": to_json(document.extraction).decode(),
        "findings": to_json(document.findings, tuple[Finding, ...]).decode(),
        "text": document.text,
        "alto": document.alto,
        "archive_copy": document.archive_copy,
        "conversion": to_json(document.conversion).decode(),
        "recognised_at": to_micros(document.recognised_at),
        "release": _optional_json(document.release),
        "transfervermerk": _optional_json(document.transfervermerk),
        "sealed": document.sealed,
        "report": document.report,
        "verdict": document.verdict,
        "protection": _optional_json(document.protection),
        "vorgang_id": document.vorgang_id,
        "version": document.version,
        "deadline": document.deadline,
        "deadline_rule": document.deadline_rule,
        "successors": to_json(document.successors, tuple[DocumentId, ...]).decode(),
        "batch": document.batch,
        "sampled": document.sampled,
        "first_look": _optional_json(document.first_look),
        "first_received_at": document.first_received_at and to_micros(document.first_received_at),
        "lowered_by": to_json(document.lowered_by, tuple[str, ...]).decode(),
        "delay": _optional_json(document.delay),
        "confidentiality": document.confidentiality.value,
    }


def _document(row: Any) -> Document:
    """Give a letter; raises RecordDamagedError if the row cannot be one."""
    try:
        return _read(row)
    except (ValueError, TypeError) as problem:
        told = str(problem).splitlines()[0]
        raise RecordDamagedError(document=row.id, detail=told) from problem


def _read(row: Any) -> Document:
    reasons: tuple[str, ...] = from_json(tuple[str, ...], row.reasons)
    return Document(
        id=DocumentId(row.id),
        scan=Digest(row.scan),
        part=int(row.part),
        pages=from_json(tuple[int, ...], row.pages),
        state=DocumentState(row.state),
        received_at=from_micros(row.received_at),
        classification=Classification(
            row.class_id, float(row.confidence), reasons, row.model, row.least
        ),
        subject=row.subject,
        sender=row.sender,
        letter_date=row.letter_date,
        aktenzeichen=row.aktenzeichen,
        extraction=from_json(Extraction, row.fields),
        findings=from_json(tuple[Finding, ...], row.findings),
        text=Digest(row.text),
        alto=Digest(row.alto),
        archive_copy=Digest(row.archive_copy),
        conversion=from_json(Conversion, row.conversion),
        recognised_at=from_micros(row.recognised_at),
        release=from_json(Release, row.release) if row.release else None,
        transfervermerk=from_json(Transfervermerk, row.transfervermerk)
        if row.transfervermerk
        else None,
        sealed=Digest(row.sealed) if row.sealed else None,
        report=Digest(row.report) if row.report else None,
        verdict=row.verdict,
        protection=from_json(Protection, row.protection) if row.protection else None,
        vorgang_id=row.vorgang_id,
        version=int(row.version),
        deadline=row.deadline,
        deadline_rule=row.deadline_rule,
        successors=from_json(tuple[DocumentId, ...], row.successors),
        batch=row.batch,
        sampled=bool(row.sampled),
        first_look=from_json(Look, row.first_look) if row.first_look else None,
        first_received_at=row.first_received_at and from_micros(row.first_received_at),
        lowered_by=from_json(tuple[str, ...], row.lowered_by),
        delay=from_json(Delay, row.delay) if row.delay else None,
        confidentiality=Confidentiality(row.confidentiality),
    )


def _optional_json(value: object) -> str:
    return "" if value is None else to_json(value).decode()
