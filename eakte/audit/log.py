"""Appending to the audit log, in the transaction of the action it tells of."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping

import sqlalchemy as sa

from eakte.audit import tree
from eakte.database import Connection, lock
from eakte.database.schema import audit_event, audit_head
from eakte.domain.canonical import NotCanonicalError, canonical
from eakte.domain.events import Action, Event
from eakte.domain.moments import from_micros, to_micros
from eakte.errors import RefusedError
from eakte.i18n import _

_AT_ONCE = 1000


def encode(event: Event, position: int) -> str:
    """Write an event in its one canonical form (RFC 8785, NFC), moments in whole microseconds.

    Raises RefusedError for what has none: text that is no Unicode.
    """
    plain = {
        "action": event.action.value,
        "actor": event.actor,
        "after": event.after,
        "at": to_micros(event.at),
        "before": event.before,
        "n": position,
        "object": event.object,
        "station": event.station,
        "v": 1,
    }
    try:
        return canonical(plain)
    except NotCanonicalError as problem:
        detail = _("the audit log cannot hold the event: {why}")
        raise RefusedError(detail=detail.format(why=problem)) from problem


def decode(entry: str) -> Event:
    """Read an event back; raises ValueError or KeyError if it is not one."""
    plain = json.loads(entry)
    return Event(
        action=Action(plain["action"]),
        object=plain["object"],
        actor=plain["actor"],
        station=plain["station"],
        at=from_micros(plain["at"]),
        before=_strings(plain["before"]),
        after=_strings(plain["after"]),
    )


def append(connection: Connection, event: Event) -> int:
    """Add an event and give its position; the caller's transaction commits both or neither."""
    lock(connection)
    head = connection.execute(sa.select(audit_head).with_for_update()).one()
    size = int(head.size)
    frontier = tuple(bytes.fromhex(part) for part in json.loads(head.frontier))
    entry = encode(event, size)
    leaf = tree.leaf_hash(entry.encode())
    frontier = tree.append(frontier, size, leaf)
    root = tree.root_of(frontier).hex()
    row = {"position": size, "entry": entry, "leaf": leaf.hex(), "root": root}
    connection.execute(sa.insert(audit_event).values(row))
    subtrees = json.dumps([part.hex() for part in frontier])
    connection.execute(sa.update(audit_head).values(size=size + 1, root=root, frontier=subtrees))
    return size


def head(connection: Connection) -> tuple[int, str]:
    """Give how many events the log has, and its root: it depends on each of them."""
    row = connection.execute(sa.select(audit_head)).one()
    return int(row.size), str(row.root)


def root_at(connection: Connection, size: int) -> str:
    """Give the root that the log had with its first `size` events (at least one), "" if unknown."""
    query = sa.select(audit_event.c.root).where(audit_event.c.position == size - 1)
    found = connection.execute(query).scalar_one_or_none()
    return "" if found is None else str(found)


def at(connection: Connection, position: int) -> Event | None:
    """Give the event at a position, None if there is none."""
    query = sa.select(audit_event.c.entry).where(audit_event.c.position == position)
    entry = connection.execute(query).scalar_one_or_none()
    return None if entry is None else decode(str(entry))


def latest(connection: Connection, limit: int, of: str = "") -> tuple[tuple[int, Event], ...]:
    """Give the newest events with their positions, newest first; `of` names one object."""
    query = sa.select(audit_event).order_by(audit_event.c.position.desc())
    if of:
        query = query.where(audit_event.c.entry.contains(canonical(of), autoescape=True))
    rows = connection.execute(query.limit(limit)).all()
    return tuple((int(row.position), decode(row.entry)) for row in rows)


def of_action(connection: Connection, action: Action, of: str = "") -> tuple[Event, ...]:
    """Give all events of an action in order, perhaps of one object only."""
    marked = audit_event.c.entry.contains(f'"action":"{action.value}"', autoescape=True)
    query = sa.select(audit_event.c.entry).where(marked).order_by(audit_event.c.position)
    if of:
        named = canonical(of)
        query = query.where(audit_event.c.entry.contains(f'"object":{named}', autoescape=True))
    events = (decode(row.entry) for row in connection.execute(query))
    return tuple(event for event in events if event.action is action)


def of_objects(connection: Connection, names: Container[str]) -> Iterator[Event]:
    """Give all events of some objects in order; the whole log is read once, whatever they are."""
    query = sa.select(audit_event.c.entry).order_by(audit_event.c.position)
    for entry in connection.execute(query).yield_per(_AT_ONCE).scalars():
        if json.loads(entry)["object"] in names:
            yield decode(entry)


def every(connection: Connection) -> Iterator[tuple[int, Event | None]]:
    """Give the whole log in order with its positions; None for an entry that is no event."""
    query = sa.select(audit_event.c.position, audit_event.c.entry).order_by(audit_event.c.position)
    for row in connection.execute(query.execution_options(yield_per=_AT_ONCE)):
        yield int(row.position), _decoded(row.entry)


def _decoded(entry: str) -> Event | None:
    try:
        return decode(entry)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None


def of_actions(connection: Connection, actions: Container[Action], of: str = "") -> Iterator[Event]:
    """Give all events of some actions in the order of the log, perhaps of one object only."""
    marked = [each for each in Action if each in actions]
    told = (audit_event.c.entry.contains(f'"action":"{each.value}"') for each in marked)
    query = sa.select(audit_event.c.entry).where(sa.or_(*told)).order_by(audit_event.c.position)
    if of:
        named = json.dumps(of, ensure_ascii=False)
        query = query.where(audit_event.c.entry.contains(f'"object":{named}', autoescape=True))
    for entry in connection.execute(query).scalars():
        event = decode(entry)
        if event.action in actions and of in {"", event.object}:
            yield event


def naming(connection: Connection, *values: str) -> Iterator[Event]:
    """Give all events in order that have a new value of one of these names."""
    told = (audit_event.c.entry.contains(f'"{each}":', autoescape=True) for each in values)
    query = sa.select(audit_event.c.entry).where(sa.or_(*told)).order_by(audit_event.c.position)
    for entry in connection.execute(query).scalars():
        event = decode(entry)
        if not event.after.keys().isdisjoint(values):
            yield event


def entries(connection: Connection) -> Iterator[str]:
    """Give all events in order as they are written."""
    query = sa.select(audit_event.c.entry).order_by(audit_event.c.position)
    yield from connection.execute(query).yield_per(_AT_ONCE).scalars()


def size(connection: Connection) -> int:
    """Give the number of events."""
    return int(connection.execute(sa.select(audit_head.c.size)).scalar_one())


def newest(connection: Connection, action: Action, since: int = 0) -> Event | None:
    """Give the last event of an action at a position from `since` on, None if there is none."""
    marked = audit_event.c.entry.contains(f'"action":"{action.value}"', autoescape=True)
    query = sa.select(audit_event.c.entry).where(marked, audit_event.c.position >= since)
    for entry in connection.execute(query.order_by(audit_event.c.position.desc())).scalars():
        event = decode(entry)
        if event.action is action:
            return event
    return None


def _strings(plain: Mapping[str, object]) -> dict[str, str]:
    return {str(key): str(value) for key, value in plain.items()}
