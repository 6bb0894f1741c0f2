"""A home at work: letters are dropped, read by the real watcher, released by a clerk, and filed."""

from __future__ import annotations

import shutil
import sys
import time
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from eakte.config import open_home
from eakte.domain.akten import Document, DocumentState
from eakte.domain.clock import SystemClock
from eakte.domain.codec import from_json
from eakte.domain.text import RecognisedPage
from eakte.pipeline.desk import Desk
from eakte.records import documents, scans
from eakte.services import homes, reviewing
from eakte.services.casework import new_akte
from eakte.services.reviewing import Corrections
from sample_mail.check import SAMPLES
from tests.benchmarks.measured import Cost, Running

_CLERK_SECONDS = 0.5
_MOST_SECONDS = 3600
_READY_SECONDS = 2.0
"""So long after it has taken the home a watcher looks at its inboxes for sure."""


@dataclass(frozen=True)
class Made:
    """What became of a file: text by page, bytes of its archive copies and sealed originals."""

    texts: dict[int, str]
    copy_size: int
    sealed_size: int


class Mailroom:
    """A demo home with the Akten of the sample letters."""

    def __init__(self, folder: Path, workers: int) -> None:
        """Make it in `folder`."""
        self._folder, self._home = folder, folder / "home"
        folder.mkdir()
        homes.create(self._home, SystemClock(), "Stadt Test", demo=True)
        settings = self._home / "eakte.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace("workers = 0", f"workers = {workers}"), encoding="utf-8")
        self._desk = Desk(open_home(self._home), SystemClock())
        plain = tomllib.loads((SAMPLES / "akten.toml").read_text(encoding="utf-8"))
        for each in plain["akte"]:
            new_akte(self._desk, each["aktenzeichen"], each["title"], each["office"])
        self._any_akte = plain["akte"][0]["aktenzeichen"]

    def work_off(self, files: list[Path]) -> Cost:
        """Let `eakte watch` work until all files are filed; gives cost, wall time to the last.

        The files are dropped into the inbox of a running watcher, and the wall time begins then;
        CPU and memory are those of its whole life. No samples are drawn: a batch that waits for a
        person would measure the person.
        """
        command = [sys.executable, "-m", "eakte", "watch", "--home", str(self._home)]
        watcher = Running(command, self._folder, EAKTE_QUALITY__SAMPLE_RATE="0")
        while not self._is_held():
            time.sleep(_CLERK_SECONDS)
        time.sleep(_READY_SECONDS)
        begun = time.monotonic()
        for file in files:
            shutil.copyfile(file, self._home / "inbox" / "poststelle" / file.name)
        while not self._done(len(files)):
            time.sleep(_CLERK_SECONDS)
            if watcher.process.poll() is not None or time.monotonic() - begun > _MOST_SECONDS:
                watcher.stop()
                raise RuntimeError((self._folder / "log").read_text()[-2000:])
        wall = time.monotonic() - begun
        watcher.stop()
        return replace(watcher.cost(), wall_seconds=wall)

    def _is_held(self) -> bool:
        """Tell whether a watcher has begun to work on the home."""
        lock = self._desk.home.lock_file
        held = [line.split()[5] for line in Path("/proc/locks").read_text().splitlines()]
        return lock.exists() and any(each.endswith(f":{lock.stat().st_ino}") for each in held)

    def made(self) -> dict[str, Made]:
        """Give what was made of each file, by its name."""
        with self._desk.engine.connect() as connection:
            files = scans.every(connection)
            letters = {
                file.scan.name: documents.of_scan(connection, file.scan.digest) for file in files
            }
        return {name: self._made(of) for name, of in letters.items()}

    def _made(self, letters: tuple[Document, ...]) -> Made:
        store, texts, copies, sealed = self._desk.store, dict[int, str](), 0, 0
        for letter in letters:
            pages = from_json(tuple[RecognisedPage, ...], store.get(letter.text))
            texts |= {page.number: page.text for page in pages}
            copies += store.path(letter.archive_copy).stat().st_size
            if letter.sealed is not None:
                sealed += store.path(letter.sealed).stat().st_size
        return Made(texts, copies, sealed)

    def _done(self, files: int) -> bool:
        """Release what waits, and tell whether everything is filed."""
        with self._desk.engine.connect() as connection:
            waiting = documents.in_state(connection, DocumentState.REVIEW)
            counts, letters = scans.counts(connection), documents.counts(connection)
        for letter in waiting:
            akte = "" if letter.aktenzeichen else self._any_akte
            unknown = "" if letter.classification.class_id else "sonstiges"
            reviewing.release(self._desk, letter.id, Corrections(akte, unknown), "Anna Müller")
        if counts["quarantine"]:
            raise RuntimeError("a file is in quarantine")
        on_the_way = letters[DocumentState.RELEASED.value] + letters[DocumentState.HELD.value]
        return counts["processed"] == files and not on_the_way and not waiting
