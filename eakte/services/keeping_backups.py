"""A folder of backups by itself: what is in it, whether it is whole, and letting old ones go.

None of this needs a home: after a disaster there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from eakte.domain.backups import Manifest, to_prune
from eakte.domain.ids import Digest
from eakte.errors import BackupDamagedError, ExitCode, SystemRefusedError
from eakte.store.backups import BackupFolder


@dataclass(frozen=True)
class Listed:
    """A backup as a list shows it; without a time if its manifest is damaged (`problem`)."""

    name: str
    made_at: datetime | None = None
    organisation: str = ""
    files: int = 0
    blobs: int = 0
    size: int = 0
    """Bytes of a home restored from it."""
    events: int = 0
    """Size of the audit log."""
    keys: bool = False
    lost: int = 0
    """Blobs that the home had lost before."""
    problem: str = ""


@dataclass(frozen=True)
class Checked:
    """What reading backups again found."""

    names: tuple[str, ...]
    objects: int
    bytes: int
    problems: tuple[str, ...]
    """What is wrong, each with its place."""
    unnamed: int
    """Objects that no backup names: an early end left them; `prune` removes them."""

    @property
    def exit_code(self) -> ExitCode:
        """Give INVALID if anything is not what was written."""
        return ExitCode.INVALID if self.problems else ExitCode.OK


@dataclass(frozen=True)
class Pruned:
    """Backups that were removed, and what went with them (objects, bytes)."""

    removed: tuple[str, ...]
    kept: tuple[str, ...]
    objects: int
    bytes: int


def every(source: Path) -> tuple[Listed, ...]:
    """Give all backups of a folder, the oldest first; raises NotFoundError if it has none."""
    folder = BackupFolder(source.absolute())
    with folder.reading():
        return tuple(_listed(folder, name) for name in folder.names())


def _listed(folder: BackupFolder, name: str) -> Listed:
    try:
        told = folder.manifest(name)
    except BackupDamagedError as problem:
        return Listed(name, problem=problem.message())
    return Listed(
        name, told.made_at, told.organisation, len(told.files), len(told.blobs), told.size,
        told.events, told.keys, len(told.lost),
    )  # fmt: skip


def verify(source: Path, name: str = "") -> Checked:
    """Read every object again that a backup names, or all of them do; each is read once.

    Raises NotFoundError; what is damaged is told, not raised.
    """
    folder = BackupFolder(source.absolute())
    with folder.reading():
        names = (folder.find(name),) if name else folder.names()
        problems: dict[str, None] = {}
        seen: dict[Digest, int] = {}
        for each in names:
            try:
                problems |= dict.fromkeys(_problems(folder, folder.manifest(each), seen))
            except BackupDamagedError as problem:
                problems[problem.message()] = None
        unnamed = _unnamed(folder)
    return Checked(names, len(seen), sum(seen.values()), tuple(problems), unnamed)


def _problems(folder: BackupFolder, told: Manifest, seen: dict[Digest, int]) -> Iterator[str]:
    """Read what a backup names and was not read before, and say what is wrong with it."""
    for digest, place in told.objects():
        if digest not in seen:
            seen[digest] = folder.size(digest) or 0
            try:
                for _chunk in folder.object(digest, place):
                    pass
            except BackupDamagedError as problem:
                yield problem.message()


def _unnamed(folder: BackupFolder) -> int:
    """Count the objects that no backup names; none while nobody can read what one of them names."""
    try:
        named = set[Digest]().union(*(folder.manifest(name).digests for name in folder.names()))
    except BackupDamagedError:
        return 0
    return sum(digest not in named for digest in folder.objects())


def prune(source: Path, keep: int) -> Pruned:
    """Remove all backups but the newest `keep`, then every object that these do not name.

    Raises BackupDamagedError, before anything is removed, if one that is to stay cannot be read:
    nobody knows then what it needs.
    """
    folder = BackupFolder(source.absolute())
    with folder.reading():
        pass  # it is one of backups
    try:
        with folder.alone():
            names = folder.names()
            going = to_prune(names, keep)
            staying = tuple(name for name in names if name not in going)
            needed: set[Digest] = set()
            for name in staying:
                needed |= folder.manifest(name).digests
            folder.remove(going)
            gone = folder.remove_objects(
                [digest for digest in folder.objects() if digest not in needed]
            )
    except OSError as problem:
        raise SystemRefusedError(detail=str(problem)) from problem
    return Pruned(going, staying, *gone)
