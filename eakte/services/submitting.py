"""The way in without a folder: files named on the command line."""

from __future__ import annotations

from pathlib import Path

from eakte.config import Inbox
from eakte.errors import ConfigurationError, NotFoundError
from eakte.i18n import N_, _
from eakte.inbox.receive import Outcome
from eakte.pipeline.desk import Desk
from eakte.pipeline.submit import Submitter
from eakte.services.intake import take


def submit(desk: Desk, files: tuple[Path, ...], station: str) -> dict[Path, Outcome]:
    """Take files (they stay where they are) as if they came from a station's inbox."""
    inbox = _inbox(desk, station)
    submitter = Submitter(desk.engine)
    for file in files:
        if not file.is_file():
            raise NotFoundError(kind=N_("file"), name=file)
    return {file: take(desk, submitter, file, inbox).outcome for file in files}


def _inbox(desk: Desk, station: str) -> Inbox:
    inboxes = desk.home.settings.inboxes
    if not inboxes:
        raise ConfigurationError(path=desk.home.root, detail=_("no inbox is configured"))
    if not station:
        return inboxes[0]
    for inbox in inboxes:
        if inbox.station == station:
            return inbox
    raise NotFoundError(kind=N_("station"), name=station)
