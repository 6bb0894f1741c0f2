"""Taking rows away for good: what goes with a document, a received file or an Akte, and the proofs.

All functions here run inside a transaction of the caller, which also writes the audit event.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from eakte.database import Connection
from eakte.database.mentions import needed_digests
from eakte.database.schema import (
    akte,
    document,
    enclosure,
    entry,
    erased_blob,
    erasure,
    former_seal,
    history,
    reason,
    receipt,
    scan,
    vorgang,
)
from eakte.domain.access import Scope
from eakte.domain.akten import Vorgang
from eakte.domain.codec import from_json
from eakte.domain.erasures import Tombstone, commitment
from eakte.domain.history import RecordKind, vorgang_key
from eakte.domain.ids import Digest, DocumentId
from eakte.domain.moments import local_day, to_micros
from eakte.errors import ErasedError, RecordDamagedError

_SALT_BYTES = 16


def add(connection: Connection, tombstone: Tombstone) -> None:
    """Keep the proof of an erasure."""
    connection.execute(
        sa.insert(erasure).values(
            name=tombstone.name,
            akte=tombstone.akte,
            at=to_micros(tombstone.at),
            proof=tombstone.proof().decode(),
        )
    )


def objects(connection: Connection) -> frozenset[Digest]:
    """Give the sealed originals, and files, that were erased and that no record names any more."""
    told = frozenset(each for one in every(connection) for each in one.digests)
    return told - needed_digests(connection) if told else told


def every(connection: Connection) -> tuple[Tombstone, ...]:
    """Give all proofs, the oldest first."""
    return _select(connection, sa.true())


def of(connection: Connection, name: str) -> tuple[Tombstone, ...]:
    """Give the proofs of a document or an Akte, and of what was erased of that Akte."""
    return _select(connection, (erasure.c.name == name) | (erasure.c.akte == name))


def newest(connection: Connection, name: str) -> Tombstone | None:
    """Give the last proof of a document or an Akte itself."""
    found = _select(connection, erasure.c.name == name)
    return found[-1] if found else None


def require_not_erased(connection: Connection, name: str, scope: Scope) -> None:
    """Raise ErasedError if something of that name was erased and the scope is all."""
    told = newest(connection, name) if scope.everything else None
    if told is not None:
        raise ErasedError(name=name, day=local_day(told.at).isoformat())


def forget_letter(connection: Connection, name: DocumentId) -> tuple[str, ...]:
    """Remove a letter with its history and what hangs on it; gives the records that it was."""
    gone = [f"{RecordKind.DOCUMENT.value}:{name}", *_forget_entries(connection, name)]
    _forget_history(connection, RecordKind.DOCUMENT, name)
    connection.execute(sa.delete(former_seal).where(former_seal.c.document == name))
    connection.execute(sa.delete(document).where(document.c.id == name))
    return tuple(gone)


def forget_file(connection: Connection, digest: Digest) -> None:
    """Remove a received file, its arrivals, and what belongs to it."""
    connection.execute(sa.delete(enclosure).where(enclosure.c.scan == digest))
    connection.execute(sa.delete(receipt).where(receipt.c.digest == digest))
    connection.execute(sa.delete(scan).where(scan.c.digest == digest))


def forget_enclosures(connection: Connection, file: Digest, digests: Collection[Digest]) -> None:
    """Remove some of what belongs to a file that stays."""
    these = (enclosure.c.scan == file) & enclosure.c.digest.in_(digests)
    connection.execute(sa.delete(enclosure).where(these))


def forget_akte(
    connection: Connection, aktenzeichen: str, vorgaenge: Iterable[Vorgang]
) -> tuple[str, ...]:
    """Remove an Akte that holds nothing any more; gives the records that it was."""
    gone = [f"{RecordKind.AKTE.value}:{aktenzeichen}", *_forget_entries(connection, aktenzeichen)]
    for each in vorgaenge:
        key = vorgang_key(each)
        gone.append(f"{RecordKind.VORGANG.value}:{key}")
        _forget_history(connection, RecordKind.VORGANG, key)
        connection.execute(sa.delete(vorgang).where(vorgang.c.id == each.id))
    _forget_history(connection, RecordKind.AKTE, aktenzeichen)
    connection.execute(sa.delete(akte).where(akte.c.aktenzeichen == aktenzeichen))
    return tuple(gone)


def _forget_entries(connection: Connection, subject: str) -> Iterator[str]:
    query = sa.select(entry.c.uuid).where(entry.c.subject == subject).order_by(entry.c.uuid)
    for uuid in list(connection.execute(query).scalars()):
        _forget_history(connection, RecordKind.ENTRY, uuid)
        connection.execute(sa.delete(entry).where(entry.c.uuid == uuid))
        yield f"{RecordKind.ENTRY.value}:{uuid}"


def _forget_history(connection: Connection, kind: RecordKind, key: str) -> None:
    these = (history.c.kind == kind.value) & (history.c.key == key)
    connection.execute(sa.delete(history).where(these))


def left_of(connection: Connection, name: str) -> bool:
    """Tell whether a row tells of a document, a file or an Akte still."""
    queries = (
        sa.select(document.c.id).where(document.c.id == name),
        sa.select(akte.c.aktenzeichen).where(akte.c.aktenzeichen == name),
        sa.select(history.c.key).where(history.c.key == name),
        sa.select(scan.c.digest).where(scan.c.digest == name),
    )
    return any(connection.execute(query.limit(1)).first() is not None for query in queries)


def present(connection: Connection) -> frozenset[str]:
    """Give the names of all letters, received files and Akten."""
    columns = (document.c.id, scan.c.digest, akte.c.aktenzeichen)
    return frozenset(
        name for column in columns for name in connection.execute(sa.select(column)).scalars()
    )


def gone(connection: Connection) -> frozenset[str]:
    """Give the names of what was erased and did not come again."""
    return frozenset(each.name for each in every(connection)) - present(connection)


def doom(connection: Connection, digests: Iterable[Digest]) -> None:
    """Note which blobs are to go."""
    known = doomed(connection)
    rows = [{"digest": each} for each in sorted(set(digests) - known)]
    if rows:
        connection.execute(sa.insert(erased_blob), rows)


def doomed(connection: Connection) -> frozenset[Digest]:
    """Give the blobs that are to go and have not gone yet."""
    return frozenset(map(Digest, connection.execute(sa.select(erased_blob.c.digest)).scalars()))


def settle(connection: Connection, digests: Collection[Digest]) -> None:
    """Note that these blobs went, or are needed by others."""
    for each in digests:
        connection.execute(sa.delete(erased_blob).where(erased_blob.c.digest == each))


def keep_reason(connection: Connection, text: str) -> str:
    """Keep what was said in words; gives the commitment that the audit log may hold."""
    salt = secrets.token_hex(_SALT_BYTES)
    name = commitment(salt, text)
    connection.execute(sa.insert(reason).values(commitment=name, salt=salt, text=text))
    return name


def reason_of(connection: Connection, name: str) -> str:
    """Give what was said in words, "" if it was erased."""
    query = sa.select(reason.c.text).where(reason.c.commitment == name)
    return str(connection.execute(query).scalar_one_or_none() or "")


def wrong_reasons(connection: Connection) -> tuple[str, ...]:
    """Give the commitments of reasons whose words were changed."""
    rows = connection.execute(sa.select(reason).order_by(reason.c.commitment))
    return tuple(row.commitment for row in rows if commitment(row.salt, row.text) != row.commitment)


def forget_reasons(connection: Connection, names: Collection[str]) -> None:
    """Remove what was said in words; its commitments in the log tell nothing any more."""
    connection.execute(sa.delete(reason).where(reason.c.commitment.in_(names)))


def kept_proofs(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Give name and text of all proofs, the oldest first, "" for a text that does not fit its row.

    What they say is to be held against the audit log.
    """
    rows = connection.execute(sa.select(erasure).order_by(erasure.c.id)).all()
    return tuple((str(row.name), row.proof if _fits(row) else "") for row in rows)


def _fits(row: Any) -> bool:
    try:
        told = from_json(Tombstone, row.proof)
    except ValueError:
        return False
    return (told.name, told.akte, to_micros(told.at)) == (row.name, row.akte, row.at)


def _select(connection: Connection, condition: sa.ColumnElement[bool]) -> tuple[Tombstone, ...]:
    """Give proofs; raises RecordDamagedError if a row cannot be one."""
    rows = connection.execute(sa.select(erasure).where(condition).order_by(erasure.c.id)).all()
    return tuple(map(_tombstone, rows))


def _tombstone(row: Any) -> Tombstone:
    try:
        return from_json(Tombstone, row.proof)
    except ValueError as problem:
        told = str(problem).splitlines()[0]
        raise RecordDamagedError(document=row.name, detail=told) from problem
