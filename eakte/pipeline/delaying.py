"""Letters that cannot be sealed now, because a service cannot be had: they wait, and go on.

A letter that waits holds no worker and no place in a queue: its workflow has ended. The watcher
asks, beside its work, whether a seal could be made; the answer starts all of them again.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import datetime

from eakte.audit import log
from eakte.database import Connection, lock, transaction
from eakte.domain.akten import Delay, Document, DocumentState
from eakte.domain.events import Action
from eakte.domain.ids import DocumentId
from eakte.domain.preservation import SealLevel
from eakte.errors import EakteError, SealDelayedError, SealFailedError
from eakte.pipeline.context import Context
from eakte.pipeline.definition import Definitions
from eakte.pipeline.noted import MACHINE, event
from eakte.pipeline.submit import Submitter
from eakte.records import documents, scans
from eakte.seal.signer import Sealer

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
"""Seconds; a key that cannot be opened is left alone so long."""


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


def waiting(
    connection: Connection, definitions: Definitions
) -> tuple[tuple[Document, SealLevel], ...]:
    """Give the letters that wait, each with the level of its seal."""
    found = []
    for letter in documents.in_state(connection, DocumentState.DELAYED):
        pipeline = definitions.pipelines.get(scans.get(connection, letter.scan).scan.pipeline)
        found.append((letter, pipeline.seal_level if pipeline else SealLevel.LTA))
    return tuple(found)


def resume(
    connection: Connection,
    submitter: Submitter,
    at: datetime,
    definitions: Definitions,
    levels: frozenset[SealLevel] = frozenset(SealLevel),
) -> int:
    """Start those again that wait for a seal of these levels, and tell how many."""
    lock(connection)
    found = [each for each, level in waiting(connection, definitions) if level in levels]
    for letter in found:
        stored = documents.update(connection, replace(letter, state=DocumentState.RELEASED))
        log.append(connection, event(Action.SEAL_RESUMED, letter.id, MACHINE, at, "", {}))
        submitter.complete(connection, stored.id, stored.version)
    return len(found)


class Delays:
    """Watches over the letters that wait, without letting its caller wait for the network."""

    def __init__(self, context: Context) -> None:
        """Begin without a question under way."""
        self._context = context
        self._works = frozenset[SealLevel]()
        self._asking: threading.Thread | None = None
        self._pause = self._not_before = 0.0

    def keep_up(self) -> None:
        """Start the letters again if their seals could be made, else ask for that, if any waits."""
        context = self._context
        if self._asking is not None and self._asking.is_alive():
            return
        levels, self._works = self._works, frozenset()
        if levels:
            with transaction(context.engine) as connection:
                submitter, now = Submitter(context.engine), context.clock.now()
                resume(connection, submitter, now, context.definitions, levels)
        elif time.monotonic() >= self._not_before and (wanted := self._wanted()):
            self._asking = threading.Thread(
                target=self._ask, args=(wanted,), name="services", daemon=True
            )
            self._asking.start()

    def _wanted(self) -> frozenset[SealLevel]:
        with self._context.engine.connect() as connection:
            if not documents.counts(connection)[DocumentState.DELAYED.value]:
                return frozenset()
            return frozenset(
                level for _letter, level in waiting(connection, self._context.definitions)
            )

    def _ask(self, wanted: frozenset[SealLevel]) -> None:
        """Find out what works again; what fails for good counts, since a person must hear of it.

        A key that cannot be opened at all is left alone, twice as long each time.
        """
        try:
            sealer = self._context.sealer
        except SealDelayedError:
            self._pause = min(2 * self._pause or _FIRST_PAUSE, _LONGEST_PAUSE)
            self._not_before = time.monotonic() + self._pause
            return
        except EakteError:
            self._works = wanted
            return
        self._pause = 0.0
        self._works = frozenset(level for level in wanted if _works(sealer, level))


def _works(sealer: Sealer, level: SealLevel) -> bool:
    try:
        sealer.probe(level)
    except SealDelayedError:
        return False
    except SealFailedError:
        return True
    return True
