"""Taking the files of the inboxes, one by one: a bad one is told of and never stops the others."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from eakte.config import Inbox
from eakte.database import transaction
from eakte.domain.ids import Digest
from eakte.domain.mail import Scan
from eakte.inbox.receive import (
    Reception,
    is_being_written,
    let_go,
    lingering,
    mark_recorded,
    receive,
    recorded_as,
    set_aside,
)
from eakte.inbox.watch import FolderWatch, left_alone
from eakte.pipeline import transitions
from eakte.pipeline.desk import Desk
from eakte.pipeline.submit import Submitter
from eakte.services import actor

_log = logging.getLogger(__name__)


_RETRY_SECONDS = 30.0


class Intake:
    """Every inbox of a home."""

    def __init__(self, desk: Desk, wake: threading.Event) -> None:
        """Watch the configured folders; `wake` is set when something may have arrived."""
        self._desk = desk
        self._submitter = Submitter(desk.engine)
        self._settings = desk.home.settings.watching
        self._watches = tuple(
            (inbox, FolderWatch(desk.home.inbox_folder(inbox), self._settings.settle_seconds, wake))
            for inbox in desk.home.settings.inboxes
        )
        self._retry_at: dict[Path, float] = {}
        self.troubles: dict[Path, str] = {}
        """Files and folders that could not be taken at the last try, with the reason."""

    def round(self) -> int:
        """Take what is whole and let go what was taken; gives how many files need another round."""
        now = time.monotonic()
        self.troubles = {
            path: text for path, text in self.troubles.items() if self._retry_at[path] > now
        }
        return sum(self._round_of(inbox, watch) for inbox, watch in self._watches)

    def left_alone(self) -> int:
        """Count what lies in the inboxes and is not taken: temporary names, links, folders."""
        return sum(len(left_alone(watch.folder)) for _inbox, watch in self._watches)

    def stop(self) -> None:
        """End the observers' threads."""
        for _inbox, watch in self._watches:
            watch.stop()

    def _round_of(self, inbox: Inbox, watch: FolderWatch) -> int:
        if watch.folder in self.troubles:
            return 0
        try:
            look = watch.look(time.monotonic())
            left = look.waiting + sum(self._take(path, inbox) for path in look.settled)
            return left + sum(self._finish(path, inbox) for path in list(lingering(watch.folder)))
        except Exception as problem:  # noqa: BLE001 - one inbox must not stop the others
            self._tell(watch.folder, problem)
            return 0

    def _take(self, path: Path, inbox: Inbox) -> int:
        """Set one file aside and record it; gives 1 while it needs another round."""
        try:
            if path in self.troubles:
                return 0
            if is_being_written(path):
                return 1
            self._record(set_aside(path), inbox)
        except Exception as problem:  # noqa: BLE001 - one file must not stop the others
            self._tell(path, problem)
            return 0
        return 1

    def _finish(self, path: Path, inbox: Inbox) -> int:
        """Let go a file set aside if it is recorded and stood still; else it has to wait."""
        try:
            if path in self.troubles:
                return 0
            digest = recorded_as(path)
            if digest is None:
                self._record(path, inbox)
            elif self._is_fresh(path) or is_being_written(path):
                return 1
            else:
                self._let_go(path, inbox, digest)
        except Exception as problem:  # noqa: BLE001 - one file must not stop the others
            self._tell(path, problem)
            return 0
        return int(digest is None)

    def _is_fresh(self, path: Path) -> bool:
        """Tell whether the grace period of a file set aside is not over yet.

        It counts from when its place was made, not by the file's own time: scanners' clocks differ.
        """
        age = self._desk.clock.now().timestamp() - path.parent.stat().st_mtime
        return age < self._settings.grace_seconds

    def _let_go(self, path: Path, inbox: Inbox, digest: Digest) -> None:
        """Remove the file if it still has the recorded bytes; else it is a new version."""
        present = self._desk.store.put_file(path)
        if present == digest:
            let_go(path)
            return
        self._note_incident(digest, present, inbox)
        self._record(path, inbox)

    def _record(self, path: Path, inbox: Inbox) -> None:
        reception = take(self._desk, self._submitter, path, inbox)
        mark_recorded(path, reception.digest)

    def _note_incident(self, digest: Digest, present: Digest, inbox: Inbox) -> None:
        with transaction(self._desk.engine) as connection:
            now = self._desk.clock.now()
            transitions.changed_while_taken(connection, digest, present, inbox.station, now)

    def _tell(self, path: Path, problem: Exception) -> None:
        """Keep the trouble visible and leave the file or folder alone for a while."""
        text = f"{type(problem).__name__}: {problem}"
        self.troubles[path] = text
        self._retry_at[path] = time.monotonic() + _RETRY_SECONDS
        _log.warning("%s was not taken: %s", path, text)


def take(desk: Desk, submitter: Submitter, path: Path, inbox: Inbox) -> Reception:
    """Take one file into store and records and queue its intake; the file stays."""

    def commit(scan: Scan) -> bool:
        with transaction(desk.engine) as connection:
            desk.store.require([scan.digest])
            return transitions.receive(connection, scan, submitter, actor.current())

    return receive(path, (inbox.station, inbox.pipeline), desk.store, desk.clock, commit)
