"""What an erasure leaves to do after its transaction: blobs, workflows, slots, traces on disk.

The rows and their events are gone or there together; what follows here is done again by whoever
comes after a crash: the same command once more, or `eakte doctor --repair`. It works only while
the home's slot is held, so that no workflow puts bytes that it has not named yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta

from eakte.audit import log
from eakte.database import Connection, let_go_of_deleted, snapshot, transaction
from eakte.database.mentions import digests_in, needed_digests, working_digests
from eakte.domain.events import Action
from eakte.domain.ids import Digest, DocumentId, document_id
from eakte.pipeline import workflows
from eakte.pipeline.desk import Desk
from eakte.pipeline.submit import work_on
from eakte.records import documents, erasures
from eakte.search.index import index_of
from eakte.services.reach import done_work, reachable

_REMEMBERED = timedelta(days=31)
"""So long ended workflows may be remembered; older ones a repair forgets whatever they did."""
_SLOTS = "sealed"


def finish(desk: Desk) -> int:
    """Remove what is left of everything that was erased; gives how many blobs went."""
    letters = _lately_erased(desk)
    workflows.forget(desk.engine, prefixes(letters))
    for slot, _digest in list(desk.store.slots()):
        kind, _slash, rest = slot.partition("/")
        if kind == _SLOTS and rest.partition("/")[0] in letters:
            desk.store.unclaim(slot)
    gone = _sweep(desk)
    with transaction(desk.engine) as connection:
        if letters:
            index_of(connection).tidy(connection)
    let_go_of_deleted(desk.engine)
    return gone


def erased_leftovers(desk: Desk) -> frozenset[Digest]:
    """Give the blobs of erased records that are to go still."""
    with snapshot(desk.engine) as connection:
        found = erasures.doomed(connection)
        return found - _named(connection, found) if found else found


def _sweep(desk: Desk) -> int:
    """Remove the blobs of erased records that nothing else needs.

    What unfinished work names is looked for before the lock is taken: the slot is held, so that no
    more comes. What records and log name is asked under the lock, as a repair does.
    """
    with desk.engine.connect() as connection:
        found = erasures.doomed(connection)
    if not found:
        return 0
    done = done_work(desk)
    with desk.engine.connect() as connection:
        at_work = working_digests(connection, lambda workflow: not done(workflow))
    at_work = reachable(desk, at_work)
    with transaction(desk.engine) as connection:
        gone = found - at_work - _named(connection, found)
        there = [digest for digest in gone if desk.store.path(digest).is_file()]
        for digest in there:
            desk.store.remove(digest)
        erasures.settle(connection, found)
    return len(there)


def _named(connection: Connection, wanted: frozenset[Digest]) -> frozenset[Digest]:
    """Give which of some blobs records need, or events about what was not erased name."""
    named = wanted & needed_digests(connection)
    dead = _dead(connection)
    for entry in log.entries(connection):
        told = digests_in(entry) & wanted
        if told - named and _is_living(entry, dead):
            named |= told
    return named


def _is_living(entry: str, dead: frozenset[str]) -> bool:
    """Tell whether an event needs the blobs that it names; an incident tells of another file."""
    plain = json.loads(entry)
    return plain["object"] not in dead and plain["action"] != Action.INCIDENT.value


def _dead(connection: Connection) -> frozenset[str]:
    """Give the names of what was erased, and did not come again."""
    names = {each for told in erasures.every(connection) for each in (told.name, *told.digests)}
    return (frozenset(names) | erasures.doomed(connection)) - erasures.present(connection)


def _lately_erased(desk: Desk) -> frozenset[DocumentId]:
    """Give the letters that were erased of late, and did not come again."""
    since = desk.clock.now() - _REMEMBERED
    with snapshot(desk.engine) as connection:
        present = erasures.present(connection)
        gone = [
            each
            for each in erasures.every(connection)
            if each.at >= since and each.name not in present
        ]
    letters = {DocumentId(each.name) for each in gone if documents.is_document_id(each.name)}
    files = {digest for each in gone for digest in each.digests if each.name == digest}
    return frozenset(letters | {document_id(each, 1) for each in files})


def prefixes(letters: Iterable[DocumentId]) -> tuple[str, ...]:
    """Tell how the names of all workflows begin that worked on some letters."""
    return tuple(sorted({each for letter in letters for each in work_on(letter)}))
