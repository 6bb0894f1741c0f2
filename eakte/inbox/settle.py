"""When is a file in the inbox whole? Pure: decided from what was seen of it over time."""

from __future__ import annotations

from dataclasses import dataclass

_TEMPORARY_SUFFIXES = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", "~")
_TEMPORARY_PREFIXES = (".", "~$")
_OF_THE_SYSTEM = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})


@dataclass(frozen=True)
class FileState:
    """What a rescan saw of a file: name, size in bytes, change time and identity."""

    name: str
    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True)
class Observation:
    """What a rescan saw of files that come together, and when (seconds)."""

    files: tuple[FileState, ...]
    seen_at: float

    @property
    def arrived_ns(self) -> int:
        """Give when the last of the files was written to, as its file system tells."""
        return max((each.mtime_ns for each in self.files), default=0)

    @property
    def size(self) -> int:
        """Give the bytes of all files."""
        return sum(each.size for each in self.files)


def is_temporary(name: str) -> bool:
    """Tell whether a name is one that programs give to files they are still writing, or hide."""
    lowered = name.lower()
    return lowered.startswith(_TEMPORARY_PREFIXES) or lowered.endswith(_TEMPORARY_SUFFIXES)


def is_of_the_system(name: str) -> bool:
    """Tell whether a name is one of those that desktop systems leave in folders."""
    return name.lower() in _OF_THE_SYSTEM


def is_settled(first: Observation, latest: Observation, settle_seconds: float) -> bool:
    """Tell whether files stood still since `first`, when their present state was first seen.

    A hint, no proof (demand 6): whoever takes them hashes them again before removing them.
    """
    return first.files == latest.files and latest.seen_at - first.seen_at >= settle_seconds
