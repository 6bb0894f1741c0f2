"""When is a file in the inbox whole? Pure: decided from what was seen of it over time."""

from __future__ import annotations

from dataclasses import dataclass

_TEMPORARY_SUFFIXES = (".tmp", ".part", ".partial", ".filepart", ".crdownload", "~")


@dataclass(frozen=True)
class Observation:
    """What a rescan saw of a file: size in bytes, change time and identity, and when (seconds)."""

    size: int
    mtime_ns: int
    inode: int
    seen_at: float

    def same_state(self, other: Observation) -> bool:
        """Tell whether both saw the same bytes, as far as the file system tells."""
        return (self.size, self.mtime_ns, self.inode) == (other.size, other.mtime_ns, other.inode)


def is_temporary(name: str) -> bool:
    """Tell whether a name is one that programs give to files they are still writing."""
    lowered = name.lower()
    return lowered.startswith(".") or lowered.endswith(_TEMPORARY_SUFFIXES)


def is_settled(first: Observation, latest: Observation, settle_seconds: float) -> bool:
    """Tell whether a file stood still since `first`, when its present state was first seen.

    A hint, no proof (demands 6): whoever takes the file hashes it again before removing it.
    """
    return first.same_state(latest) and latest.seen_at - first.seen_at >= settle_seconds
