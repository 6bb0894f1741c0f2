"""The loop of the seals: one for all threads, whoever comes first."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from eakte.seal import loop


async def _own_loop():
    return asyncio.get_running_loop()


def test_threads_that_come_at_once_share_one_loop(monkeypatch):
    made, begin = [], threading.Barrier(8)
    slow = asyncio.new_event_loop

    def counted():
        made.append(slow())
        begin_late.wait(0.05)
        return made[-1]

    begin_late = threading.Event()
    monkeypatch.setattr(asyncio, "new_event_loop", counted)
    loop._loop.cache_clear()

    def run(_number):
        begin.wait()
        return loop.run(_own_loop())

    with ThreadPoolExecutor(8) as pool:
        assert len({*pool.map(run, range(8))}) == len(made) == 1
