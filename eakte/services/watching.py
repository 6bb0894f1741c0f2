"""Watching the inboxes and working until told to stop, or until all is done."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eakte.config import Inbox
from eakte.database import transaction
from eakte.domain.akten import DocumentState
from eakte.domain.mail import Scan, ScanState
from eakte.errors import EakteError
from eakte.inbox.receive import Outcome, receive
from eakte.inbox.watch import FolderWatch
from eakte.pipeline import engine, transitions
from eakte.pipeline.context import Context
from eakte.pipeline.submit import Submitter
from eakte.records import documents, scans
from eakte.services import actor, anchoring

_log = logging.getLogger(__name__)

_BUSY_SECONDS = 0.25


@dataclass(frozen=True)
class Progress:
    """How far the work is: files that are done of all received, and letters still to seal."""

    done: int
    total: int
    to_seal: int
    waiting: int
    """Files and letters that wait for a person."""


class Watcher:
    """The loop over all inboxes of a home; the workflows run beside it."""

    def __init__(self, context: Context, stop: threading.Event) -> None:
        """Prepare to watch; setting `stop` ends `run` within seconds."""
        self._context = context
        self._stop = stop
        self._wake = threading.Event()
        self._submitter = Submitter(context.engine)
        settle = context.home.settings.watching.settle_seconds
        self._watches = tuple(
            (inbox, FolderWatch(context.home.inbox_folder(inbox), settle, self._wake))
            for inbox in context.home.settings.inboxes
        )

    def run(self, report: Callable[[Progress], None], *, once: bool) -> Progress:
        """Take files and work; with `once`, end when nothing is left to do. Gives the last state.

        Raises AlreadyRunningError if another process works on this home.
        """
        with engine.running(self._context):
            try:
                self._loop(report, once=once)
            finally:
                for _inbox, watch in self._watches:
                    watch.stop()
                anchoring.write_checkpoint(self._context)
        return progress(self._context)

    def _loop(self, report: Callable[[Progress], None], *, once: bool) -> None:
        while not self._stop.is_set():
            unsettled = self.take_settled()
            now = progress(self._context)
            report(now)
            idle = not unsettled and now.done == now.total and not now.to_seal
            if once and idle and not engine.busy():
                return
            self._wait(busy=once or unsettled > 0)

    def take_settled(self) -> int:
        """Take every file that is whole; gives how many could not be taken yet."""
        left = 0
        for inbox, watch in self._watches:
            look = watch.look(time.monotonic())
            left += look.waiting
            for path in look.settled:
                left += not self._take(path, inbox)
        return left

    def _take(self, path: Path, inbox: Inbox) -> bool:
        """Take one file; a file that cannot be taken stays, and the others go on."""
        try:
            take(self._context, self._submitter, path, (inbox.station, inbox.pipeline), remove=True)
        except (EakteError, OSError) as problem:
            _log.warning("%s was not taken: %s", path, problem)
            return False
        return True

    def _wait(self, *, busy: bool) -> None:
        watching = self._context.home.settings.watching
        self._wake.wait(_BUSY_SECONDS if busy else watching.rescan_seconds)
        self._wake.clear()


def take(
    context: Context, submitter: Submitter, path: Path, origin: tuple[str, str], *, remove: bool
) -> Outcome:
    """Take one file into store and records and queue its intake."""
    taken: list[Scan] = []

    def commit(scan: Scan) -> bool:
        taken.append(scan)
        with transaction(context.engine) as connection:
            return transitions.receive(connection, scan, submitter, actor.current())

    reception = receive(path, origin, context.store, context.clock, commit, remove=remove)
    if reception.outcome is Outcome.CHANGED:
        with transaction(context.engine) as connection:
            transitions.changed_while_taken(connection, taken[0], reception.digest)
    return reception.outcome


def progress(context: Context) -> Progress:
    """Count what is done and what is left."""
    with context.engine.connect() as connection:
        files, letters = scans.counts(connection), documents.counts(connection)
    received = files[ScanState.RECEIVED.value]
    total = sum(files.values())
    waiting = files[ScanState.QUARANTINE.value] + letters[DocumentState.REVIEW.value]
    return Progress(total - received, total, letters[DocumentState.RELEASED.value], waiting)
