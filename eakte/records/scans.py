"""Received files: what came in, when, and where each one is.

Functions that take a scope give and count only what it may see by name and state.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from eakte.database import Connection
from eakte.database.schema import enclosure as enclosure_table
from eakte.database.schema import receipt as receipt_table
from eakte.database.schema import scan as scan_table
from eakte.domain.access import EVERYTHING, Scope
from eakte.domain.codec import from_json, to_json
from eakte.domain.findings import Finding
from eakte.domain.ids import Digest
from eakte.domain.mail import (
    Batch,
    Enclosure,
    EnclosureRole,
    Inspection,
    Scan,
    ScanState,
    Side,
)
from eakte.domain.moments import from_micros, to_micros
from eakte.errors import NotFoundError, RefusedError
from eakte.i18n import N_
from eakte.records import visible


@dataclass(frozen=True)
class ScanRecord:
    """A received file with its state; `attempt` counts its intakes."""

    scan: Scan
    state: ScanState
    media_type: str
    pages: int
    findings: tuple[Finding, ...]
    attempt: int


@dataclass(frozen=True)
class Receipt:
    """One arrival; `again` if the same bytes had come before."""

    digest: Digest
    name: str
    station: str
    received_at: datetime
    again: bool


def received(connection: Connection) -> Iterator[tuple[Digest, tuple[datetime, ...]]]:
    """Give every file with when it was received, and then when by its arrivals, in order."""
    here, arrival = scan_table.c, receipt_table.c
    query = sa.select(here.digest, here.received_at, arrival.received_at.label("arrived_at"))
    joined = query.select_from(scan_table.outerjoin(receipt_table, arrival.digest == here.digest))
    rows = connection.execute(joined.order_by(here.digest, arrival.id))
    for digest, each in groupby(rows, lambda row: row.digest):
        group = list(each)
        moments = (group[0].received_at, *(row.arrived_at for row in group if row.arrived_at))
        yield Digest(digest), tuple(map(from_micros, moments))


def receive(connection: Connection, scan: Scan) -> bool:
    """Record an arrival; gives False if the same bytes were received before."""
    new = find(connection, scan.digest) is None
    if new:
        connection.execute(
            sa.insert(scan_table).values(
                digest=scan.digest,
                name=scan.name,
                station=scan.station,
                pipeline=scan.pipeline,
                size=scan.size,
                received_at=to_micros(scan.received_at),
                state=ScanState.RECEIVED.value,
                updated_at=to_micros(scan.received_at),
            )
        )
    connection.execute(
        sa.insert(receipt_table).values(
            digest=scan.digest,
            name=scan.name,
            station=scan.station,
            received_at=to_micros(scan.received_at),
            again=not new,
        )
    )
    return new


def find(connection: Connection, digest: Digest) -> ScanRecord | None:
    """Give the file with that digest, if it was ever received."""
    row = connection.execute(sa.select(scan_table).where(scan_table.c.digest == digest)).first()
    return None if row is None else _record(row)


def is_known(connection: Connection, digest: Digest, scope: Scope) -> bool:
    """Tell whether a file was received, to somebody who may see it by name and state."""
    query = sa.select(scan_table.c.digest).where(scan_table.c.digest == digest)
    return connection.execute(query.where(visible.files(scope))).first() is not None


def named(connection: Connection, name: str) -> tuple[Digest, ...]:
    """Give the digests of the newest files that arrived under a name, ten at most."""
    query = sa.select(receipt_table.c.digest).where(receipt_table.c.name == name)
    rows = connection.execute(query.order_by(receipt_table.c.id.desc()).limit(10)).all()
    return tuple(dict.fromkeys(Digest(row.digest) for row in rows))


def get(connection: Connection, digest: Digest) -> ScanRecord:
    """Give the file with that digest; raises NotFoundError."""
    record = find(connection, digest)
    if record is None:
        raise NotFoundError(kind=N_("scan"), name=digest)
    return record


def find_quarantined(connection: Connection, name: str, scope: Scope = EVERYTHING) -> ScanRecord:
    """Give the one file in quarantine of that name, or whose digest begins like that."""
    matches = (scan_table.c.digest.startswith(name, autoescape=True)) | (scan_table.c.name == name)
    quarantined = scan_table.c.state == ScanState.QUARANTINE.value
    query = sa.select(scan_table).where(matches, quarantined, visible.files(scope)).limit(2)
    rows = connection.execute(query).all()
    if not rows:
        raise NotFoundError(kind=N_("file in quarantine"), name=name)
    if len(rows) > 1:
        raise RefusedError(detail=N_("several files are called so; name one by its SHA-256"))
    return _record(rows[0])


def in_state(
    connection: Connection, state: ScanState, scope: Scope = EVERYTHING
) -> tuple[ScanRecord, ...]:
    """Give all files in a state, oldest first."""
    seen = visible.files(scope)
    query = sa.select(scan_table).where(scan_table.c.state == state.value, seen)
    rows = connection.execute(query.order_by(scan_table.c.received_at)).all()
    return tuple(_record(row) for row in rows)


def every(connection: Connection, scope: Scope = EVERYTHING) -> tuple[ScanRecord, ...]:
    """Give all files, in order of their names."""
    query = sa.select(scan_table).where(visible.files(scope)).order_by(scan_table.c.name)
    rows = connection.execute(query).all()
    return tuple(_record(row) for row in rows)


def receipts(
    connection: Connection, scope: Scope = EVERYTHING, *, again_only: bool = False
) -> tuple[Receipt, ...]:
    """Give the arrivals in order; `again_only` leaves the first arrival of each file out."""
    seen = visible.arrivals(scope)
    query = sa.select(receipt_table).where(seen).order_by(receipt_table.c.id)
    if again_only:
        query = query.where(receipt_table.c.again)
    return tuple(
        Receipt(
            Digest(row.digest), row.name, row.station, from_micros(row.received_at), bool(row.again)
        )
        for row in connection.execute(query).all()
    )


def enclose(
    connection: Connection, scan: Digest, enclosures: tuple[Enclosure, ...]
) -> tuple[Enclosure, ...]:
    """Note files that belong to a received one; gives those that were not known to."""
    if not enclosures:
        return ()
    known = set(enclosures_of(connection, scan))
    new = tuple(each for each in dict.fromkeys(enclosures) if each not in known)
    for each in new:
        connection.execute(
            sa.insert(enclosure_table).values(
                scan=scan, name=each.name, digest=each.digest, role=each.role.value
            )
        )
    return new


def enclosures_of(connection: Connection, scan: Digest) -> tuple[Enclosure, ...]:
    """Give the files that belong to a received one, in the order in which they were noted."""
    query = sa.select(enclosure_table).where(enclosure_table.c.scan == scan)
    rows = connection.execute(query.order_by(enclosure_table.c.id)).all()
    return tuple(_enclosure(row) for row in rows)


def deliveries_with(connection: Connection, digest: Digest) -> tuple[ScanRecord, ...]:
    """Give the containers that a received file is a member of."""
    member = EnclosureRole.MEMBER.value
    query = (
        sa.select(scan_table)
        .join(enclosure_table, enclosure_table.c.scan == scan_table.c.digest)
        .where(enclosure_table.c.digest == digest, enclosure_table.c.role == member)
        .distinct()
    )
    return tuple(_record(row) for row in connection.execute(query).all())


def enclosing(connection: Connection, digest: Digest) -> tuple[Digest, ...]:
    """Give the received files that a file belongs to, whatever it is to them."""
    query = sa.select(enclosure_table.c.scan).where(enclosure_table.c.digest == digest).distinct()
    return tuple(map(Digest, connection.execute(query).scalars()))


def set_batch(connection: Connection, digest: Digest, batch: Batch) -> None:
    """Note which batch, and which side of its sheets, a scan holds."""
    side = batch.side.value
    _update(connection, digest, batch=batch.number, side=side, in_order=batch.in_order)


def is_in_order(connection: Connection, digest: Digest) -> bool:
    """Tell whether the even pages of a half were scanned front to back."""
    query = sa.select(scan_table.c.in_order).where(scan_table.c.digest == digest)
    return bool(connection.execute(query).scalar_one())


def other_half(connection: Connection, station: str, batch: Batch) -> ScanRecord | None:
    """Give the oldest scan with the other side of a station's batch that waits, or else gave up."""
    side = Side.EVEN if batch.side is Side.ODD else Side.ODD
    query = sa.select(scan_table).where(
        *_of_batch(station, batch.number), scan_table.c.side == side.value
    )
    gave_up = scan_table.c.state != ScanState.WAITING.value
    row = connection.execute(query.order_by(gave_up, scan_table.c.received_at).limit(1)).first()
    return None if row is None else _record(row)


