"""Noting in the audit log that a home is run with other settings than before.

The log holds digests, no settings: names of persons stand in them. What they were is in the backups
of eakte.toml and pipelines/.
"""

from __future__ import annotations

import hashlib

from eakte import __version__
from eakte.audit import log
from eakte.config import Settings
from eakte.database import transaction
from eakte.domain.events import Action
from eakte.pipeline.desk import Desk
from eakte.pipeline.noted import event
from eakte.services import actor

OBJECT = "home"
_TELLING = (Action.CONFIGURED, Action.HOME_CREATED)


def state_of(desk: Desk) -> dict[str, str]:
    """Give what the log says of a home's configuration: version and digests."""
    return {
        "version": __version__,
        "settings": _digest(desk.home.settings),
        "definitions": desk.definitions.digest,
    }


def note_changes(desk: Desk) -> None:
    """Write an event unless the log knows this configuration as the last one."""
    now = state_of(desk)
    with transaction(desk.engine) as connection:
        told = (log.newest(connection, action) for action in _TELLING)
        known = next((each for each in told if each is not None), None)
        before = {name: known.after.get(name, "") for name in now} if known else {}
        if before == now:
            return
        who, at = actor.current(desk), desk.clock.now()
        log.append(connection, event(Action.CONFIGURED, OBJECT, who, at, "", now, before))


def _digest(settings: Settings) -> str:
    """Hash what is in force, variables of the environment included."""
    text = settings.model_dump_json()
    return hashlib.sha256(text.encode()).hexdigest()
