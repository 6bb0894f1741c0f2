"""Watching folders: a full rescan is the truth, file-system events only shorten the wait."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from eakte.inbox.receive import TAKEN
from eakte.inbox.settle import Observation, is_settled, is_temporary

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Look:
    """What a rescan found: files that are whole, and how many others must still be waited for."""

    settled: tuple[Path, ...]
    waiting: int


def left_alone(folder: Path) -> tuple[Path, ...]:
    """Give what lies in an inbox and is not taken: temporary names, links, pipes, folders."""
    if not folder.is_dir():
        return ()
    entries = (path for path in sorted(folder.iterdir()) if path.name != TAKEN)
    return tuple(path for path in entries if not _is_candidate(path))


def _is_candidate(path: Path) -> bool:
    return not is_temporary(path.name) and not path.is_symlink() and path.is_file()


class FolderWatch:
    """One inbox folder: sees what is there, and wakes the loop when something happens.

    A handler that raised would kill watchdog's thread, so ours only sets an event; an observer that
    died, or whose folder was removed and made again, is replaced at the next rescan.
    """

    def __init__(self, folder: Path, settle_seconds: float, wake: threading.Event) -> None:
        """Watch `folder` (made if missing); `wake` is set whenever something may have changed."""
        self.folder = folder
        self._settle_seconds = settle_seconds
        self._wake = wake
        self._first_seen: dict[Path, Observation] = {}
        self._observer: BaseObserver | None = None
        self._watched = (0, 0)
        self._gone = threading.Event()

    def look(self, now: float) -> Look:
        """Rescan the folder at `now` (monotonic seconds); files come in order of arrival."""
        self._ensure_observer()
        seen = dict(self._observe(now))
        self._first_seen = {
            path: self._since(path, observation) for path, observation in seen.items()
        }
        settled = [
            path
            for path, observation in seen.items()
            if is_settled(self._first_seen[path], observation, self._settle_seconds)
        ]
        settled.sort(key=lambda path: (seen[path].mtime_ns, path.name))
        return Look(tuple(settled), len(seen) - len(settled))

    def stop(self) -> None:
        """End the observer's thread."""
        if self._observer is not None and self._observer.is_alive():
            self._observer.stop()
            self._observer.join(timeout=2)
        self._observer = None

    def _since(self, path: Path, observation: Observation) -> Observation:
        """Give when the file's present state was first seen."""
        first = self._first_seen.get(path)
        return first if first is not None and first.same_state(observation) else observation

    def _observe(self, now: float) -> Iterator[tuple[Path, Observation]]:
        try:
            entries = sorted(self.folder.iterdir())
        except OSError as problem:
            _log.warning("inbox %s cannot be read: %s", self.folder, problem)
            return
        for path in entries:
            if not _is_candidate(path):
                continue
            try:
                status = path.stat()
            except OSError:
                continue  # it went between listing and looking; the next rescan knows
            yield path, Observation(status.st_size, status.st_mtime_ns, status.st_ino, now)

    def _ensure_observer(self) -> None:
        """(Re)start watchdog when it is dead or the folder is another one than it watches."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = self.folder.stat()
        identity = (status.st_dev, status.st_ino)
        alive = self._observer is not None and self._observer.is_alive()
        if alive and identity == self._watched and not self._gone.is_set():
            return
        self.stop()
        self._gone.clear()
        observer = Observer()
        waker = _Waker(self.folder, self._wake, self._gone)
        observer.schedule(waker, str(self.folder), recursive=False)
        try:
            observer.start()
        except OSError as problem:
            _log.warning("no file-system events for %s (%s); rescanning only", self.folder, problem)
            return
        self._observer = observer
        self._watched = identity


class _Waker(FileSystemEventHandler):
    """Turns every event into a wake-up, and notes when the watched folder itself went.

    The folder's number does not tell: a new folder of the same name may get the old one's.
    """

    def __init__(self, folder: Path, wake: threading.Event, gone: threading.Event) -> None:
        self._folder = str(folder)
        self._wake = wake
        self._gone = gone

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Wake the loop."""
        if event.event_type in {"opened", "closed_no_write"}:
            return  # that is us, reading
        if event.src_path == self._folder and event.event_type in {"deleted", "moved"}:
            self._gone.set()
        self._wake.set()
