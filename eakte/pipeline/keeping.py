"""Keeping the history: every change of a record with its audit event, and who was faster.

All functions here run inside a transaction of the caller, on its connection.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from eakte.audit import log
from eakte.database import Connection
from eakte.domain.events import Action, Event
from eakte.domain.history import Change, RecordKind
from eakte.errors import RefusedError
from eakte.i18n import N_, _
from eakte.records import history

COMMITMENT = "history"
"""The name under which an event holds the salted hash of a change, beside its `record`."""
_SALT_BYTES = 16
_DID = {
    Action.AKTE_OPENED: N_("{who} opened it at {at} UTC"),
    Action.AKTE_CLOSED: N_("{who} closed it at {at} UTC"),
    Action.AKTE_REOPENED: N_("{who} reopened it at {at} UTC"),
    Action.VORGANG_CLOSED: N_("{who} closed it at {at} UTC"),
    Action.VORGANG_REOPENED: N_("{who} reopened it at {at} UTC"),
    Action.MOVED: N_("{who} moved it at {at} UTC"),
    Action.ENTRY_ENDED: N_("{who} ended it at {at} UTC"),
}
_READING = frozenset({Action.VIEWED, Action.EXPORTED, Action.VERIFIED})
_LOOKED_AT = 200
_CHANGED = N_("{who} changed {what} at {at} UTC")


@dataclass(frozen=True)
class By:
    """Who does something, and when."""

    actor: str
    at: datetime


def keep(
    connection: Connection,
    change: Change,
    codes: Mapping[str, str] | None = None,
    before: Mapping[str, str] | None = None,
    station: str = "",
) -> None:
    """Add a change to the history and to the audit log.

    The log holds names of what changed and a salted hash, and of the values only `codes` (those
    `before` too): ids, days and codes, never text about persons.
    """
    salted = replace(change, salt=secrets.token_hex(_SALT_BYTES))
    history.add(connection, salted)
    after = {
        "akte": change.akte,
        "record": change.name,
        "changed": ",".join(change.after),
        COMMITMENT: salted.commitment(),
        **(codes or {}),
    }
    subject = change.key if change.kind is RecordKind.DOCUMENT else change.akte
    event = Event(change.action, subject, change.actor, station, change.at, before or {}, after)
    log.append(connection, event)


def require_seen(
    connection: Connection, kind: RecordKind, key: str, present: int, seen: int
) -> None:
    """Raise RefusedError, naming who changed what meanwhile, unless `seen` is present (or 0)."""
    if seen > present:
        detail = _("{record} has no version {seen}; it is version {present}")
        raise RefusedError(detail=detail.format(record=key, seen=seen, present=present))
    if seen not in {0, present}:
        raise changed_meanwhile(connection, kind, key, seen)


def changed_meanwhile(
    connection: Connection, kind: RecordKind, key: str, seen: int
) -> RefusedError:
    """Say who changed what of a record since its version `seen`."""
    later = [each for each in history.of_record(connection, kind, key) if each.version > seen]
    told = "; ".join(map(_told, later)) or _newest(connection, key)
    detail = _("{record} is not version {seen} any more: {changes}. Look at it again")
    return RefusedError(detail=detail.format(record=key, seen=seen, changes=told))


def _newest(connection: Connection, key: str) -> str:
    """Say what happened last to a document that the history does not tell of, as a renewal."""
    events = (event for _n, event in log.latest(connection, _LOOKED_AT, key))
    own = (each for each in events if each.object == key and each.action not in _READING)
    done = next(own, None)
    if done is None:
        return _("it changed")
    return _("{who}: {action}").format(who=done.actor, action=done.action.value)


def _told(change: Change) -> str:
    sentence = _(_DID.get(change.action, _CHANGED))
    return sentence.format(
        who=change.actor,
        what=", ".join(change.after),
        at=f"{change.at:%Y-%m-%d %H:%M:%S}",
    )