def count_halves(connection: Connection, station: str, number: str) -> int:
    """Give how many scans of a station's batch, of either side, wait or gave up."""
    query = sa.select(sa.func.count()).select_from(scan_table).where(*_of_batch(station, number))
    return int(connection.execute(query).scalar_one())


def waiting_since(connection: Connection, moment: datetime) -> tuple[ScanRecord, ...]:
    """Give the halves that have waited for their other half since before `moment`."""
    query = sa.select(scan_table).where(
        scan_table.c.state == ScanState.WAITING.value,
        scan_table.c.updated_at < to_micros(moment),
    )
    return tuple(_record(row) for row in connection.execute(query).all())


def set_inspection(connection: Connection, digest: Digest, inspection: Inspection) -> None:
    """Keep what looking into the file found."""
    _update(
        connection,
        digest,
        media_type=inspection.media_type.value,
        pages=len(inspection.pages),
    )


def set_state(
    connection: Connection,
    digest: Digest,
    state: ScanState,
    findings: tuple[Finding, ...],
    at: datetime,
) -> None:
    """Move a file to a state, with the findings that explain it."""
    text = to_json(findings, tuple[Finding, ...]).decode()
    _update(connection, digest, state=state.value, findings=text, updated_at=to_micros(at))


def retry(connection: Connection, digest: Digest, at: datetime) -> int:
    """Move a file from quarantine back to received; gives the number of the new attempt."""
    record = get(connection, digest)
    attempt = record.attempt + 1
    state = ScanState.RECEIVED.value
    _update(
        connection, digest, state=state, attempt=attempt, findings="[]", updated_at=to_micros(at)
    )
    return attempt


