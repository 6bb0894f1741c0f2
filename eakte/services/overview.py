"""Where everything is: counts, what waits longest, what went wrong, and a line per letter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from eakte.database import Connection
from eakte.domain.access import Scope
from eakte.domain.akten import Delay, Document, DocumentState
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.mail import Enclosure, ScanState
from eakte.domain.quality import BatchState
from eakte.inbox.listing import LeftAlone
from eakte.pipeline.desk import Desk
from eakte.pipeline.submit import intake_id
from eakte.pipeline.workflows import pages_read
from eakte.records import batches, documents, receipts, scans, troubles
from eakte.records.scans import Receipt, ScanRecord
from eakte.records.troubles import Trouble
from eakte.services import anchor_places, evidence_state
from eakte.services.access import Permission, require
from eakte.services.evidence_state import EvidenceDelay
from eakte.services.survey import survey


@dataclass(frozen=True)
class Quarantined:
    """A file in quarantine, with its reasons."""

    name: str
    digest: str
    at: datetime
    reasons: tuple[Finding, ...]


@dataclass(frozen=True)
class BeingRead:
    """A file whose pages are being read: how many are done, of how many."""

    name: str
    digest: str
    done: int
    pages: int


@dataclass(frozen=True)
class Rescan:
    """A letter whose paper is to be scanned again: where to find it, and what a clerk asks for."""

    document: str
    file: str
    station: str
    received_at: datetime
    pages: tuple[int, ...]
    wish: str


@dataclass(frozen=True)
class HeldBatch:
    """A batch that goes on once persons have released the letters of its sample."""

    batch: str
    held: int
    """So many letters wait for that."""
    sample: tuple[str, ...]
    """The letters that a person has yet to release."""


@dataclass(frozen=True)
class Delayed:
    """Released letters that wait for a service without which they cannot be sealed."""

    letters: int
    since: datetime
    """The first of them."""
    reason: str
    """An English sentence; it is translated for display."""
    detail: str


@dataclass(frozen=True)
class Status:
    """Counts per state, the oldest letter that waits, what went wrong, and what was not taken."""

    files: dict[str, int]
    letters: dict[str, int]
    received_again: int
    oldest_waiting: Document | None
    reading: tuple[BeingRead, ...]
    quarantine: tuple[Quarantined, ...]
    troubles: tuple[Trouble, ...]
    """What could not be taken when the watcher last tried, and what holds intake up."""
    arriving: int
    """Files and deliveries in the inboxes that are still to be taken."""
    left_alone: tuple[LeftAlone, ...]
    """What lies in the inboxes and is not taken: temporary names, links, pipes, folders."""
    rescans: tuple[Rescan, ...] = ()
    """What the mailroom is to scan again."""
    held: tuple[HeldBatch, ...] = ()
    delays: tuple[Delayed, ...] = ()
    """What cannot be sealed now, by its reason."""
    evidence: EvidenceDelay | None = None
    """Set while no evidence records can be made."""


@dataclass(frozen=True)
class Line:
    """A letter (or a file that became none), as the overview table shows it."""

    file: str
    digest: str
    document: str
    pages: int
    class_name: str
    confidence: float | None
    named_aktenzeichen: str
    """Aktenzeichen that the letter names, as extracted."""
    akte: str
    state: str
    verdict: str
    reasons: tuple[Finding, ...]
    level: str = ""
    """The protection level that its seal reaches, as its Transfervermerk says."""
    same_as: str = ""
    """For a repeated arrival: the file that came first, with its state; for a file that came
    beside another one: that one."""


def status(desk: Desk) -> Status:
    """Gather the counts of what the current user may see."""
    scope = require(desk, Permission.STATUS)
    with desk.engine.connect() as connection:
        files, letters = scans.counts(connection, scope), documents.counts(connection, scope)
        waiting = documents.in_state(connection, DocumentState.REVIEW, scope)
        quarantined = scans.in_state(connection, ScanState.QUARANTINE, scope)
        received = scans.in_state(connection, ScanState.RECEIVED, scope)
        again = len(scans.receipts(connection, scope, again_only=True))
        present = (*troubles.every(connection), *anchor_places.troubles(desk))
        wanted = documents.to_scan_again(connection, scope)
        rescans = tuple(_rescan(scans.get(connection, each.scan), each) for each in wanted)
        held = tuple(_held_batches(connection, scope))
        delays = tuple(_delays(documents.in_state(connection, DocumentState.DELAYED, scope)))
        evidence = evidence_state.delay(connection)
    found = survey(desk.home, scope)
    progress = pages_read(desk.engine) if received else {}
    return Status(
        files=files,
        letters=letters,
        received_again=again,
        oldest_waiting=waiting[0] if waiting else None,
        reading=tuple(_being_read(received, progress)),
        quarantine=tuple(_quarantined(record) for record in quarantined),
        troubles=tuple(each for each in present if scope.covers_station(each.station)),
        arriving=found.arriving,
        left_alone=found.left_alone,
        rescans=rescans,
        held=held,
        delays=delays,
        evidence=evidence,
    )


def lines(desk: Desk) -> tuple[Line, ...]:
    """Give a line per letter and per file that became none, by file name.

    Every arrival has one: also a repeated one, and a file that came beside another.
    """
    scope = require(desk, Permission.STATUS)
    found: list[Line] = []
    with desk.engine.connect() as connection:
        records = scans.every(connection, scope)
        again = scans.receipts(connection, scope, again_only=True)
        beside = receipts.came_beside(connection)
        for record in records:
            letters = documents.of_scan(connection, record.scan.digest, scope)
            found += [_letter_line(desk, record, letter) for letter in letters]
            if not letters:
                found.append(_file_line(record))
    first = {record.scan.digest: record for record in records}
    found += [_again_line(each, first.get(each.digest)) for each in again]
    found += [_beside_line(each, first[scan]) for scan, each in beside if scan in first]
    return tuple(sorted(found, key=lambda line: (line.file, line.document)))


def _held_batches(connection: Connection, scope: Scope) -> Iterator[HeldBatch]:
    for batch in batches.unfinished(connection):
        letters = documents.of_batch(connection, batch.id, scope)
        if not letters:
            continue
        held = sum(each.state is DocumentState.HELD for each in letters)
        waiting = (each for each in letters if each.state is DocumentState.REVIEW)
        if batch.state is BatchState.SAMPLING:
            yield HeldBatch(batch.id, held, tuple(each.id for each in waiting if each.sampled))


def _delays(letters: Iterable[Document]) -> Iterator[Delayed]:
    """Give the letters of each reason together, with what was said last."""
    reasons = dict[str, list[Delay]]()
    for letter in letters:
        if letter.delay is not None:
            reasons.setdefault(letter.delay.reason, []).append(letter.delay)
    for reason, delays in reasons.items():
        last = max(delays, key=lambda each: each.since)
        yield Delayed(len(delays), min(each.since for each in delays), reason, last.detail)


def _being_read(
    received: Iterable[ScanRecord], progress: dict[str, tuple[int, int]]
) -> Iterator[BeingRead]:
    for record in received:
        known = progress.get(intake_id(record.scan.digest, record.attempt))
        if known:
            yield BeingRead(record.scan.name, record.scan.digest, *known)


def _quarantined(record: ScanRecord) -> Quarantined:
    scan = record.scan
    return Quarantined(scan.name, scan.digest, scan.received_at, record.findings)


def _rescan(record: ScanRecord, letter: Document) -> Rescan:
    wishes = [each for each in letter.findings if each.code is FindingCode.RESCAN_WANTED]
    scan, wish = record.scan, wishes[-1].detail if wishes else ""
    return Rescan(letter.id, scan.name, scan.station, letter.received_at, letter.pages, wish)


def _letter_line(desk: Desk, record: ScanRecord, letter: Document) -> Line:
    definition = desk.definitions.class_of(letter.classification.class_id)
    named = [field.value for field in letter.extraction.fields if field.name == "aktenzeichen"]
    return Line(
        file=record.scan.name,
        digest=record.scan.digest,
        document=letter.id,
        pages=len(letter.pages),
        class_name=definition.name if definition else "",
        confidence=letter.classification.confidence,
        named_aktenzeichen=", ".join(dict.fromkeys(named)),
        akte=letter.aktenzeichen,
        state=letter.state.value,
        verdict=letter.verdict,
        reasons=letter.findings,
        level=letter.level_reached,
    )


def _file_line(record: ScanRecord) -> Line:
    scan = record.scan
    state = record.state.value
    pages = record.pages
    return Line(scan.name, scan.digest, "", pages, "", None, "", "", state, "", record.findings)


def _again_line(receipt: Receipt, first: ScanRecord | None) -> Line:
    """Tell of a repeated arrival; of the first one only what may be seen."""
    same_as = f"= {first.scan.name} ({first.state.value})" if first else "="
    name, digest = receipt.name, receipt.digest
    return Line(name, digest, "", 0, "", None, "", "", "duplicate", "", (), same_as=same_as)


def _beside_line(enclosure: Enclosure, main: ScanRecord) -> Line:
    name, digest = enclosure.name, enclosure.digest
    belongs_to = f"> {main.scan.name} ({main.state.value})"
    return Line(name, digest, "", 0, "", None, "", "", "enclosed", "", (), same_as=belongs_to)
