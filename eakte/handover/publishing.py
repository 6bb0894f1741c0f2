"""Letting a file that was written whole appear under its name, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eakte.domain.ids import Digest
from eakte.errors import RefusedError, SystemRefusedError
from eakte.i18n import _
from eakte.store.local import sync_folder


@dataclass(frozen=True)
class Published:
    """A file that is published, or about to be."""

    path: Path
    sha256: Digest
    size: int


def refuse(problems: tuple[str, ...]) -> None:
    """Raise RefusedError if there are any."""
    if problems:
        raise RefusedError(detail="; ".join(problems))


def require_free(target: Path) -> None:
    """Raise RefusedError if there is something under that name."""
    if target.exists():
        raise _taken(target)


@contextmanager
def draft(folder: Path) -> Iterator[Path]:
    """Give a temporary file in the folder (mode 0600), which is gone afterwards.

    Raises SystemRefusedError if the folder cannot be written to.
    """
    try:
        descriptor, name = tempfile.mkstemp(prefix=".eakte-", suffix=".part", dir=folder)
    except OSError as problem:
        raise SystemRefusedError(detail=str(problem)) from problem
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def link(finished: Path, target: Path) -> None:
    """Let the finished file appear under its name; raises RefusedError if another is there."""
    try:
        os.link(finished, target)
        sync_folder(target.parent)
    except FileExistsError:
        raise _taken(target) from None
    except OSError as problem:
        raise SystemRefusedError(detail=str(problem)) from problem


def _taken(target: Path) -> RefusedError:
    detail = _("{path} exists already; eakte overwrites nothing").format(path=target)
    return RefusedError(detail=detail)
