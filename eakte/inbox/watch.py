"""Watching folders: a full rescan is the truth, file-system events only shorten the wait."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from eakte.i18n import N_
from eakte.inbox.events import Events
from eakte.inbox.listing import UNREADABLE, LeftAlone, Listing, list_inbox
from eakte.inbox.settle import FileState, Observation, is_settled
from eakte.inbox.units import Unit

_MISSING = N_("the inbox folder is missing; is its share mounted?")
_EMPTY = N_("the inbox folder was replaced by an empty one; is its share mounted?")
_NO_FOLDER = N_("the inbox is no folder")


@dataclass(frozen=True)
class Look:
    """What a rescan found."""

    settled: tuple[Unit, ...] = ()
    """What is whole, in order of arrival."""
    sizes: tuple[int, ...] = ()
    """Bytes of each settled unit."""
    waiting: int = 0
    """How many others must still be waited for."""
    folders: tuple[str, ...] = ()
    """Folders that are no deliveries and stand still."""
    unsettled_folders: tuple[str, ...] = ()
    """Folders that are no deliveries (yet), and change."""
    left_alone: tuple[LeftAlone, ...] = ()
    trouble: str | None = None
    """What is wrong with the inbox itself (an English sentence to translate); None if nothing."""
    detail: str = ""


class FolderWatch:
    """One inbox folder: sees what is there, and wakes the loop when something happens.

    A folder that vanishes, or is another one and empty, is most likely a share that is not mounted:
    that is told, never taken for "all deleted", and over by itself when the folder is back or
    something lies in it. It is made only if it is missing at the very first look.
    """

    def __init__(
        self, folder: Path, settle_seconds: float, wake: threading.Event, *, make: bool = True
    ) -> None:
        """Watch `folder`; `wake` is set whenever something may have changed there."""
        self.folder = folder
        self._settle_seconds = settle_seconds
        self._events = Events(folder, wake)
        self._make = make
        self._identity: tuple[int, int] | None = None
        self._first_seen: dict[tuple[str, bool], Observation] = {}

    def look(self, now: float) -> Look:
        """Rescan the folder at `now` (monotonic seconds)."""
        try:
            identity = self._present()
            self._events.ensure(identity)
            found = list_inbox(self.folder)
        except FileNotFoundError:
            return Look(trouble=_MISSING)
        except NotADirectoryError:
            return Look(trouble=_NO_FOLDER)
        except OSError as problem:
            return Look(trouble=UNREADABLE, detail=str(problem))
        if self._identity not in {None, identity} and not any(self.folder.iterdir()):
            return Look(trouble=_EMPTY)
        self._identity = identity
        return self._judge(found, now)

    def stop(self) -> None:
        """End the observer's thread."""
        self._events.stop()

    def _present(self) -> tuple[int, int]:
        """Give the folder's device and inode."""
        if self._make and self._identity is None:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = self.folder.stat()
        return status.st_dev, status.st_ino

    def _judge(self, found: Listing, now: float) -> Look:
        """Tell what stood still long enough."""
        seen: dict[tuple[str, bool], Observation] = {}
        settled: list[tuple[Observation, Unit]] = []
        still: list[str] = []
        moving: list[str] = []
        waiting = 0
        for unit, files in found.units:
            key = (unit.main, unit.is_folder)
            if self._stood_still(seen, key, files, now):
                settled.append((seen[key], unit))
            else:
                waiting += 1
        for name, files in found.folders:
            whole = self._stood_still(seen, (name, True), files, now)
            (still if whole else moving).append(name)
        self._first_seen = seen
        settled.sort(key=lambda each: (each[0].arrived_ns, each[1].main))
        return Look(
            settled=tuple(unit for _seen, unit in settled),
            sizes=tuple(observation.size for observation, _unit in settled),
            waiting=waiting,
            folders=tuple(still),
            unsettled_folders=tuple(moving),
            left_alone=tuple(found.left_alone),
        )

    def _stood_still(
        self,
        seen: dict[tuple[str, bool], Observation],
        key: tuple[str, bool],
        files: tuple[FileState, ...],
        now: float,
    ) -> bool:
        """Note in `seen` since when the files are as they are; tell whether that is long enough."""
        latest = Observation(files, now)
        first = self._first_seen.get(key)
        seen[key] = first if first is not None and first.files == files else latest
        return is_settled(seen[key], latest, self._settle_seconds)
