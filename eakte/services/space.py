"""Is there room on the disks? Below a reserve nothing new is begun; above it, work goes on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from eakte.config import Home

MEGABYTE = 1 << 20
_MARGIN = 0.1
"""Paused work resumes when so much of the reserve is free beyond it: no flutter at the edge."""

Free = Callable[[Path], int]
"""Port: gives the bytes that are free where a folder lies."""


def free_bytes(folder: Path) -> int:
    """Give the bytes that this user may still write where a folder lies; raises OSError."""
    return shutil.disk_usage(folder).free


class Space:
    """The free space of a home: where store, database and workspaces lie."""

    def __init__(self, home: Home, free: Free = free_bytes) -> None:
        """Know the folders and the reserve of the home's settings."""
        self._folders = (home.store, home.root, home.work)
        self._reserve = home.settings.watching.reserve_mb * MEGABYTE
        self._free = free
        self._paused = False

    def has_room(self, needed: int = 0) -> bool:
        """Tell whether the reserve stays free if `needed` bytes are written to each of them.

        Once the reserve itself was not free, it is so again only with a margin beyond it.
        """
        free = self.free()
        margin = int(self._reserve * _MARGIN) if self._paused else 0
        self._paused = free < self._reserve + margin
        return not self._paused and free - needed >= self._reserve

    def free(self) -> int:
        """Give the bytes that are free where least are; raises OSError."""
        return min(self._free(folder) for folder in self._folders)
