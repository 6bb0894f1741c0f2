"""What lies in an inbox: what may be taken, and what is left alone and why. Opens no file."""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from eakte.domain.deliveries import is_delivery_folder
from eakte.i18n import N_
from eakte.inbox.settle import FileState, is_of_the_system, is_temporary
from eakte.inbox.units import Unit, group

TAKEN = ".taken"
"""Folder in each inbox for files that are being taken."""

MOST_FILES = 1000
"""A delivery folder with more files is left alone."""

_DEEPEST = 20

UNREADABLE = N_("the inbox folder cannot be read")
_LINK = N_("a link; eakte follows none")
_SPECIAL = N_("a pipe, socket or device; eakte opens none")
_FOLDER = N_("a folder that is no delivery")
_TEMPORARY = N_("a temporary or hidden name; it is taken when it gets another")
_SYSTEM = N_("a file that the operating system made for itself")
_UNREADABLE = N_("it cannot be looked at")
_DELIVERY_SPECIAL = N_("a delivery with a link, pipe, socket or device in it")
_DELIVERY_TEMPORARY = N_("a delivery with a temporary name in it")
_DELIVERY_LARGE = N_("a delivery of more than 1000 files")


@dataclass(frozen=True)
class LeftAlone:
    """Something in an inbox that is not taken, and why (an English sentence to translate)."""

    path: str
    reason: str


@dataclass
class Listing:
    """What lies in one inbox folder."""

    units: list[tuple[Unit, tuple[FileState, ...]]] = field(default_factory=list)
    """What may be taken, with the state of all its files."""
    folders: list[tuple[str, tuple[FileState, ...]]] = field(default_factory=list)
    """Folders that are no deliveries, with the state of the files directly in them."""
    left_alone: list[LeftAlone] = field(default_factory=list)
    """All else; folders that are no deliveries are not in it."""


class _UnfitError(Exception):
    """A delivery folder that cannot be taken as it is; its argument says why."""


def list_inbox(folder: Path) -> Listing:
    """Look into an inbox; raises OSError if it cannot be read."""
    found, files = Listing(), {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name == TAKEN:
                continue
            reason = _reason_against(entry)
            if reason:
                found.left_alone.append(_left_alone(entry.path, reason))
            elif entry.is_dir(follow_symlinks=False):
                _add_folder(found, entry)
            else:
                files.update(_state(entry, entry.name))
    for unit in group(files):
        found.units.append((unit, tuple(files[name] for name in unit.names)))
    return found


def no_delivery(path: Path) -> LeftAlone:
    """Tell of a folder that is neither delivery nor station."""
    return _left_alone(str(path), _FOLDER)


def readable(name: str) -> str:
    """Give a file's name as text that any database takes: NFC, bytes that are no UTF-8 replaced."""
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "replace"))


def _left_alone(path: str, reason: str) -> LeftAlone:
    return LeftAlone(readable(path), reason)


def _reason_against(entry: os.DirEntry[str]) -> str:
    """Say why an entry is neither a plain file nor a folder to look at; empty if it is."""
    if entry.is_symlink():
        return _LINK
    if is_of_the_system(entry.name):
        return _SYSTEM
    if is_temporary(entry.name):
        return _TEMPORARY
    plain = entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)
    return "" if plain else _SPECIAL


def _add_folder(found: Listing, entry: os.DirEntry[str]) -> None:
    """Sort a folder: a delivery that may be taken, one that may not, or another folder."""
    try:
        names = _plain_files(entry.path)
        if not is_delivery_folder(names) or _is_inbox(entry.path):
            found.folders.append((entry.name, tuple(names.values())))
            return
        found.units.append((Unit(entry.name, is_folder=True), tuple(_walk(Path(entry.path)))))
    except _UnfitError as problem:
        found.left_alone.append(_left_alone(entry.path, str(problem)))
    except OSError:
        found.left_alone.append(_left_alone(entry.path, _UNREADABLE))


def _is_inbox(folder: str) -> bool:
    """Tell whether files were taken from a folder: then it is a station's, whatever lies in it."""
    return os.path.lexists(os.path.join(folder, TAKEN))  # noqa: PTH118 - many folders, no objects


def _plain_files(folder: str) -> dict[str, FileState]:
    found: dict[str, FileState] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                found.update(_state(entry, entry.name))
    return found


def _walk(folder: Path) -> Iterator[FileState]:
    """Give the state of every file of a delivery; raises _UnfitError if it cannot be taken."""
    for number, path in enumerate(files_below(folder)):
        if number == MOST_FILES:
            raise _UnfitError(_DELIVERY_LARGE)
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise _UnfitError(_DELIVERY_SPECIAL)
        if is_temporary(path.name) and not is_of_the_system(path.name):
            raise _UnfitError(_DELIVERY_TEMPORARY)
        name = str(path.relative_to(folder))
        yield FileState(name, status.st_size, status.st_mtime_ns, status.st_ino)


def files_below(folder: Path, depth: int = 0) -> Iterator[Path]:
    """Give all that is no folder below a folder, in order of path; no link is followed.

    Raises OSError, also for folders nested too deeply.
    """
    if depth > _DEEPEST:
        raise OSError(errno.ELOOP, "folders are nested too deeply", str(folder))
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda entry: os.fsencode(entry.name))
    for entry in ordered:
        if entry.is_dir(follow_symlinks=False):
            yield from files_below(Path(entry.path), depth + 1)
        else:
            yield Path(entry.path)


def _state(entry: os.DirEntry[str], name: str) -> dict[str, FileState]:
    """Give the entry's state by its name; nothing if it went between listing and looking."""
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return {}
    return {name: FileState(name, status.st_size, status.st_mtime_ns, status.st_ino)}
