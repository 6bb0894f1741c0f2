"""Erasing letters and Akten: what goes together, and taking it out of the records for good.

All functions here run inside a transaction of the caller, on its connection. What they take away
is told by one event and one Löschnachweis each, in the same transaction; the blobs follow when it
is committed (`eakte.services.sweeping`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from eakte.audit import log
from eakte.database import Connection, lock
from eakte.database.mentions import digests_in, working_digests
from eakte.domain.akten import CLOSED, Akte, Document, DocumentState
from eakte.domain.erasures import Ground, Tombstone
from eakte.domain.events import Action, Event
from eakte.domain.ids import Digest, DocumentId, document_id
from eakte.domain.mail import EnclosureRole, ScanState
from eakte.domain.preservation import SealedVersion
from eakte.pipeline.indexing import erase_entry
from eakte.pipeline.keeping import By
from eakte.pipeline.submit import work_on
from eakte.records import akten, documents, erasures, former_seals, scans

ERASED = "erased-records"
"""The name under which an event tells which records of the history went with an erasure."""
ERASABLE = CLOSED | {DocumentState.FILED}
"""Letters in other states are at work."""
_BUSY = frozenset({ScanState.RECEIVED, ScanState.WAITING})


@dataclass(frozen=True)
class Order:
    """Who asked for an erasure, of what, and why; `by` confirms it."""

    asked_for: str
    asked_by: str
    by: By
    ground: Ground
    reason: str
    """Commitment."""


@dataclass(frozen=True)
class Doomed:
    """What goes together."""

    letters: tuple[Document, ...]
    files: frozenset[Digest]
    """Received files that hold nothing else."""
    stays: frozenset[Digest]
    """Received files that hold these letters, and others."""


def doomed(connection: Connection, letters: Iterable[Document]) -> Doomed:
    """Give what goes with letters: those that they stand for, and the files they came in."""
    going = {each.id: each for each in letters}
    superseded = documents.in_state(connection, DocumentState.SUPERSEDED)
    while more := [each for each in superseded if _stood_for(connection, each, going)]:
        going |= {each.id: each for each in more}
    files, stays = _files(connection, going, tuple(each.scan for each in going.values()))
    return Doomed(tuple(going.values()), files, stays)


def lone_file(connection: Connection, digest: Digest) -> Doomed:
    """Give what goes with a received file that became no letter; it may be packed in others."""
    files, stays = _files(connection, {}, (digest,))
    return Doomed((), files, stays)


def _stood_for(connection: Connection, letter: Document, going: dict[DocumentId, Document]) -> bool:
    """Tell whether all that stands for a superseded letter goes, or is gone."""
    if letter.id in going or going.keys().isdisjoint(letter.successors):
        return False
    left = (each for each in letter.successors if each not in going)
    return all(documents.find(connection, each) is None for each in left)


def _files(
    connection: Connection, going: dict[DocumentId, Document], came_in: tuple[Digest, ...]
) -> tuple[frozenset[Digest], frozenset[Digest]]:
    """Give the received files that go, and those that stay for others' sake."""
    gone, stays = set[Digest](), set[Digest]()
    waiting = list(came_in)
    while waiting:
        file = waiting.pop()
        if file in gone | stays or scans.find(connection, file) is None:
            continue
        if _is_free(connection, file, going) and (
            file in came_in or documents.packed_in(connection, file)
        ):
            gone.add(file)
        else:
            stays.add(file)
        waiting += [each.scan.digest for each in scans.deliveries_with(connection, file)]
    inside = list(gone)
    while inside:
        for each in scans.enclosures_of(connection, inside.pop()):
            if each.digest not in gone and _goes_with(connection, each.digest, going, gone):
                gone.add(each.digest)
                inside.append(each.digest)
    return frozenset(gone), frozenset(stays)


def _holders(connection: Connection, file: Digest) -> set[Digest]:
    """Give a received file with all that it was packed in."""
    found, waiting = set[Digest](), [file]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += [one.scan.digest for one in scans.deliveries_with(connection, each)]
    return found


def _is_free(connection: Connection, file: Digest, going: dict[DocumentId, Document]) -> bool:
    """Tell whether a received file holds nothing but letters that go."""
    inside = documents.packed_in(connection, file)
    busy = scans.get(connection, file).state in _BUSY
    return not busy and all(each.id in going for each in inside)


def _goes_with(
    connection: Connection, file: Digest, going: dict[DocumentId, Document], gone: set[Digest]
) -> bool:
    """Tell whether a file that came in one that goes was received itself, and goes too."""
    if scans.find(connection, file) is None or not _is_free(connection, file, going):
        return False
    return set(scans.enclosing(connection, file)) <= gone


