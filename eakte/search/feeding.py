"""Feeding the index in quantity: worker processes analyse, one writer writes."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import TypeVar

from eakte.search.interface import Entry

CHUNK = 100
"""Letters that a worker analyses at a time, and that are committed together."""
_AHEAD = 3
"""Chunks in work for each worker: what is done and not yet written needs memory."""

J = TypeVar("J")


def analysed(
    jobs: Iterable[J], make: Callable[[J], Entry | None], workers: int
) -> Iterator[tuple[Entry | None, ...]]:
    """Give what `make` (a function of a module) makes of the jobs, in order, by chunks.

    With one worker this process does it; others are started afresh and share nothing with it.
    """
    source = iter(jobs)
    chunks = iter(lambda: tuple(islice(source, CHUNK)), ())
    if workers < 2:  # noqa: PLR2004 - nobody to share with
        yield from (_chunk(make, chunk) for chunk in chunks)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        running: deque[Future[tuple[Entry | None, ...]]] = deque()
        try:
            for chunk in chunks:
                running.append(pool.submit(_chunk, make, chunk))
                if len(running) >= workers * _AHEAD:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _chunk(make: Callable[[J], Entry | None], jobs: Sequence[J]) -> tuple[Entry | None, ...]:
    return tuple(make(job) for job in jobs)
