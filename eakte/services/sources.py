"""Where mail comes from: the inboxes, and their sub-folders where those are stations."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress

from eakte.config import Home, Inbox
from eakte.inbox.listing import LeftAlone, no_delivery
from eakte.inbox.watch import FolderWatch, Look
from eakte.services.survey import implied


class Inboxes:
    """All inboxes of a home: what lies in them, and word when something may have arrived."""

    def __init__(self, home: Home) -> None:
        """Watch the configured folders."""
        self.wake = threading.Event()
        self._sources = tuple(Source(home, inbox, self.wake) for inbox in home.settings.inboxes)

    def __iter__(self) -> Iterator[Source]:
        """Give the configured inboxes, in order."""
        return iter(self._sources)

    def look(self) -> None:
        """See what is there: what stands still from now on counts as whole so much sooner.

        What is wrong with an inbox is told when it is looked at again to take something.
        """
        for source in self:
            with suppress(Exception):  # one inbox must not stop the others
                for _look in source.looks(time.monotonic()):
                    pass

    def stop(self) -> None:
        """End the observers' threads."""
        for source in self:
            source.stop()


class Source:
    """One watched folder with its station; with `stations`, its sub-folders are sources too."""

    def __init__(
        self, home: Home, inbox: Inbox, wake: threading.Event, *, is_station: bool = False
    ) -> None:
        """Watch an inbox; `wake` is set when something may have arrived there."""
        self._home = home
        self._wake = wake
        self._is_station = is_station
        self.inbox = inbox
        self.folder = home.inbox_folder(inbox)
        make = not is_station and not inbox.folder.is_absolute()
        settle = home.settings.watching.settle_seconds
        self._watch = FolderWatch(self.folder, settle, wake, make=make)
        self._stations: dict[str, Source] = {}

    def looks(self, now: float) -> Iterator[tuple[Source, Look]]:
        """Rescan the folder, then its stations (made or removed at any time)."""
        look = self._watch.look(now)
        if look.trouble is not None and self._is_station:
            return  # a station that was removed a moment ago
        yield self, look
        if look.trouble is None:
            self._keep_stations(look)
        for station in list(self._stations.values()):
            yield from station.looks(now)

    def stop(self) -> None:
        """End the observers' threads."""
        self._watch.stop()
        for station in self._stations.values():
            station.stop()

    def _keep_stations(self, look: Look) -> None:
        """Begin with sub-folders that are new and stand still; end with those that are gone.

        A new folder that still changes may be a delivery whose vhn.xml has not come yet.
        """
        if not self.inbox.stations:
            return
        present = set(look.folders) | set(look.unsettled_folders)
        for name in set(self._stations) - present:
            self._stations.pop(name).stop()
        for name in sorted(set(look.folders) - set(self._stations)):
            inbox = implied(self._home, self.inbox, name)
            if inbox is not None:
                self._stations[name] = Source(self._home, inbox, self._wake, is_station=True)


def folders_left_alone(home: Home, inbox: Inbox, look: Look) -> tuple[LeftAlone, ...]:
    """Tell of the sub-folders of an inbox that are neither deliveries nor stations."""
    if inbox.stations:
        return ()
    folder = home.inbox_folder(inbox)
    names = (*look.folders, *look.unsettled_folders)
    return tuple(no_delivery(folder / name) for name in names if implied(home, inbox, name))