def counts(connection: Connection, scope: Scope = EVERYTHING) -> dict[str, int]:
    """Give the number of files per state."""
    seen = sa.select(scan_table.c.state, sa.func.count()).where(visible.files(scope))
    query = seen.group_by(scan_table.c.state)
    found = {str(state): int(count) for state, count in connection.execute(query).all()}
    return {state.value: found.get(state.value, 0) for state in ScanState}


def _of_batch(station: str, number: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        scan_table.c.station == station,
        scan_table.c.batch == number,
        scan_table.c.state.in_([ScanState.WAITING.value, ScanState.QUARANTINE.value]),
    )


def _update(connection: Connection, digest: Digest, **values: Any) -> None:
    connection.execute(sa.update(scan_table).where(scan_table.c.digest == digest).values(**values))


def _enclosure(row: Any) -> Enclosure:
    return Enclosure(row.name, Digest(row.digest), EnclosureRole(row.role))


def _record(row: Any) -> ScanRecord:
    scan = Scan(
        digest=Digest(row.digest),
        name=row.name,
        station=row.station,
        pipeline=row.pipeline,
        size=int(row.size),
        received_at=from_micros(row.received_at),
    )
    findings: tuple[Finding, ...] = from_json(tuple[Finding, ...], row.findings)
    state = ScanState(row.state)
    return ScanRecord(scan, state, row.media_type, int(row.pages), findings, int(row.attempt))
