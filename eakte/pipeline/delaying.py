"""Letters that cannot be sealed now, because a service cannot be had: they wait, and go on.

A letter that waits holds no worker and no place in a queue: its workflow has ended. The watcher
asks, beside its work, whether a seal could be made; the answer starts all of them again.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime

from eakte.audit import log
from eakte.database import Connection, lock, transaction
from eakte.domain.akten import Delay, DocumentState
from eakte.domain.events import Action
from eakte.domain.ids import DocumentId
from eakte.errors import SealDelayedError, SealFailedError
from eakte.pipeline.context import Context
from eakte.pipeline.noted import MACHINE, event
from eakte.pipeline.submit import Submitter
from eakte.records import documents


def delay(
    connection: Connection, document: DocumentId, reason: str, detail: str, at: datetime
) -> None:
    """Let a released letter wait; if it waited before, it keeps since when."""
    lock(connection)
    letter = documents.get(connection, document)
    if letter.state is not DocumentState.RELEASED:
        return
    since = letter.delay.since if letter.delay else at
    waiting = Delay(since, reason, detail[:500])
    documents.update(connection, replace(letter, state=DocumentState.DELAYED, delay=waiting))
    log.append(
        connection, event(Action.SEAL_DELAYED, document, MACHINE, at, "", {"reason": reason})
    )


def resume(connection: Connection, submitter: Submitter, at: datetime) -> int:
    """Start all that wait again, and tell how many."""
    lock(connection)
    waiting = documents.in_state(connection, DocumentState.DELAYED)
    for letter in waiting:
        stored = documents.update(connection, replace(letter, state=DocumentState.RELEASED))
        log.append(connection, event(Action.SEAL_RESUMED, letter.id, MACHINE, at, "", {}))
        submitter.complete(connection, stored.id, stored.version)
    return len(waiting)


class Delays:
    """Watches over the letters that wait, without letting its caller wait for the network."""

    def __init__(self, context: Context) -> None:
        """Begin without a question under way."""
        self._context = context
        self._works = threading.Event()
        self._asking: threading.Thread | None = None

    def keep_up(self) -> None:
        """Start the letters again if a seal could be made, else ask for that, if any waits."""
        if self._works.is_set():
            self._works.clear()
            with transaction(self._context.engine) as connection:
                resume(connection, Submitter(self._context.engine), self._context.clock.now())
        elif not (self._asking and self._asking.is_alive()) and self._any():
            self._asking = threading.Thread(target=self._ask, name="services", daemon=True)
            self._asking.start()

    def _any(self) -> bool:
        with self._context.engine.connect() as connection:
            return documents.counts(connection)[DocumentState.DELAYED.value] > 0

    def _ask(self) -> None:
        """Tell when it works again; also when it fails for good, since a person must hear of it."""
        try:
            self._context.sealer.probe()
        except SealDelayedError:
            return
        except SealFailedError:
            pass
        self._works.set()
