"""Participants, notes, links and Wiedervorlagen, as clerks put them on Akten and documents."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

from eakte.database import Connection, transaction
from eakte.domain.access import Scope
from eakte.domain.entries import Content, Entry, Link, Wiedervorlage
from eakte.domain.moments import local_day
from eakte.errors import RefusedError
from eakte.i18n import N_
from eakte.pipeline import attaching
from eakte.pipeline.desk import Desk
from eakte.records import akten, documents, entries
from eakte.services.access import Permission, require
from eakte.services.casework import by, day, text

_OPTIONAL = frozenset({"address", "relation", "person"})


@dataclass(frozen=True)
class Due:
    """A Wiedervorlage with the Akte that it is in."""

    entry: Entry
    akte: str
    title: str


def attach(desk: Desk, subject: str, content: Content) -> Entry:
    """Put something on an Akte (Aktenzeichen) or on a filed document (id or its beginning)."""
    checked, who = _checked(content), by(desk)
    scope = require(desk, Permission.CHANGE_AKTEN)
    with transaction(desk.engine) as connection:
        subject = _seen(connection, subject, scope)
        if isinstance(checked, Link):
            other = documents.get_by_prefix(connection, checked.other, scope)
            checked = replace(checked, other=other.id)
        return attaching.attach(connection, subject, checked, who)


def amend(desk: Desk, prefix: str, values: dict[str, str], seen: int = 0) -> Entry:
    """Change some values of an entry; raises RefusedError if its kind has no such value."""
    scope = require(desk, Permission.CHANGE_AKTEN)
    with transaction(desk.engine) as connection:
        entry = entries.get_by_prefix(connection, prefix, scope)
        content = entry.content
        known = {each.name for each in fields(content)}
        if isinstance(content, Link) or not set(values) <= known:
            raise RefusedError(detail=N_("this entry has no such value to change"))
        changed = _checked(_with(content, values))
        return attaching.amend(connection, entry.uuid, changed, by(desk), seen)


def end(desk: Desk, prefix: str, seen: int = 0) -> Entry:
    """Take an entry away, or note that a Wiedervorlage is done; its history stays."""
    scope = require(desk, Permission.CHANGE_AKTEN)
    with transaction(desk.engine) as connection:
        entry = entries.get_by_prefix(connection, prefix, scope)
        return attaching.end(connection, entry.uuid, by(desk), seen)


def due(desk: Desk, days: int) -> tuple[Due, ...]:
    """Give the Wiedervorlagen due within so many days from today (0: by today), oldest first."""
    scope = require(desk, Permission.READ)
    until = local_day(desk.clock.now()) + timedelta(days=days)
    with desk.engine.connect() as connection:
        return tuple(
            Due(each, akte, akten.get(connection, akte).title)
            for each in entries.due(connection, until.isoformat(), scope)
            for akte in (attaching.akte_of(connection, each.subject),)
        )


def _seen(connection: Connection, subject: str, scope: Scope) -> str:
    """Give the whole name of an Akte or document in scope; raises NotFoundError."""
    if documents.is_document_id(subject) and akten.find(connection, subject) is None:
        return documents.get_by_prefix(connection, subject, scope).id
    return akten.get(connection, subject, scope).aktenzeichen


def _checked(content: Content) -> Content:
    """Give a content as it is kept; raises RefusedError for what is empty or too long.

    Raises NoDateError for what should be a day and is none.
    """
    values = {each.name: str(getattr(content, each.name)) for each in fields(content)}
    kept = {
        name: value if name in _OPTIONAL and not value else text(value, name)
        for name, value in values.items()
    }
    if isinstance(content, Wiedervorlage):
        kept["due"] = day(content.due)
    return _with(content, kept)


def _with(content: Content, values: dict[str, str]) -> Content:
    named: dict[str, Any] = values
    return replace(content, **named)
