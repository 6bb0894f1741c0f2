"""The way in without a folder: files named on the command line."""

from __future__ import annotations

from pathlib import Path

from eakte.config import Inbox
from eakte.errors import ConfigurationError, NotFoundError
from eakte.i18n import N_, _
from eakte.inbox.receive import Outcome
from eakte.pipeline.context import Context
from eakte.pipeline.submit import Submitter
from eakte.services.watching import take


def submit(context: Context, files: tuple[Path, ...], station: str) -> dict[Path, Outcome]:
    """Take files (they stay where they are) as if they came from a station's inbox."""
    inbox = _inbox(context, station)
    submitter = Submitter(context.engine)
    for file in files:
        if not file.is_file():
            raise NotFoundError(kind=N_("file"), name=file)
    origin = (inbox.station, inbox.pipeline)
    return {file: take(context, submitter, file, origin, remove=False) for file in files}


def _inbox(context: Context, station: str) -> Inbox:
    inboxes = context.home.settings.inboxes
    if not inboxes:
        raise ConfigurationError(path=context.home.root, detail=_("no inbox is configured"))
    if not station:
        return inboxes[0]
    for inbox in inboxes:
        if inbox.station == station:
            return inbox
    raise NotFoundError(kind=N_("station"), name=station)
