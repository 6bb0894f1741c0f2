"""Who may work when: computing takes a worker's place, waiting for the network takes none."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from eakte.pipeline.context import Context

SEALS_AT_ONCE = 8
_SEAL = "seal"
_NETWORKED = frozenset({"services", _SEAL})
"""Steps that ask services on the network, if seals need any."""


class Places:
    """The places of one process: as many steps compute at once as there are workers.

    With services on the network, several seals are under way, and only judging one takes a
    worker's place. Without, a seal is nothing but work: one is made after the other, since Python
    runs one thread at a time, and two of them would leave a core idle.
    """

    def __init__(self, context: Context) -> None:
        """Let all places be free."""
        self._context = context
        self._workers = threading.Semaphore(context.workers)
        self._waiting = threading.Semaphore(SEALS_AT_ONCE)
        self._sealing = threading.Lock()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Hold the place that a step needs."""
        if name in _NETWORKED and self._context.sealer.networked:
            with self._waiting:
                yield
        elif name == _SEAL:
            with self._sealing, self._workers:
                yield
        else:
            with self._workers:
                yield

    @contextmanager
    def judging(self) -> Iterator[None]:
        """Hold a worker's place within the step `seal`, unless that holds it already."""
        if self._context.sealer.networked:
            with self._sealing, self._workers:
                yield
        else:
            yield
