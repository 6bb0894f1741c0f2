"""Participants, notes, links and Wiedervorlagen, each on an Akte or on a document in one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from eakte.database import Connection
from eakte.database.schema import entry as table
from eakte.domain.access import EVERYTHING, Scope
from eakte.domain.codec import from_json, to_json
from eakte.domain.entries import KINDS, Content, Entry, EntryKind, Link, Wiedervorlage
from eakte.errors import NotFoundError
from eakte.i18n import N_
from eakte.records import visible

_CONTENTS: dict[EntryKind, type[Content]] = {kind: content for content, kind in KINDS.items()}


def add(connection: Connection, entry: Entry) -> None:
    """Add an entry."""
    connection.execute(sa.insert(table).values(uuid=entry.uuid, **_columns(entry)))


def update(connection: Connection, entry: Entry, seen: int) -> bool:
    """Store the next version of an entry; gives False if it is not the version `seen` any more."""
    present = (table.c.uuid == entry.uuid) & (table.c.version == seen)
    return (
        connection.execute(sa.update(table).where(present).values(**_columns(entry))).rowcount == 1
    )


def get_by_prefix(connection: Connection, prefix: str, scope: Scope = EVERYTHING) -> Entry:
    """Give the one entry in scope whose UUID begins like that; raises NotFoundError."""
    query = sa.select(table).where(table.c.uuid.startswith(prefix, autoescape=True))
    rows = connection.execute(query.where(visible.entries(scope)).limit(2)).all() if prefix else []
    if len(rows) != 1:
        raise NotFoundError(kind=N_("entry"), name=prefix)
    return _entry(rows[0])


def of_subjects(
    connection: Connection, subjects: Iterable[str], scope: Scope = EVERYTHING
) -> tuple[Entry, ...]:
    """Give what hangs on these (links: on either end), in order of kinds; not what has ended."""
    named = list(subjects)
    here = table.c.subject.in_(named) | table.c.other.in_(named)
    return _select(connection, here & ~table.c.ended & visible.entries(scope))


def all_of_subjects(
    connection: Connection, subjects: Iterable[str], scope: Scope = EVERYTHING
) -> tuple[Entry, ...]:
    """Give what hangs on these, and also what has ended."""
    return _select(connection, table.c.subject.in_(list(subjects)) & visible.entries(scope))


def waiting(
    connection: Connection, subjects: Iterable[str], scope: Scope = EVERYTHING
) -> tuple[Entry, ...]:
    """Give the Wiedervorlagen on these that are not done."""
    here = table.c.subject.in_(list(subjects)) & (table.c.due != "") & ~table.c.ended
    return _select(connection, here & visible.entries(scope))


def leading_to(connection: Connection, names: Iterable[str]) -> tuple[Entry, ...]:
    """Give the links that lead to these documents and were not removed."""
    return _select(connection, table.c.other.in_(list(names)) & ~table.c.ended)


def due(connection: Connection, until: str, scope: Scope = EVERYTHING) -> tuple[Entry, ...]:
    """Give the Wiedervorlagen due by a day (ISO, inclusive), the oldest first."""
    waiting = (table.c.due != "") & (table.c.due <= until) & ~table.c.ended
    return _select(connection, waiting & visible.entries(scope))


def _select(connection: Connection, condition: Any) -> tuple[Entry, ...]:
    query = sa.select(table).where(condition).order_by(table.c.kind, table.c.due, table.c.uuid)
    return tuple(_entry(row) for row in connection.execute(query).all())


def _columns(entry: Entry) -> dict[str, Any]:
    content = entry.content
    return {
        "kind": entry.kind.value,
        "subject": entry.subject,
        "content": to_json(content).decode(),
        "other": content.other if isinstance(content, Link) else "",
        "due": content.due if isinstance(content, Wiedervorlage) else "",
        "ended": entry.ended,
        "version": entry.version,
    }


def _entry(row: Any) -> Entry:
    content: Content = from_json(_CONTENTS[EntryKind(row.kind)], row.content)
    return Entry(row.subject, content, row.uuid, bool(row.ended), int(row.version))