def erase_letters(connection: Connection, found: Doomed, order: Order) -> None:
    """Take letters out of the records, each with its event and proof."""
    lock(connection)
    names = {each.id for each in found.letters}
    erasures.doom(connection, _blobs(connection, found, names))
    for letter in found.letters:
        seals = (letter.sealed, *(each.sealed for each in _former(connection, letter)))
        tombstone = _tombstone(
            letter.id,
            letter.aktenzeichen,
            order,
            digests=(*filter(None, seals), letter.scan),
            stays=tuple(sorted(found.stays & _holders(connection, letter.scan))),
        )
        erase_entry(connection, letter.id)
        gone = erasures.forget_letter(connection, letter.id)
        _tell(connection, tombstone, order, gone)
    for file in sorted(found.files):
        erasures.forget_file(connection, file)
    for file, reports in _reports(connection, found):
        erasures.forget_enclosures(connection, file, reports)


def erase_file(connection: Connection, found: Doomed, order: Order) -> None:
    """Take a received file out of the records that became no letter."""
    lock(connection)
    erasures.doom(connection, _blobs(connection, found, set()))
    for file in sorted(found.files):
        erasures.forget_file(connection, file)
    stays = tuple(sorted(found.stays))
    digests = tuple(sorted(found.files))
    tombstone = _tombstone(order.asked_for, "", order, digests=digests, stays=stays)
    _tell(connection, tombstone, order, ())


def erase_akte(
    connection: Connection, akte: Akte, order: Order, facts: tuple[tuple[str, str], ...]
) -> None:
    """Take an Akte out of the records that holds no letter any more."""
    lock(connection)
    vorgaenge = akten.vorgaenge(connection, akte.aktenzeichen)
    gone = erasures.forget_akte(connection, akte.aktenzeichen, vorgaenge)
    name = akte.aktenzeichen
    _tell(connection, _tombstone(name, name, order, facts=facts), order, gone)


def _former(connection: Connection, letter: Document) -> tuple[SealedVersion, ...]:
    return former_seals.of_document(connection, letter.id)[::-1]


def _tombstone(
    name: str,
    akte: str,
    order: Order,
    digests: tuple[Digest, ...] = (),
    stays: tuple[Digest, ...] = (),
    facts: tuple[tuple[str, str], ...] = (),
) -> Tombstone:
    return Tombstone(
        name=name,
        akte=akte,
        at=order.by.at,
        asked_by=order.asked_by,
        confirmed_by=order.by.actor,
        ground=order.ground,
        reason=order.reason,
        asked_for=order.asked_for,
        digests=digests,
        stays=stays,
        facts=facts,
    )


def _tell(
    connection: Connection, tombstone: Tombstone, order: Order, gone: tuple[str, ...]
) -> None:
    """Keep the proof of an erasure, and write its event."""
    erasures.add(connection, tombstone)
    after = {
        "akte": tombstone.akte,
        ERASED: ",".join(gone),
        "asked-for": order.asked_for,
        "asked-by": order.asked_by,
        "ground": order.ground.value,
        "reason": order.reason,
        "proof": tombstone.digest(),
    }
    event = Event(Action.ERASED, tombstone.name, order.by.actor, "", order.by.at, after=after)
    log.append(connection, event)


def _blobs(connection: Connection, found: Doomed, names: set[DocumentId]) -> Iterator[Digest]:
    """Give every blob that these letters and files name, anywhere."""
    for letter in found.letters:
        yield from (letter.scan, letter.text, letter.alto, letter.archive_copy)
        yield from filter(None, (letter.sealed, letter.report))
        for former in _former(connection, letter):
            yield from (former.sealed, former.report)
    for file in found.files:
        yield file
        yield from (each.digest for each in scans.enclosures_of(connection, file))
    for _file, reports in _reports(connection, found):
        yield from reports
    for event in log.of_objects(connection, names | found.files):
        yield from (each for value in event.after.values() for each in digests_in(value))
    parts = names | {document_id(file, 1) for file in found.files}
    beginnings = tuple(each for name in parts for each in work_on(name))
    yield from working_digests(connection, lambda workflow: workflow.startswith(beginnings))


def _reports(connection: Connection, found: Doomed) -> Iterator[tuple[Digest, tuple[Digest, ...]]]:
    """Give what was reported of these letters, and hangs on files that stay."""
    names = {each.id for each in found.letters}
    for file in found.stays:
        yield (
            file,
            tuple(
                each.digest
                for each in scans.enclosures_of(connection, file)
                if each.role is EnclosureRole.CONFORMANCE and each.name.split(" ")[0] in names
            ),
        )
