"""`eakte doctor --repair`: what crashes and finished work left behind, and setting it right.

Why this can lose no mail:

- It works only while it holds the home's slot, so no workflow runs: nobody but `eakte submit` and a
  clerk's command writes meanwhile.
- A blob is an orphan only if the database names its digest nowhere: in no table (but for the
  derived index), no column, no audit event, no step of a workflow that has not done its work; and
  if no blob that is named, and no seal slot, names it either.
- Orphans are removed while the database's write lock is held, after the question was asked again.
  Whoever records a file (`intake.take`) looks, under the same lock, whether its bytes are there: it
  either comes first, and they are named, or it comes second, misses them and takes the file again.
- What is missing or damaged is told and never touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from eakte.audit import log
from eakte.database import Connection, snapshot, transaction
from eakte.database.mentions import named_digests, needed_digests
from eakte.domain.events import Action, Event
from eakte.domain.ids import Digest, DocumentId
from eakte.inbox.places import empty_places
from eakte.pipeline import engine, workflows
from eakte.pipeline.desk import Desk
from eakte.pipeline.mending import open_work, put_aside_what_is_stuck
from eakte.records import documents
from eakte.services import actor
from eakte.services.reach import done_work, reachable
from eakte.services.sweeping import erased_leftovers, finish


@dataclass(frozen=True)
class Leftovers:
    """What is in a home and should not be, and what is not and should."""

    orphans: frozenset[Digest]
    """Intermediate results: blobs that nothing names."""
    orphan_bytes: int
    slots: tuple[str, ...]
    """Claimed for a seal that was refused, or given up, afterwards."""
    temporary: int
    """Files that crashed writers left in the store."""
    places: tuple[Path, ...]
    """Empty places of files that were taken."""
    missing: frozenset[Digest]
    """Bytes that a record names and the store has not."""
    damaged: frozenset[Digest]
    """Bytes that are not those that were kept (looked for by a repair only)."""
    erased: frozenset[Digest]
    """Bytes of what was erased: a crash came before they went."""


@dataclass(frozen=True)
class Repair:
    """What a repair found and removed, and what else it set right."""

    found: Leftovers
    stuck: int
    """Files and letters put aside because their work was given up."""
    old_workflows: int
    """Finished workflows that the engine was told to forget."""
    workspace: int
    """Leftovers in the workspace."""


def look(desk: Desk, *, thorough: bool = False) -> Leftovers:
    """Find what is left over and what is missing; `thorough` reads every needed blob again.

    While a watcher runs, results that it is still working with count as orphans.
    """
    done, slots = done_work(desk), dict(desk.store.slots())
    with snapshot(desk.engine) as connection:
        named = named_digests(connection, done)
        needed = needed_digests(connection)
        stale = tuple(slot for slot in slots if _is_stale(connection, slot, slots[slot]))
    named |= {digest for slot, digest in slots.items() if slot not in stale}
    kept = frozenset(desk.store.digests())
    erased = erased_leftovers(desk) & kept
    orphans = kept - reachable(desk, named & kept) - erased
    return Leftovers(
        orphans=orphans,
        orphan_bytes=sum(desk.store.path(digest).stat().st_size for digest in orphans),
        slots=stale,
        temporary=desk.store.temporary(),
        places=_places(desk),
        missing=needed - kept,
        damaged=frozenset(
            digest for digest in needed & kept if thorough and desk.store.is_damaged(digest)
        ),
        erased=erased,
    )


def repair(desk: Desk) -> Repair:
    """Set right what can be; raises AlreadyRunningError while a watcher runs.

    What is missing or damaged is only told: no machine can bring it back.
    """
    with engine.alone(desk) as workspace:
        stuck = put_aside_what_is_stuck(desk)
        old = workflows.forget_old(desk.engine, desk.clock.now(), open_work(desk))
        found = look(desk, thorough=True)
        for slot in found.slots:
            desk.store.unclaim(slot)
        for place in found.places:
            place.rmdir()
        desk.store.sweep(desk.clock.now(), timedelta(0))
        done = Repair(found, stuck, old, workspace)
        finish(desk)
        _remove_orphans(desk, done)
    return done


def _remove_orphans(desk: Desk, done: Repair) -> None:
    """Ask once more, with the write lock held, and remove what is still named nowhere."""
    finished = done_work(desk)
    with transaction(desk.engine) as connection:
        for digest in done.found.orphans - named_digests(connection, finished):
            desk.store.remove(digest)
        log.append(connection, _event(desk, done))


def _event(desk: Desk, done: Repair) -> Event:
    found = done.found
    counts = {
        "orphans": len(found.orphans),
        "slots": len(found.slots),
        "temporary": found.temporary,
        "places": len(found.places),
        "workspace": done.workspace,
        "stuck": done.stuck,
        "old-workflows": done.old_workflows,
        "missing": len(found.missing),
        "damaged": len(found.damaged),
        "erased": len(found.erased),
    }
    after = {name: str(count) for name, count in counts.items()}
    return Event(Action.REPAIRED, "home", actor.current(desk), "", desk.clock.now(), after=after)


def _is_stale(connection: Connection, slot: str, digest: Digest) -> bool:
    """Tell whether a seal's slot belongs to a release that is over and was not filed.

    A slot is the once-only guard of one release: while that one is being worked on, it stays, and
    so do all slots that this code does not know.
    """
    kind, _slash, rest = slot.partition("/")
    name, _slash, version = rest.partition("/")
    letter = documents.find(connection, DocumentId(name)) if kind == "sealed" else None
    if letter is None or not version.isdigit():
        return False
    return letter.sealed != digest and letter.version > int(version)


def _places(desk: Desk) -> tuple[Path, ...]:
    inboxes = (desk.home.inbox_folder(inbox) for inbox in desk.home.settings.inboxes)
    return tuple(place for inbox in inboxes for place in empty_places(inbox))
