"""The steps from a file in an inbox to a record, in batches; each step's faults hit one file only.

    aside     moved to a place where nothing else can get its names       inbox/places.py
    keep      stored durably, re-read, compared                           inbox/receive.py
    commit    the batch is recorded and its work queued, in one transaction
    mark      the place is named after what was recorded
    let go    after a grace period: hashed once more, and removed if nothing changed

A crash between any two of these is harmless: what was set aside is found at its place, and what
is recorded already is not recorded again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from eakte.config import Inbox
from eakte.database import Connection, transaction
from eakte.i18n import N_
from eakte.inbox import places
from eakte.inbox.places import Place
from eakte.inbox.receive import (
    Kept,
    digest_in,
    is_being_written,
    keep,
    mark_now,
    scan_of,
)
from eakte.inbox.units import Unit
from eakte.pipeline import arrivals, transitions
from eakte.pipeline.desk import Desk
from eakte.pipeline.submit import Submitter
from eakte.records import receipts, scans
from eakte.services import actor
from eakte.services.troubles import Troubles

RETRY_SECONDS = 10.0
_THREADS = 8
"""Most of the time goes into waiting for the disk; several waits at once take as long as one."""

_NOT_TAKEN = N_("it could not be taken")

T = TypeVar("T")
R = TypeVar("R")


class Taking:
    """Takes the units of one folder, for one station."""

    def __init__(self, desk: Desk, submitter: Submitter, inbox: Inbox, troubles: Troubles) -> None:
        """Take for a station into a desk's store and records; what fails goes to `troubles`."""
        self._desk = desk
        self._inbox = inbox
        self._folder = desk.home.inbox_folder(inbox)
        self._troubles = troubles
        self._submitter = submitter

    def take(self, units: list[Unit]) -> None:
        """Set units of the folder aside and record them, in this order."""
        aside = self._each(units, self._path, lambda unit: places.set_aside(self._folder, unit))
        self._record([(place, unit) for unit, place in aside])

    def recover(self, unrecorded: list[Place]) -> None:
        """Record what was set aside before a crash, unless it is recorded already."""
        units = self._units(unrecorded)
        whole = self._each(
            units, _place, lambda each: places.complete(each[0], self._folder, each[1])
        )
        self._record([(place, unit) for (place, _unit), unit in whole], unless_noted=True)

    def release(self, due: list[Place]) -> None:
        """Let go what is as it was recorded; what changed is an incident and a new version."""
        done = self._each(self._units(due), _place, lambda each: self._let_go(*each))
        changed = [each for each, is_changed in done if is_changed]
        for (place, _unit), kept in self._kept(changed):
            try:
                self._note_change(place, kept)
            except Exception as problem:  # noqa: BLE001 - one file must not stop the others
                self.tell(place.folder, problem)

    def is_busy(self, unit: Unit) -> bool:
        """Tell whether somebody writes to a unit; one that cannot be opened is a trouble."""
        try:
            return is_being_written(self._folder, unit)
        except OSError as problem:
            self.tell(self._path(unit), problem)
            return False

    def tell(self, path: Path, problem: Exception) -> None:
        """Keep a trouble visible and leave the file or folder alone for a while."""
        detail = f"{type(problem).__name__}: {problem}"
        self._troubles.tell(path, self._inbox.station, _NOT_TAKEN, detail, RETRY_SECONDS)

    def _path(self, unit: Unit) -> Path:
        return self._folder / unit.main

    def _units(self, found: list[Place]) -> list[tuple[Place, Unit]]:
        """Tell what lies at each place; empty places are gone afterwards."""
        units = self._each(found, lambda place: place.folder, places.unit_at)
        return [(place, unit) for place, unit in units if unit is not None]

    def _kept(self, units: list[tuple[Place, Unit]]) -> list[tuple[tuple[Place, Unit], Kept]]:
        store = self._desk.store
        return self._each(units, _place, lambda each: keep(each[0].folder, each[1], store))

    def _record(self, units: list[tuple[Place, Unit]], *, unless_noted: bool = False) -> None:
        if not units:
            return
        kept = [(place, kept) for (place, _unit), kept in self._kept(units)]
        places.sync_taken(self._folder)
        for place, each in self._commit(kept, unless_noted=unless_noted):
            places.mark_recorded(place, each.mark)
        places.sync_taken(self._folder)

    def _commit(
        self, kept: list[tuple[Place, Kept]], *, unless_noted: bool
    ) -> list[tuple[Place, Kept]]:
        """Record a batch in one transaction, or else one by one; gives what was recorded."""
        try:
            with transaction(self._desk.engine) as connection:
                for place, each in kept:
                    if not (unless_noted and self._is_noted(connection, place, each)):
                        self._receive(connection, each)
        except Exception as problem:  # noqa: BLE001 - one file must not stop the others
            if len(kept) == 1:
                self.tell(kept[0][0].folder, problem)
                return []
            single = (self._commit([each], unless_noted=unless_noted) for each in kept)
            return [each for recorded in single for each in recorded]
        return kept

    def _receive(self, connection: Connection, kept: Kept) -> None:
        origin = (self._inbox.station, self._inbox.pipeline)
        scan = scan_of(kept, origin, self._desk.clock.now())
        store, who = self._desk.store, actor.current(self._desk)
        store.require([kept.digest, *(each.digest for each in kept.enclosures)])
        arrivals.receive(connection, scan, store, self._submitter, who, kept.enclosures)

    def _is_noted(self, connection: Connection, place: Place, kept: Kept) -> bool:
        """Tell whether a crash came after the commit and before the mark."""
        since = datetime.fromtimestamp(place.since, UTC)
        if not receipts.is_noted(connection, kept.digest, kept.name, self._inbox.station, since):
            return False
        known = scans.enclosures_of(connection, kept.digest)
        names = {(each.name, each.digest) for each in known}
        return all((each.name, each.digest) in names for each in kept.enclosures)

    def _let_go(self, place: Place, unit: Unit) -> bool:
        """Remove what is as it was recorded, and kept; tells whether it changed."""
        if is_being_written(place.folder, unit):
            return False
        kept = self._desk.store.path(digest_in(place.mark)).is_file()
        if not kept or mark_now(place.folder, unit) != place.mark:
            return True
        places.let_go(place)
        return False

    def _note_change(self, place: Place, kept: Kept) -> None:
        """Record the present bytes as a new version; if none changed after all, wait."""
        changed = kept.changed_since(place.mark)
        if changed is None:
            return
        with transaction(self._desk.engine) as connection:
            taken, now = digest_in(place.mark), self._desk.clock.now()
            transitions.changed_while_taken(connection, taken, changed, self._inbox.station, now)
        for _place, each in self._commit([(place, kept)], unless_noted=False):
            places.mark_recorded(place, each.mark)

    def _each(
        self, items: Iterable[T], path: Callable[[T], Path], work: Callable[[T], R]
    ) -> list[tuple[T, R]]:
        """Do something for each item, several at once; gives those that went well, in order."""

        def attempt(item: T) -> R | Exception:
            try:
                return work(item)
            except Exception as problem:  # noqa: BLE001 - one file must not stop the others
                return problem

        done: list[tuple[T, R]] = []
        ordered = list(items)
        with ThreadPoolExecutor(_THREADS) as threads:
            for item, result in zip(ordered, threads.map(attempt, ordered), strict=True):
                if isinstance(result, Exception):
                    self.tell(path(item), result)
                else:
                    done.append((item, result))
        return done


def _place(item: tuple[Place, Unit]) -> Path:
    return item[0].folder
