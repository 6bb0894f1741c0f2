"""What lies in the inboxes at this moment, seen without a watcher."""

from __future__ import annotations

from dataclasses import dataclass

from eakte.config import Home, Inbox
from eakte.domain.access import EVERYTHING, Scope
from eakte.inbox.listing import UNREADABLE, LeftAlone, list_inbox, no_delivery, readable
from eakte.inbox.places import places


@dataclass(frozen=True)
class Survey:
    """What no record tells of yet."""

    arriving: int
    """Files and deliveries that are still to be taken."""
    left_alone: tuple[LeftAlone, ...]


def survey(home: Home, scope: Scope = EVERYTHING) -> Survey:
    """Look into every inbox and its stations in scope; one that cannot be read is told of."""
    found = [_survey(home, inbox, scope) for inbox in home.settings.inboxes]
    return _sum(found)


def implied(home: Home, inbox: Inbox, name: str) -> Inbox | None:
    """Give the inbox that a sub-folder is as a station; None if it is configured on its own."""
    folder = home.inbox_folder(inbox) / name
    if folder in {home.inbox_folder(each) for each in home.settings.inboxes}:
        return None
    station = f"{inbox.station}/{readable(name)}"
    return inbox.model_copy(update={"folder": folder, "station": station, "stations": False})


def _survey(home: Home, inbox: Inbox, scope: Scope) -> Survey:
    folder, mine = home.inbox_folder(inbox), scope.covers_station(inbox.station)
    try:
        listing = list_inbox(folder)
        aside = sum(1 for place in places(folder) if not place.mark)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, the others are shown
        unreadable = (LeftAlone(readable(str(folder)), UNREADABLE),)
        return Survey(0, unreadable if mine else ())
    here = Survey(len(listing.units) + aside, tuple(listing.left_alone)) if mine else Survey(0, ())
    below = []
    for name, _files in listing.folders:
        station = implied(home, inbox, name)
        if station is None:
            continue
        if inbox.stations:
            below.append(_survey(home, station, scope))
        elif mine:
            below.append(Survey(0, (no_delivery(folder / name),)))
    return _sum([here, *below])


def _sum(found: list[Survey]) -> Survey:
    left_alone = tuple(each for one in found for each in one.left_alone)
    return Survey(sum(one.arriving for one in found), left_alone)
