"""Watching the inboxes and working until told to stop, or until all is done."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from eakte.domain.akten import DocumentState
from eakte.domain.mail import ScanState
from eakte.pipeline import engine
from eakte.pipeline.context import Context
from eakte.pipeline.delaying import Delays
from eakte.pipeline.mending import (
    give_up_on_lone_halves,
    index_what_is_missing,
    put_aside_what_is_stuck,
)
from eakte.records import documents, scans
from eakte.services import anchoring
from eakte.services.access import require_to_run
from eakte.services.concluding import Concluding
from eakte.services.daily_evidence import DailyEvidence
from eakte.services.intake import Intake
from eakte.services.quarantining import Retries
from eakte.services.readiness import require_ready
from eakte.services.sources import Inboxes

_BUSY_SECONDS = 0.25
_WORKING_SECONDS = 1.0
_PAUSE_SECONDS = 0.05
_UPKEEP_SECONDS = 60.0
_COLLECTIONS = 20_000, 20, 50
"""Python's own 700 objects make a tenth of the time of sealing a search for garbage."""
_TURN_SECONDS = 0.02
"""So long a thread computes before another one may: at Python's own 5 ms, sealing and the workflows
beside it take the lock from each other so often that both together need some 3 % more."""


@dataclass(frozen=True)
class Progress:
    """How far the work is: files that are done of all received, and letters still to seal."""

    done: int
    total: int
    to_seal: int
    waiting: int
    """Files and letters that wait for a person (or a person's scan of the other side), and what
    lies untaken in the inboxes."""
    delayed: int
    """Those of the letters to seal that wait for a time-stamp service."""


class Watcher:
    """The loop over all inboxes of a home; the workflows run beside it."""

    def __init__(self, context: Context, inboxes: Inboxes, stop: threading.Event) -> None:
        """Prepare to watch; setting `stop` ends `run` within seconds."""
        self._context = context
        self._stop = stop
        self._wake = inboxes.wake
        self._intake = Intake(context, inboxes)
        self._concluding = Concluding(context, self._intake.troubles)
        self._retries = Retries(context)
        self._delays = Delays(context)
        self._evidence = DailyEvidence(context)
        self._next_upkeep = 0.0

    def run(self, report: Callable[[Progress], None], *, once: bool) -> Progress:
        """Take files and work; with `once`, end when nothing is left to do. Gives the last state.

        Raises NotPermittedError or NotListedError if the current user neither runs this home nor is
        an admin; AlreadyRunningError if another process works on this home, ConfigurationError or
        EnvironmentProblemError if something is missing: then no mail was touched.
        """
        require_to_run(self._context)
        require_ready(self._context)
        gc.set_threshold(*_COLLECTIONS)
        sys.setswitchinterval(_TURN_SECONDS)
        with engine.running(self._context):
            try:
                index_what_is_missing(self._context)
                self._loop(report, once=once)
            finally:
                self._intake.stop()
                anchoring.write_checkpoint(self._context)
        return self._progress()

    def _loop(self, report: Callable[[Progress], None], *, once: bool) -> None:
        while not self._stop.is_set():
            self._keep_up(once=once)
            unfinished = self._intake.round()
            self._concluding.round()
            self._delays.keep_up()
            now = self._progress()
            report(now)
            idle = not unfinished and now.done == now.total and not now.to_seal
            if once and idle and not engine.busy() and not self._concluding.has_work():
                return
            self._wait(busy=once or unfinished > 0, idle=idle)

    def _keep_up(self, *, once: bool) -> None:
        """Once a minute: put aside what is stuck, retry what may pass, pin the log, prove.

        Evidence records are made by a watcher that stays: with `once` they are left to a command.
        """
        if time.monotonic() < self._next_upkeep:
            return
        put_aside_what_is_stuck(self._context)
        give_up_on_lone_halves(self._context)
        self._retries.keep_up(time.monotonic())
        anchoring.write_checkpoint(self._context)
        if not once:
            self._evidence.keep_up()
        self._next_upkeep = time.monotonic() + _UPKEEP_SECONDS

    def _progress(self) -> Progress:
        now = progress(self._context)
        untaken = len(self._intake.troubles) + len(self._intake.left_alone)
        return replace(now, waiting=now.waiting + untaken)

    def _wait(self, *, busy: bool, idle: bool) -> None:
        rescan = self._context.home.settings.watching.rescan_seconds
        working = rescan if idle else min(_WORKING_SECONDS, rescan)  # batches end with their work
        self._wake.wait(_BUSY_SECONDS if busy else working)
        self._wake.clear()
        self._stop.wait(_PAUSE_SECONDS)  # a burst of events is one reason to look, not hundreds


def progress(context: Context) -> Progress:
    """Count what is done and what is left."""
    with context.engine.connect() as connection:
        files, letters = scans.counts(connection), documents.counts(connection)
    received = files[ScanState.RECEIVED.value]
    total = sum(files.values())
    waiting = (
        files[ScanState.QUARANTINE.value]
        + files[ScanState.WAITING.value]
        + letters[DocumentState.REVIEW.value]
        + letters[DocumentState.RESCAN.value]
    )
    delayed = letters[DocumentState.DELAYED.value]
    to_seal = letters[DocumentState.RELEASED.value] + delayed
    return Progress(total - received, total, to_seal, waiting, delayed)
