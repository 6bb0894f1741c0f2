"""Which files make a home, besides its database and its store.

- **Steady** ones (settings, pipelines, trust, keys, the text of the Verfahrensdokumentation) change
  when somebody changes them. All of them are taken as of one moment.
- **Moving** ones change while mail is worked on: inboxes, anchors, what services answered. Each is
  taken as it is; those that are being written are left to the next backup.
- What belongs to running processes is never taken: the workspace, locks, and the memory of refused
  PINs, which would look like a refusal if a backup caught it in the middle of a try.

Links are not followed, and nothing outside the home is taken: both are told.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from eakte.config import FileKey, Home, RemoteKey
from eakte.inbox.listing import TAKEN

_LOCKS = frozenset({"index.lock", "anchors/.lock"})
_SQLITE_SUFFIXES = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True)
class Entry:
    """Something in a home: its path there (with `/`), and what the file system says of it."""

    path: str
    found: os.stat_result

    @property
    def mode(self) -> int:
        """Give its permissions."""
        return stat.S_IMODE(self.found.st_mode)

    @property
    def is_folder(self) -> bool:
        """Tell whether it is a folder (and no link to one)."""
        return stat.S_ISDIR(self.found.st_mode)

    @property
    def is_file(self) -> bool:
        """Tell whether it is a plain file."""
        return stat.S_ISREG(self.found.st_mode)

    @property
    def signature(self) -> tuple[int, ...]:
        """Give what differs when it was changed."""
        told = self.found
        if self.is_folder:
            return (told.st_mode,)
        return told.st_mode, told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns


class HomeFiles:
    """The files of one home, with or without its keys."""

    def __init__(self, home: Home, database: Path | None, *, keys: bool) -> None:
        """Know what to leave out; `database` is the file of SQLite, None if there is none."""
        self._home = home
        own = {f"{database}{suffix}" for suffix in _SQLITE_SUFFIXES} if database else set()
        self._never = {"store", "work", "trust/refused", *_LOCKS} | {
            str(Path(each).relative_to(home.root)) for each in own if _below(home.root, Path(each))
        }
        self._secrets = set() if keys else set(_secrets(home))
        inboxes = (home.inbox_folder(each) for each in home.settings.inboxes)
        self._inboxes = {_relative(home.root, each) for each in inboxes} - {""}
        self._moving = {*self._inboxes, "anchors", "services"}

    def steady(self) -> dict[str, Entry]:
        """Give folders and files that only persons change, each folder before what is in it."""
        return {each.path: each for each in self._walk("") if not self._is_in(each, self._moving)}

    def moving(self) -> Iterator[Entry]:
        """Give the others one by one, as they are found: whoever takes them does so at once.

        What is set aside in an inbox comes after all else there: a file on its way from the inbox
        to the store is found in one of the two, or its record is committed by then.
        """
        for path in sorted(self._moving):
            top = _entry(self._home.root, path)
            if top is not None and not self._hidden(path):
                yield top
                if top.is_folder:
                    yield from self._walk(path)

    def is_arriving(self, entry: Entry, now: float) -> bool:
        """Tell whether a file of an inbox may be written to still (`now`: seconds since 1970)."""
        settle = self._home.settings.watching.settle_seconds
        return self._is_in(entry, self._inboxes) and now - entry.found.st_mtime < settle

    def outside(self) -> tuple[str, ...]:
        """Give what the settings name and the home does not hold."""
        named = _paths(self._home.settings.model_dump())
        return tuple(str(each) for each in named if not _relative(self._home.root, each))

    def secrets(self) -> tuple[str, ...]:
        """Give the keys that are left out."""
        there = {each for each in self._secrets if (self._home.root / each).exists()}
        return tuple(
            sorted(each for each in there if not there & {str(up) for up in Path(each).parents})
        )

    def _walk(self, top: str) -> Iterator[Entry]:
        folders = []
        for entry in _listed(self._home.root, top):
            if self._hidden(entry.path):
                continue
            if entry.is_folder:
                folders.append(entry)
            else:
                yield entry
        for folder in sorted(folders, key=lambda each: each.path.endswith(f"/{TAKEN}")):
            yield folder
            if folder.path not in self._moving:
                yield from self._walk(folder.path)

    def _hidden(self, path: str) -> bool:
        return path in self._never or path in self._secrets

    def _is_in(self, entry: Entry, tops: set[str]) -> bool:
        return any(entry.path == top or entry.path.startswith(f"{top}/") for top in tops)


def _listed(root: Path, folder: str) -> list[Entry]:
    """Give what is in a folder, in order; nothing if it is gone."""
    try:
        names = sorted(each.name for each in (root / folder).iterdir())
    except FileNotFoundError:
        return []
    found = (_entry(root, f"{folder}/{name}" if folder else name) for name in names)
    return [each for each in found if each is not None]


def _entry(root: Path, path: str) -> Entry | None:
    try:
        return Entry(path, (root / path).lstat())
    except (FileNotFoundError, NotADirectoryError):
        return None


def _secrets(home: Home) -> Iterator[str]:
    """Give the places of keys, PINs and passwords in the home."""
    key = home.settings.seal.key
    named = [key.pin_file, *(each.credentials for each in home.settings.tsa)]
    named += [key.file] if isinstance(key, FileKey) else []
    named += [key.token_file] if isinstance(key, RemoteKey) else []
    yield "trust/keys"
    told = parse_qs(urlsplit(home.settings.database).query).get("passfile", [])
    for each in (*named, *map(Path, told)):
        if each is not None and _relative(home.root, each):
            yield _relative(home.root, each)


def _paths(settings: object) -> Iterator[Path]:
    """Give every path that settings name."""
    if isinstance(settings, Path):
        yield settings
    elif isinstance(settings, dict | list | tuple):
        for each in settings.values() if isinstance(settings, dict) else settings:
            yield from _paths(each)


def _relative(root: Path, named: Path) -> str:
    """Give a path of the settings relative to the home, "" if it lies outside."""
    path = Path(os.path.normpath(root / named))
    return str(path.relative_to(root)) if _below(root, path) else ""


def _below(root: Path, path: Path) -> bool:
    return root in path.parents
