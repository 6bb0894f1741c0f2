"""The rounds over the inboxes: what is whole is taken, in order of arrival.

`services/taking.py` tells how one file is taken, `inbox/watch.py` when it is whole.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from eakte.i18n import N_
from eakte.inbox.listing import UNREADABLE, LeftAlone
from eakte.inbox.places import Place, places
from eakte.inbox.units import Unit
from eakte.inbox.watch import Look
from eakte.pipeline.desk import Desk
from eakte.pipeline.submit import Submitter
from eakte.services.sources import Inboxes, Source, folders_left_alone
from eakte.services.space import MEGABYTE, Free, Space, free_bytes
from eakte.services.taking import RETRY_SECONDS, Taking
from eakte.services.troubles import Troubles

_BATCH = 200
"""So many files are taken, and let go, in one round: then the other inboxes have their turn."""

_PAUSED = N_("intake is paused: too little space is free")
_NO_ROOM = N_("too little space is free for it")


class Intake:
    """Every inbox of a home."""

    def __init__(self, desk: Desk, inboxes: Inboxes, free: Free = free_bytes) -> None:
        """Take from the inboxes; `free` tells how much space is left."""
        self._desk = desk
        self._inboxes = inboxes
        self._submitter = Submitter(desk.engine)
        self._settings = desk.home.settings.watching
        self._space = Space(desk.home, free)
        self.troubles = Troubles(desk)
        self.left_alone: tuple[LeftAlone, ...] = ()
        """What the last round saw and did not take: temporary names, links, pipes, folders."""

    def round(self) -> int:
        """Take what is whole and let go what was taken; gives how many files need another round."""
        self.troubles.forget_due()
        may_take = self._may_take()
        left = 0
        left_alone: list[LeftAlone] = []
        for source, look in self._looks():
            left += self._round_of(source, look, may_take=may_take)
            left_alone += look.left_alone
            left_alone += folders_left_alone(self._desk.home, source.inbox, look)
        self.left_alone = tuple(left_alone)
        self.troubles.save()
        return left

    def stop(self) -> None:
        """End the observers' threads."""
        self._inboxes.stop()

    def _looks(self) -> Iterator[tuple[Source, Look]]:
        """Rescan every inbox; whatever is wrong with one of them, the others are looked at."""
        for inbox in self._inboxes:
            try:
                yield from inbox.looks(time.monotonic())
            except Exception as problem:  # noqa: BLE001 - one inbox must not stop the others
                detail = f"{type(problem).__name__}: {problem}"
                self.troubles.tell(inbox.folder, inbox.inbox.station, UNREADABLE, detail, 0.0)

    def _may_take(self) -> bool:
        """Tell whether the reserve is free; if not, intake pauses until it is."""
        try:
            if self._space.has_room():
                return True
            detail = f"{self._space.free() // MEGABYTE} MB"
        except OSError as problem:
            detail = str(problem)
        self.troubles.tell(self._desk.home.store, "", _PAUSED, detail, 0.0)
        return False

    def _round_of(self, source: Source, look: Look, *, may_take: bool) -> int:
        station = source.inbox.station
        if look.trouble is not None:
            self.troubles.tell(source.folder, station, look.trouble, look.detail, 0.0)
            return 0
        taking = Taking(self._desk, self._submitter, source.inbox, self.troubles)
        try:
            if not may_take:
                return self._finish(source, taking, may_take=False)
            chosen, later = self._choose(source, look, taking)
            taking.take(chosen)
            if len(chosen) == _BATCH:
                return look.waiting + later + _BATCH  # a burst: receipts first, letting go later
            return look.waiting + later + self._finish(source, taking, may_take=True)
        except Exception as problem:  # noqa: BLE001 - one inbox must not stop the others
            taking.tell(source.folder, problem)
            return 0

    def _choose(self, source: Source, look: Look, taking: Taking) -> tuple[list[Unit], int]:
        """Give the units to take now, and how many are left for the next rounds."""
        chosen: list[Unit] = []
        needed = later = 0
        for unit, size in zip(look.settled, look.sizes, strict=True):
            path = source.folder / unit.main
            if path in self.troubles:
                continue
            if len(chosen) == _BATCH:
                self._inboxes.wake.set()
                later += 1
            elif not self._space.has_room(needed + size):
                self.troubles.tell(path, source.inbox.station, _NO_ROOM, "", RETRY_SECONDS)
            elif taking.is_busy(unit):
                later += 1
            elif path not in self.troubles:
                chosen.append(unit)
                needed += size
        return chosen, later

    def _finish(self, source: Source, taking: Taking, *, may_take: bool) -> int:
        """Go on with what was set aside; gives how many files need another round."""
        unrecorded: list[Place] = []
        fresh: list[Place] = []
        due: list[Place] = []
        for place in places(source.folder):
            if place.folder in self.troubles:
                continue
            if not place.mark:
                unrecorded.append(place)
            else:
                (fresh if self._is_fresh(place) else due).append(place)
        if may_take:
            taking.recover(unrecorded[:_BATCH])
        taking.release(due[:_BATCH])
        if max(len(unrecorded), len(due)) > _BATCH:
            self._inboxes.wake.set()
        return (len(unrecorded) if may_take else 0) + len(fresh) + len(due)

    def _is_fresh(self, place: Place) -> bool:
        """Tell whether the grace period of files set aside is not over yet.

        It counts from when their place was made, not by their own times: scanners' clocks differ.
        """
        age = self._desk.clock.now().timestamp() - place.since
        return age < self._settings.grace_seconds
