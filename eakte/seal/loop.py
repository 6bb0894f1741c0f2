"""One event loop, in a thread of its own, in which all seals of a process are made.

Python runs one thread at a time, so the work of seals is done one after the other; while one waits
for a service on the network, the others go on.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

R = TypeVar("R")
_beginning = threading.Lock()


def run(work: Coroutine[Any, Any, R]) -> R:
    """Do the work in the loop and give its result; call it from any thread but the loop's own."""
    return asyncio.run_coroutine_threadsafe(work, _the_loop()).result()


def _the_loop() -> asyncio.AbstractEventLoop:
    """Give the one loop, also to threads that ask at once when there is none yet."""
    with _beginning:
        return _loop()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="seals", daemon=True).start()
    return loop
