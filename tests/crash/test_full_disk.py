"""A full disk costs no mail: neither a real one, nor one that is full at any single write."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from eakte.domain.ids import Digest
from eakte.errors import StoreError
from eakte.pipeline.context import Context
from eakte.services import quarantining
from eakte.services.sources import Inboxes
from eakte.services.watching import Watcher
from eakte.store.local import LocalBlobStore
from tests.crash.mailroom import Mailroom

_FULL = bool(os.environ.get("CRASH_FULL"))
_WRITES = 40 if _FULL else 2
_STEP = 1 if _FULL else 5
_NO_ROOM = 300_000


class _FullOnceStore(LocalBlobStore):
    """A disk that is full at its K-th write, and has room again afterwards."""

    def __init__(self, root: Path, at: int) -> None:
        super().__init__(root)
        self._left = at
        self._counting = threading.Lock()

    def _count(self) -> None:
        with self._counting:
            self._left -= 1
            if self._left == 0:
                problem = OSError(errno.ENOSPC, "No space left on device")
                raise StoreError(path=self.root, detail=str(problem)) from problem

    @property
    def was_full(self) -> bool:
        return self._left <= 0

    def put(self, data: bytes) -> Digest:
        self._count()
        return super().put(data)

    def put_file(self, source: Path) -> Digest:
        self._count()
        return super().put_file(source)

    def claim(self, slot: str, digest: Digest) -> Digest:
        self._count()
        return super().claim(slot, digest)


def _run(mailroom: Mailroom, at: int) -> bool:
    """Work with a disk that is full once; gives False if there were fewer writes."""
    desk = mailroom.desk()
    context = Context(desk.home, desk.clock)
    store = context.store = _FullOnceStore(desk.home.store, at)
    Watcher(context, Inboxes(context.home), threading.Event()).run(
        lambda _progress: None, once=True
    )
    context.engine.dispose()
    return store.was_full


@pytest.mark.slow
def test_a_disk_that_is_full_at_one_write_costs_nothing(tmp_path: Path) -> None:
    """Demand 18, with a fault under the store port: at each write that a letter needs."""
    mailroom = Mailroom(tmp_path / "home")
    hit = 0
    for number in range(_WRITES):
        mailroom.drop(number * 12)
        if not _run(mailroom, 1 + number * _STEP):
            break
        hit += 1
    assert hit >= min(_WRITES, 8), "no write failed: the fault is not where the writes are"
    mailroom.finish()
    print(f"\nthe disk was full at {hit} different writes")
    mailroom.check()
    mailroom.check_repair()
    assert {line["state"] for line in mailroom.lines()} == {"filed"}


@contextmanager
def _small_disk(folder: Path, size: str) -> Iterator[None]:
    """Mount a memory disk of that size over a folder; skips where that is not allowed."""
    options = f"size={size},mode=0700"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        pytest.skip(f"cannot mount a tmpfs here: {problem}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _watch_for(mailroom: Mailroom, seconds: float) -> None:
    """Let a watcher work for a while; it must survive, and end when told to."""
    watcher = mailroom.start("--home", str(mailroom.home))
    time.sleep(seconds)
    assert watcher.poll() is None, "a full disk ended the watcher"
    watcher.terminate()
    assert watcher.wait(timeout=10) == 0


@pytest.mark.slow
@pytest.mark.skipif(not _FULL, reason="mounts a disk; `make crash` runs it")
def test_a_full_disk_costs_no_mail(tmp_path: Path) -> None:
    """Demand 18: a real file system without room; once there is room, all is filed."""
    mailroom = Mailroom(tmp_path / "home")
    settings = mailroom.home / "eakte.toml"
    settings.write_text(settings.read_text().replace("reserve_mb = 1024", "reserve_mb = 0"))
    with _small_disk(mailroom.home / "store", "2m"):
        mailroom.drop(*range(24))
        _watch_for(mailroom, 60)
        room = shutil.disk_usage(mailroom.home / "store").free
        assert mailroom.waiting(), "the disk was not full"
        assert room < _NO_ROOM or not mailroom.lines(), "neither full nor left alone"
        grow = ["mount", "-o", "remount,size=500m", str(mailroom.home / "store")]
        subprocess.run(grow, check=True)
        mailroom.finish()
        desk = mailroom.desk()
        for record in quarantining.quarantined(desk):
            if record.scan.name.startswith(("brief", "stapel", "mail", "anlage")):
                quarantining.retry(desk, record.scan.digest)
        mailroom.finish()
        mailroom.check()
        mailroom.check_repair()
