"""Letting a clerk see the pages of a letter in a program of the desktop."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from eakte.domain.events import Action
from eakte.errors import EnvironmentProblemError
from eakte.i18n import _
from eakte.pipeline.desk import Desk
from eakte.records import documents
from eakte.services.access import Permission, require
from eakte.services.desks import note

_FOLDER = "viewing"
_DAY = timedelta(days=1)


def open_pages(desk: Desk, prefix: str) -> Path:
    """Open a letter's PDF with EAKTE_VIEWER, or else xdg-open; gives the copy that is looked at.

    The copy is private to the home's workspace, and goes when the watcher starts or after a day.
    Raises EnvironmentProblemError if there is no such program.
    """
    command = shlex.split(os.environ.get("EAKTE_VIEWER", "")) or ["xdg-open"]
    program = shutil.which(command[0])
    if program is None:
        detail = _("{program} is not there; name a viewer of PDF files in EAKTE_VIEWER")
        raise EnvironmentProblemError(detail=detail.format(program=command[0]))
    scope = require(desk, Permission.READ)
    with desk.engine.connect() as connection:
        letter = documents.get_by_prefix(connection, prefix, scope)
    folder = desk.home.work / _FOLDER
    _forget_old(folder, desk.clock.now())
    copy = folder / f"{letter.id}.pdf"
    data = desk.store.get(letter.sealed or letter.archive_copy)
    note(desk, Action.VIEWED, letter.id, what="pages")
    copy.write_bytes(data)
    silent = subprocess.DEVNULL
    subprocess.Popen(  # noqa: S603 - the clerk's own choice
        [program, *command[1:], str(copy)],
        stdin=silent,
        stdout=silent,
        stderr=silent,
        start_new_session=True,
    )
    return copy


def _forget_old(folder: Path, now: datetime) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    for copy in folder.iterdir():
        if now - datetime.fromtimestamp(copy.stat().st_mtime, UTC) > _DAY:
            copy.unlink(missing_ok=True)
