"""Participants, notes, links and Wiedervorlagen: put on an Akte or a document, changed, ended.

All functions here run inside a transaction of the caller, on its connection. Nothing is deleted:
what has ended stays, with its history. In a closed Akte nothing of this changes.
"""

from __future__ import annotations

from dataclasses import replace

from eakte.database import Connection, lock
from eakte.domain.entries import Content, Entry, Link
from eakte.domain.events import Action
from eakte.domain.history import Change, RecordKind, difference, state_of_entry
from eakte.domain.ids import DocumentId
from eakte.errors import RefusedError
from eakte.i18n import _
from eakte.pipeline.casework import filed_in, require_open
from eakte.pipeline.keeping import By, changed_meanwhile, keep, require_seen
from eakte.records import akten, entries


def attach(connection: Connection, subject: str, content: Content, by: By) -> Entry:
    """Put something on an Akte (Aktenzeichen) or on a document (id) that is filed in one."""
    lock(connection)
    if isinstance(content, Link):
        _require_ends(connection, subject, content)
    akte = _open_akte_of(connection, subject)
    entry = Entry(subject, content)
    entries.add(connection, entry)
    _keep(connection, None, entry, akte, Action.ENTRY_ADDED, by)
    return entry


def amend(connection: Connection, name: str, content: Content, by: By, seen: int = 0) -> Entry:
    """Give an entry another content of its kind."""
    entry, akte = _present(connection, name, seen)
    if type(content) is not type(entry.content):
        detail = _("the entry {name} is of another kind: {kind}")
        raise RefusedError(detail=detail.format(name=entry.uuid, kind=_(entry.kind.value)))
    changed = replace(entry, content=content)
    return _store(connection, entry, changed, akte, Action.ENTRY_CHANGED, by)


def end(connection: Connection, name: str, by: By, seen: int = 0) -> Entry:
    """Take an entry away, or note that a Wiedervorlage is done."""
    entry, akte = _present(connection, name, seen)
    return _store(connection, entry, replace(entry, ended=True), akte, Action.ENTRY_ENDED, by)


def akte_of(connection: Connection, subject: str) -> str:
    """Give the Akte that an entry's subject is, or that the document lies in now."""
    if akten.find(connection, subject) is not None:
        return subject
    return filed_in(connection, DocumentId(subject)).aktenzeichen


def _require_ends(connection: Connection, subject: str, link: Link) -> None:
    """Refuse a link unless both ends are filed documents, and not the same."""
    for end_ in (subject, link.other):
        filed_in(connection, DocumentId(end_))
    if link.other == subject:
        raise RefusedError(detail=_("a document is not linked with itself"))


def _open_akte_of(connection: Connection, subject: str) -> str:
    return require_open(connection, akte_of(connection, subject)).aktenzeichen


def _present(connection: Connection, name: str, seen: int) -> tuple[Entry, str]:
    lock(connection)
    entry = entries.get_by_prefix(connection, name)
    akte = _open_akte_of(connection, entry.subject)
    require_seen(connection, RecordKind.ENTRY, entry.uuid, entry.version, seen)
    if entry.ended:
        raise RefusedError(detail=_("the entry {name} has ended").format(name=entry.uuid))
    return entry, akte


def _store(
    connection: Connection, old: Entry, new: Entry, akte: str, action: Action, by: By
) -> Entry:
    if new == old:
        return old
    stored = replace(new, version=old.version + 1)
    if not entries.update(connection, stored, old.version):
        raise changed_meanwhile(connection, RecordKind.ENTRY, old.uuid, old.version)
    _keep(connection, old, stored, akte, action, by)
    return stored


def _keep(
    connection: Connection, old: Entry | None, new: Entry, akte: str, action: Action, by: By
) -> None:
    before, after = difference(state_of_entry(old) if old else {}, state_of_entry(new))
    kind, key = RecordKind.ENTRY, new.uuid
    change = Change(kind, key, new.version, akte, by.at, by.actor, action, before, after)
    keep(connection, change, {"kind": new.kind.value, "subject": new.subject})
