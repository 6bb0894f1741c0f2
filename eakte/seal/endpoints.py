"""What is remembered about a service on the network: when it may be asked again, and how often.

The memory is a small file per service that all processes of a home share under a lock, so that
none of them asks a service that another one found dead, and together they stay within its rate.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path

from eakte.domain.clock import Clock

_LONGEST_PAUSE = 300.0
_LONGEST_WISH = 3600.0
"""A service may ask for a longer pause, up to this; seconds."""
_MOST_DOUBLINGS = 12
_MINUTE = 60.0


@dataclass(frozen=True)
class Memory:
    """What is known of a service; times in seconds since 1970."""

    failures: int = 0
    """In a row; 0: the last answer was good, or none was asked for yet."""
    until: float = 0.0
    """Before this it is left alone."""
    why: str = ""
    next_turn: float = 0.0
    """The rate allows the next request from then on."""


class Endpoint:
    """One service, by its address; a failure doubles its pause, a good answer ends it."""

    def __init__(
        self,
        address: str,
        clock: Clock,
        memory: Path | None = None,
        *,
        name: str = "",
        per_minute: int = 0,
        first_pause: float = 2.0,
    ) -> None:
        """Remember in the folder `memory`, else in this process; `per_minute` 0: no limit."""
        self.name = name or address
        self._clock = clock
        self._file = memory / f"{_short(address)}.json" if memory else None
        self._spacing = _MINUTE / per_minute if per_minute else 0.0
        self._first_pause = first_pause
        self._present = Memory()

    def memory(self) -> Memory:
        """Give what is known now."""
        if self._file is None:
            return self._present
        try:
            return _memory(self._file.read_bytes())
        except FileNotFoundError:
            return Memory()

    def paused_seconds(self) -> float:
        """Tell how long it is still to be left alone; 0: not at all."""
        return max(0.0, self.memory().until - self._now())

    def queue_seconds(self) -> float:
        """Tell how long a request would have to wait for its turn."""
        return max(0.0, self.memory().next_turn - self._now())

    def take_turn(self) -> float:
        """Take the next turn that the rate allows; gives the seconds to wait before it."""
        if not self._spacing:
            return 0.0
        with self._changing() as memory:
            turn = max(self._now(), memory[0].next_turn)
            memory[0] = replace(memory[0], next_turn=turn + self._spacing)
        return turn - self._now()

    def failed(self, why: str, retry_after: str = "") -> None:
        """Leave it alone for a while: twice as long as last time, give or take a quarter."""
        with self._changing() as memory:
            before = memory[0]
            if before.until > self._now():  # begun before the pause: the same failure again
                until = max(before.until, self._now() + self._wished(retry_after))
                memory[0] = replace(before, until=until)
                return
            doubled = self._first_pause * 2 ** min(before.failures, _MOST_DOUBLINGS)
            pause = min(doubled, _LONGEST_PAUSE) * random.uniform(0.75, 1.25)  # noqa: S311 - no secret
            until = self._now() + max(pause, self._wished(retry_after))
            memory[0] = replace(before, failures=before.failures + 1, until=until, why=why)

    def worked(self) -> None:
        """Note a good answer."""
        if self.memory().failures:
            with self._changing() as memory:
                memory[0] = replace(memory[0], failures=0, until=0.0, why="")

    def _wished(self, retry_after: str) -> float:
        """Read Retry-After: seconds, or a date."""
        if retry_after.strip().isdigit():
            return min(float(retry_after), _LONGEST_WISH)
        try:
            moment = parsedate_to_datetime(retry_after)
        except ValueError:
            return 0.0
        seconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - self._now()
        return min(max(seconds, 0.0), _LONGEST_WISH)

    def _now(self) -> float:
        return self._clock.now().timestamp()

    @contextmanager
    def _changing(self) -> Iterator[list[Memory]]:
        """Hold the memory while it is changed; a torn file counts as empty."""
        held = [self._present]
        if self._file is None:
            yield held
            self._present = held[0]
            return
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            held = [_memory(file.read())]
            yield held
            file.seek(0)
            file.write(json.dumps(asdict(held[0])).encode())
            file.truncate()


def _short(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:32]


def _memory(data: bytes) -> Memory:
    with contextlib.suppress(ValueError, TypeError):
        return Memory(**json.loads(data))
    return Memory()
