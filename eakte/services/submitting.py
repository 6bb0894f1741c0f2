"""The way in without a folder: files named on the command line."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from eakte.config import Inbox
from eakte.database import transaction
from eakte.domain.access import Scope
from eakte.domain.deliveries import is_delivery_folder
from eakte.errors import ConfigurationError, NotFoundError
from eakte.i18n import N_, _
from eakte.inbox.receive import keep, require_plain, scan_of
from eakte.inbox.units import Unit, group
from eakte.pipeline import arrivals
from eakte.pipeline.desk import Desk
from eakte.pipeline.submit import Submitter
from eakte.records import scans
from eakte.services import actor
from eakte.services.access import Permission, require


class Outcome(StrEnum):
    """What became of a file that was submitted."""

    TAKEN = N_("taken")
    TAKEN_AGAIN = N_("taken-again")


def submit(desk: Desk, paths: tuple[Path, ...], station: str) -> dict[Path, Outcome]:
    """Take files (they stay where they are) as if they came from a station's inbox.

    A signature (.p7s) that is named together with its file belongs to it; a folder must be a
    delivery as a whole. Raises NotFoundError before anything is taken.
    """
    scope = require(desk, Permission.SUBMIT)
    inbox = _inbox(desk, station, scope)
    return {
        folder / unit.main: _take(desk, folder, unit, inbox, scope)
        for folder, unit in _units(paths)
    }


def _take(desk: Desk, folder: Path, unit: Unit, inbox: Inbox, scope: Scope) -> Outcome:
    kept = keep(folder, unit, desk.store)
    scan = scan_of(kept, (inbox.station, inbox.pipeline), desk.clock.now())
    with transaction(desk.engine) as connection:
        desk.store.require([kept.digest, *(each.digest for each in kept.enclosures)])
        who, submitter = actor.current(desk), Submitter(desk.engine)
        known = scans.is_known(connection, kept.digest, scope)
        arrivals.receive(connection, scan, desk.store, submitter, who, kept.enclosures)
    return Outcome.TAKEN_AGAIN if known else Outcome.TAKEN


def _units(paths: tuple[Path, ...]) -> list[tuple[Path, Unit]]:
    """Group what was named, folder by folder."""
    files: dict[Path, list[str]] = {}
    units = []
    for path in dict.fromkeys(path.absolute() for path in paths):
        if path.is_dir():
            if not is_delivery_folder(each.name for each in path.iterdir()):
                raise NotFoundError(kind=N_("delivery"), name=path)
            units.append((path.parent, Unit(path.name, is_folder=True)))
        elif path.is_file():
            require_plain(path)
            files.setdefault(path.parent, []).append(path.name)
        else:
            raise NotFoundError(kind=N_("file"), name=path)
    return [(folder, unit) for folder in files for unit in group(files[folder])] + units


def _inbox(desk: Desk, station: str, scope: Scope) -> Inbox:
    settings = desk.home.settings
    if not settings.inboxes:
        raise ConfigurationError(path=desk.home.root, detail=_("no inbox is configured"))
    station = station or (scope.stations or (settings.inboxes[0].station,))[0]
    inbox = settings.inbox_of(station)
    if inbox is None or (scope.stations and not scope.covers_station(station)):
        raise NotFoundError(kind=N_("station"), name=station)
    return inbox
