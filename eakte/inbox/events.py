"""File-system events: they only shorten the wait; the rescan is the truth."""

from __future__ import annotations

import errno
import logging
import threading
import time
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from eakte.inbox.mounts import needs_polling

_log = logging.getLogger(__name__)

_RETRY_SECONDS = 60.0
"""A folder whose events could not be had is asked for them again so often."""
_LIMITS = {
    errno.ENOSPC: "fs.inotify.max_user_watches",
    errno.EMFILE: "fs.inotify.max_user_instances",
}


class Events:
    """The events of one folder: they set `wake`.

    A handler that raised would kill watchdog's thread, so ours only sets an event; an observer that
    died, or whose folder was removed and made again, is replaced by `ensure`.
    """

    def __init__(self, folder: Path, wake: threading.Event) -> None:
        """Know the folder; nothing is watched before `ensure`."""
        self._folder = folder
        self._wake = wake
        self._observer: BaseObserver | None = None
        self._watched = (0, 0)
        self._not_before = 0.0
        self._told = ""

    def ensure(self, identity: tuple[int, int]) -> None:
        """(Re)start watchdog if it is dead or watches another folder than that (device, inode)."""
        if self._is_alive() and identity == self._watched:
            return
        if identity == self._watched and time.monotonic() < self._not_before:
            return
        self.stop()
        self._watched = identity
        self._not_before = time.monotonic() + _RETRY_SECONDS
        if needs_polling(self._folder):
            self._tell("it is a network share")
            return
        try:
            self._observer = self._start()
            self._not_before = 0.0
        except (OSError, RuntimeError) as problem:  # RuntimeError: no more threads
            self._tell(_explain(problem))

    def stop(self) -> None:
        """End the observer's thread."""
        if self._observer is not None and self._observer.is_alive():
            self._observer.stop()
            self._observer.join(timeout=2)
        self._observer = None
        self._not_before = 0.0

    def _is_alive(self) -> bool:
        """Tell whether all its threads run; the one that reads ends when its folder is removed.

        The folder's number does not tell: a new folder of the same name may get the old one's.
        """
        observer = self._observer
        if observer is None or not observer.is_alive():
            return False
        return all(emitter.is_alive() for emitter in observer.emitters)

    def _start(self) -> BaseObserver:
        observer = Observer()
        folder = self._folder.resolve()
        observer.schedule(_Waker(self._wake), str(folder), recursive=False)
        observer.start()
        return observer

    def _tell(self, reason: str) -> None:
        """Say once why a folder is only looked at from time to time."""
        if reason != self._told:
            told = "%r gives no events (%s); it is rescanned only"
            _log.warning(told, str(self._folder), reason)
        self._told = reason


class _Waker(FileSystemEventHandler):
    """Turns every event into a wake-up."""

    def __init__(self, wake: threading.Event) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Wake the loop, unless that was us, reading."""
        if event.event_type not in {"opened", "closed_no_write"}:
            self._wake.set()


def _explain(problem: Exception) -> str:
    """Say what an operator can do about it."""
    limit = _LIMITS.get(getattr(problem, "errno", None) or 0)
    if limit is None:
        return str(problem)
    return f"{problem}: raise it with `sysctl {limit}=…`, here and in /etc/sysctl.d"
