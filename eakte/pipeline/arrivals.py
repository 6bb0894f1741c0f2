"""Changes of state while a delivery is taken apart or put together, each with its audit event.

All functions here run inside a transaction of the caller, on its connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from eakte.audit import log
from eakte.database import Connection, lock
from eakte.domain.blobs import BlobStore
from eakte.domain.codec import to_json
from eakte.domain.events import Action, Event
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.ids import Digest
from eakte.domain.mail import (
    Delivery,
    DeliveryKind,
    Enclosure,
    EnclosureRole,
    Half,
    Scan,
    ScanState,
    Side,
)
from eakte.i18n import N_
from eakte.pipeline import transitions
from eakte.pipeline.opened import Opened
from eakte.pipeline.submit import Submitter
from eakte.pipeline.transitions import MACHINE
from eakte.records import scans
from eakte.records.scans import ScanRecord

_UNCERTAIN = Finding(
    FindingCode.HALVES_DIFFER,
    None,
    N_("several sides of this batch number waited, or too long; compare front and reverse sides"),
)


def receive(
    connection: Connection,
    scan: Scan,
    store: BlobStore,
    submitter: Submitter,
    actor: str,
    enclosures: tuple[Enclosure, ...] = (),
) -> bool:
    """Record an arrival as `transitions.receive` does; signatures beside a known file are verified.

    That file's intake is over or runs already, so each new one is received as if it came alone.
    """
    known = scans.enclosures_of(connection, scan.digest)
    if transitions.receive(connection, scan, submitter, actor, enclosures):
        return True
    for each in enclosures:
        if each.role is EnclosureRole.SIGNATURE and each not in known:
            size = store.path(each.digest).stat().st_size
            alone = replace(scan, digest=each.digest, name=each.name, size=size)
            transitions.receive(connection, alone, submitter, actor)
    return False


def take_apart(
    connection: Connection,
    scan: Digest,
    opened: Opened,
    store: BlobStore,
    submitter: Submitter,
    at: datetime,
) -> None:
    """Note what is in a received file, and receive its members as files of their own.

    They were received when their container was. A file without pages of its own is done with that.
    """
    lock(connection)
    record = scans.get(connection, scan)
    if record.state is not ScanState.RECEIVED:
        return
    new = _enclose(connection, record, scan, opened.enclosures, at)
    for member in opened.members:
        if Enclosure(member.name, member.digest, EnclosureRole.MEMBER) not in new:
            continue  # a retry: it was received at the first try
        child = Scan(
            digest=member.digest,
            name=member.name,
            station=record.scan.station,
            pipeline=record.scan.pipeline,
            size=member.size,
            received_at=record.scan.received_at,
        )
        receive(connection, child, store, submitter, MACHINE, member.enclosures)
    if opened.belongs_to is not None:
        came = [Enclosure(record.scan.name, scan, EnclosureRole.SIGNATURE)]
        if opened.report is not None:
            came.append(Enclosure(record.scan.name, opened.report, EnclosureRole.REPORT))
        _enclose(connection, record, opened.belongs_to, tuple(came), at)
    if not opened.has_pages:
        scans.set_state(connection, scan, ScanState.PROCESSED, opened.findings, at)


def enclose_reports(
    connection: Connection, scan: Digest, reports: tuple[Enclosure, ...], at: datetime
) -> None:
    """Keep what the verification of signatures found with the file that they came with."""
    lock(connection)
    _enclose(connection, scans.get(connection, scan), scan, reports, at)


def collate(
    connection: Connection,
    scan: Digest,
    half: Half,
    store: BlobStore,
    submitter: Submitter,
    at: datetime,
) -> None:
    """Let one half of a duplex batch wait, or join it with the half that waits at its station.

    The halves stay what they are; their manifest is received as a delivery of both. If another
    scan of the batch waits too, or the other half was given up, a person must compare them.
    """
    lock(connection)
    record = scans.get(connection, scan)
    if record.state is not ScanState.RECEIVED:
        return
    batch = half.batch
    scans.set_batch(connection, scan, batch)
    other = scans.other_half(connection, record.scan.station, batch)
    count = scans.count_halves(connection, record.scan.station, batch.number)
    others = [other] if other and other.state is ScanState.WAITING else []
    findings = half.findings if count == len(others) else (*half.findings, _UNCERTAIN)
    if other is None:
        scans.set_state(connection, scan, ScanState.WAITING, findings, at)
        after = {"batch": batch.number, "side": batch.side.value}
        log.append(connection, _event(Action.WAITING, record, scan, after, at))
        return
    present = replace(record, findings=findings)
    odd, even = (present, other) if batch.side is Side.ODD else (other, present)
    _join(connection, batch.number, (odd, even), store, submitter, at)


def unlock(
    connection: Connection,
    record: ScanRecord,
    view: Digest,
    submitter: Submitter,
    actor: str,
    at: datetime,
) -> None:
    """Keep a readable view of an encrypted file and try the file again."""
    lock(connection)
    digest, station = record.scan.digest, record.scan.station
    scans.enclose(connection, digest, (Enclosure("", view, EnclosureRole.VIEW),))
    event = Event(Action.UNLOCKED, digest, actor, station, at, after={"view": view})
    log.append(connection, event)
    transitions.retry(connection, digest, submitter, actor, at)


def give_up_waiting(connection: Connection, scan: Digest, at: datetime) -> None:
    """Put a half whose other half did not come into quarantine; it can be tried again there."""
    lock(connection)
    if scans.get(connection, scan).state is ScanState.WAITING:
        scans.set_state(connection, scan, ScanState.RECEIVED, (), at)
        finding = Finding(FindingCode.OTHER_HALF_MISSING)
        transitions.quarantine(connection, scan, finding, at)


def _join(
    connection: Connection,
    number: str,
    halves: tuple[ScanRecord, ScanRecord],
    store: BlobStore,
    submitter: Submitter,
    at: datetime,
) -> None:
    pieces = tuple(
        Enclosure(half.scan.name, half.scan.digest, EnclosureRole.PIECE) for half in halves
    )
    name = f"{number} (duplex)"
    in_order = scans.is_in_order(connection, halves[1].scan.digest)
    digest = store.put(to_json(Delivery(DeliveryKind.DUPLEX, name, pieces, in_order)))
    first = min(halves, key=lambda half: half.scan.received_at).scan
    size = sum(half.scan.size for half in halves)
    joined = Scan(digest, name, first.station, first.pipeline, size, first.received_at)
    transitions.receive(connection, joined, submitter, MACHINE, pieces)
    for half in halves:
        came = FindingCode.OTHER_HALF_MISSING
        doubts = tuple(each for each in half.findings if each.code is not came)
        scans.set_state(connection, half.scan.digest, ScanState.PROCESSED, doubts, at)
        after = {"delivery": digest}
        log.append(connection, _event(Action.ENCLOSED, half, half.scan.digest, after, at))


def _enclose(
    connection: Connection,
    record: ScanRecord,
    scan: Digest,
    enclosures: tuple[Enclosure, ...],
    at: datetime,
) -> tuple[Enclosure, ...]:
    new = scans.enclose(connection, scan, enclosures)
    if new:
        after = {str(each.digest): each.role.value for each in new}
        log.append(connection, _event(Action.ENCLOSED, record, scan, after, at))
    return new


def _event(
    action: Action, record: ScanRecord, scan: Digest, after: Mapping[str, str], at: datetime
) -> Event:
    return Event(action, scan, MACHINE, record.scan.station, at, after=after)
