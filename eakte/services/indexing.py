"""The search index: checking it against the records, and making it anew while work goes on."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eakte.database import transaction
from eakte.domain.ids import Digest, DocumentId
from eakte.errors import EakteError, RefusedError
from eakte.i18n import _
from eakte.pipeline.desk import Desk
from eakte.pipeline.indexing import read_entry
from eakte.records import documents
from eakte.search.feeding import analysed
from eakte.search.index import index_of
from eakte.search.interface import Entry, of_sender
from eakte.services.access import Permission, require

_LOCK = "index.lock"


@dataclass(frozen=True)
class IndexReport:
    """What an index is worth: letters that are filed, and what is wrong with it."""

    filed: int
    missing: int
    """Filed letters that it does not know."""
    surplus: int
    """Letters that it knows and that are not filed."""
    outdated: int
    """Filed letters whose sender it knows by what it was before a correction."""
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Tell whether searching finds what it should."""
        return not (self.missing or self.surplus or self.outdated or self.problems)


@dataclass(frozen=True)
class Progress:
    """How far a rebuild is: letters analysed and written, of how many; unreadable ones."""

    done: int
    total: int
    unreadable: tuple[DocumentId, ...] = ()


def check(desk: Desk) -> IndexReport:
    """Hold the index against itself and the records. Raises NotPermittedError."""
    require(desk, Permission.AUDIT)
    return examine(desk)


def examine(desk: Desk) -> IndexReport:
    """Do what `check` does for whoever may ask."""
    with transaction(desk.engine) as connection:
        index = index_of(connection)
        filed = {letter: sender for letter, _text, sender in documents.filed_texts(connection)}
        problems = index.problems(connection)
        known = {} if problems else index.senders(connection)
    if problems:
        return IndexReport(len(filed), 0, 0, 0, problems)
    both = filed.keys() & known.keys()
    outdated = sum(of_sender(filed[each]) != known[each] for each in both)
    return IndexReport(len(filed), len(filed) - len(both), len(known) - len(both), outdated, ())


def rebuild(desk: Desk, workers: int = 0) -> Iterator[Progress]:
    """Make the index anew beside the one in use, and then put it in its place; tells how far it is.

    Filing and searching go on meanwhile. Workers analyse (0: as many as there are processors), one
    writer writes. Whatever ends it early leaves the old index in use.
    Raises NotPermittedError; RefusedError while another process does the same.
    """
    require(desk, Permission.OPERATE)
    with _alone(desk.home.root / _LOCK):
        yield from _rebuilt(desk, workers or os.cpu_count() or 1)


def _rebuilt(desk: Desk, workers: int) -> Iterator[Progress]:
    index = index_of(desk.engine)
    with transaction(desk.engine) as connection:
        index.begin(connection)
        taken = documents.filed_texts(connection)
    jobs = [(desk.home.store, *each) for each in taken]
    done, unreadable = 0, list[DocumentId]()
    yield Progress(0, len(jobs))
    for chunk in analysed(jobs, _entry, workers):
        with transaction(desk.engine) as connection:
            index.put(connection, filter(None, chunk), new=True)
        unreadable += [jobs[done + at][1] for at, each in enumerate(chunk) if each is None]
        done += len(chunk)
        yield Progress(done, len(jobs), tuple(unreadable))
    with desk.engine.begin() as connection:  # without the write lock: filing goes on
        index.finish(connection)
    with transaction(desk.engine) as connection:
        now = documents.filed_texts(connection)
        since = sorted(set(now) - set(taken))
        made = [_entry((desk.home.store, *each)) for each in since]
        index.put(connection, filter(None, made), new=True)
        index.swap(connection)
        for gone in {letter for letter, *_rest in taken} - {letter for letter, *_rest in now}:
            index.remove(connection, gone)
    unread = {each[0] for each, entry in zip(since, made, strict=True) if entry is None}
    yield Progress(len(now), len(now), tuple(dict.fromkeys((*unreadable, *sorted(unread)))))


def _entry(job: tuple[Path, DocumentId, Digest, str]) -> Entry | None:
    """Read and analyse a letter; None if its text cannot be read, which `doctor` tells."""
    try:
        return read_entry(*job)
    except (EakteError, OSError):
        return None


@contextmanager
def _alone(lock_file: Path) -> Iterator[None]:
    """Keep others from rebuilding; the kernel frees the lock when the process ends."""
    descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            detail = _("the index is being rebuilt already")
            raise RefusedError(detail=detail) from None
        yield
    finally:
        os.close(descriptor)
