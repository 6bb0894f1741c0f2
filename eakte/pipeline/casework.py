"""What happens to Akten, Vorgänge and filed documents, each change with its history and event.

A closed Akte (zu den Akten) takes nothing until it is reopened: nothing in it changes either. All
functions here run inside a transaction of the caller, on its connection. `seen` is the version that
somebody looked at (0: any); if it is not the present one they raise RefusedError, naming who was
faster.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from eakte.database import Connection, lock
from eakte.domain.access import EVERYTHING, Scope
from eakte.domain.akten import Akte, Document, DocumentState, Vorgang, is_aktenzeichen
from eakte.domain.confidentiality import highest
from eakte.domain.events import Action
from eakte.domain.history import (
    Change,
    RecordKind,
    State,
    difference,
    state_of_akte,
    state_of_document,
    state_of_vorgang,
    vorgang_key,
)
from eakte.domain.ids import DocumentId
from eakte.domain.moments import local_day
from eakte.errors import NotFoundError, RefusedError
from eakte.i18n import N_, _
from eakte.pipeline.keeping import By, changed_meanwhile, keep, require_seen
from eakte.records import akten, documents, entries, erasures

_NOTHING: State = {}
"""The values of what was not there before."""


def open_akte(
    connection: Connection,
    akte: Akte,
    actor: str,
    fits: Callable[[str], bool] = is_aktenzeichen,
) -> Akte:
    """Open an Akte; raises RefusedError if its Aktenzeichen is or was taken, or does not fit."""
    lock(connection)
    if not fits(akte.aktenzeichen):
        detail = _("{name} is not an Aktenzeichen like 32.1-112.05/2026-0417")
        raise RefusedError(detail=detail.format(name=akte.aktenzeichen))
    if erasures.newest(connection, akte.aktenzeichen) is not None:
        detail = _("there was an Akte {name}, which was erased; its Aktenzeichen is not used again")
        raise RefusedError(detail=detail.format(name=akte.aktenzeichen))
    stored, by = akten.add(connection, akte), By(actor, akte.opened_at)
    state, codes = state_of_akte(stored), {"office": stored.office, "unit": stored.unit}
    name, values = stored.aktenzeichen, difference(_NOTHING, state)
    keep(connection, _change(RecordKind.AKTE, name, 1, name, by, Action.AKTE_OPENED, values), codes)
    return stored


def require_open(connection: Connection, aktenzeichen: str) -> Akte:
    """Give an Akte; raises RefusedError if it is closed."""
    akte = akten.get(connection, aktenzeichen)
    if akte.closed_at is not None:
        raise RefusedError(detail=_closed(akte))
    return akte


def _closed(akte: Akte) -> str:
    detail = _("the Akte {name} was closed on {day}; reopen it first (eakte akte reopen)")
    return detail.format(name=akte.aktenzeichen, day=_day(akte))


def _day(akte: Akte) -> str:
    return "" if akte.closed_at is None else local_day(akte.closed_at).isoformat()


def change_akte(
    connection: Connection, aktenzeichen: str, by: By, seen: int = 0, **values: object
) -> Akte:
    """Change title, office, unit, confidentiality or Laufzeit of an open Akte."""
    lock(connection)
    akte = require_open(connection, aktenzeichen)
    require_seen(connection, RecordKind.AKTE, aktenzeichen, akte.version, seen)
    changed = replace(akte, **values)  # type: ignore[arg-type]  # the caller names fields
    if not changed.begins or (changed.ends and changed.ends < changed.begins):
        raise RefusedError(detail=N_("the Laufzeit ends before it begins"))
    return _store_akte(connection, akte, changed, Action.AKTE_CHANGED, by)


def close_akte(
    connection: Connection, aktenzeichen: str, by: By, seen: int = 0, scope: Scope = EVERYTHING
) -> Akte:
    """Close an Akte and its Vorgänge (ZdA); refused while a Wiedervorlage in it waits.

    The refusal counts those in scope: what the clerk sees.
    """
    lock(connection)
    akte = require_open(connection, aktenzeichen)
    require_seen(connection, RecordKind.AKTE, aktenzeichen, akte.version, seen)
    _require_nothing_due(connection, aktenzeichen, scope)
    for vorgang in akten.vorgaenge(connection, aktenzeichen):
        if vorgang.closed_at is None:
            closed_vorgang = replace(vorgang, closed_at=by.at)
            _store_vorgang(connection, vorgang, closed_vorgang, Action.VORGANG_CLOSED, by)
    ends = akte.ends or local_day(by.at).isoformat()
    closed = replace(akte, closed_at=by.at, ends=ends)
    return _store_akte(connection, akte, closed, Action.AKTE_CLOSED, by)


def _require_nothing_due(connection: Connection, aktenzeichen: str, scope: Scope) -> None:
    letters = documents.of_akte(connection, aktenzeichen)
    subjects = (aktenzeichen, *(each.id for each in letters))
    seen = entries.waiting(connection, subjects, scope)
    if seen:
        detail = _("{count} Wiedervorlagen of {name} are not done yet")
        raise RefusedError(detail=detail.format(count=len(seen), name=aktenzeichen))
    if entries.waiting(connection, subjects):
        detail = _("{name} cannot be closed yet: something in it that you do not see is not done")
        raise RefusedError(detail=detail.format(name=aktenzeichen))


def reopen_akte(connection: Connection, aktenzeichen: str, by: By, seen: int = 0) -> Akte:
    """Reopen a closed Akte with the Vorgänge that were closed together with it."""
    lock(connection)
    akte = akten.get(connection, aktenzeichen)
    require_seen(connection, RecordKind.AKTE, aktenzeichen, akte.version, seen)
    if akte.closed_at is None:
        raise RefusedError(detail=_("the Akte {name} is not closed").format(name=aktenzeichen))
    reopened = replace(akte, closed_at=None, ends="")
    stored = _store_akte(connection, akte, reopened, Action.AKTE_REOPENED, by)
    for vorgang in akten.vorgaenge(connection, aktenzeichen):
        if vorgang.closed_at == akte.closed_at:
            opened = replace(vorgang, closed_at=None)
            _store_vorgang(connection, vorgang, opened, Action.VORGANG_REOPENED, by)
    return stored


def open_vorgang(connection: Connection, aktenzeichen: str, title: str, by: By) -> Vorgang:
    """Open the next Vorgang of an open Akte."""
    lock(connection)
    require_open(connection, aktenzeichen)
    vorgang = akten.add_vorgang(connection, aktenzeichen, title)
    key, values, action = (
        vorgang_key(vorgang),
        difference(_NOTHING, state_of_vorgang(vorgang)),
        Action.VORGANG_OPENED,
    )
    keep(connection, _change(RecordKind.VORGANG, key, 1, aktenzeichen, by, action, values))
    return vorgang


def find_vorgang(connection: Connection, aktenzeichen: str, number: int) -> Vorgang:
    """Give a Vorgang by its number; raises NotFoundError."""
    for vorgang in akten.vorgaenge(connection, aktenzeichen):
        if vorgang.number == number:
            return vorgang
    raise NotFoundError(kind=N_("Vorgang"), name=f"{aktenzeichen}#{number}")


def rename_vorgang(
    connection: Connection, aktenzeichen: str, number: int, title: str, by: By, seen: int = 0
) -> Vorgang:
    """Give a Vorgang another title."""
    vorgang = _vorgang_of_open(connection, aktenzeichen, number, seen)
    _require_vorgang_open(vorgang)
    changed = replace(vorgang, title=title)
    return _store_vorgang(connection, vorgang, changed, Action.VORGANG_CHANGED, by)


def close_vorgang(
    connection: Connection, aktenzeichen: str, number: int, by: By, seen: int = 0
) -> Vorgang:
    """Close a Vorgang of an open Akte: nothing comes into it, and nothing leaves it."""
    vorgang = _vorgang_of_open(connection, aktenzeichen, number, seen)
    _require_vorgang_open(vorgang)
    closed = replace(vorgang, closed_at=by.at)
    return _store_vorgang(connection, vorgang, closed, Action.VORGANG_CLOSED, by)


def reopen_vorgang(
    connection: Connection, aktenzeichen: str, number: int, by: By, seen: int = 0
) -> Vorgang:
    """Reopen a Vorgang of an open Akte."""
    vorgang = _vorgang_of_open(connection, aktenzeichen, number, seen)
    if vorgang.closed_at is None:
        detail = _("the Vorgang {name} is not closed").format(name=vorgang_key(vorgang))
        raise RefusedError(detail=detail)
    opened = replace(vorgang, closed_at=None)
    return _store_vorgang(connection, vorgang, opened, Action.VORGANG_REOPENED, by)


def place(connection: Connection, akte: Akte, by: By) -> Vorgang:
    """Give the Vorgang that letters are filed into: the first open one, opened if there is none."""
    for vorgang in akten.vorgaenge(connection, akte.aktenzeichen):
        if vorgang.closed_at is None:
            return vorgang
    return open_vorgang(connection, akte.aktenzeichen, akte.title, by)


def note_filed(
    connection: Connection, filed: Document, vorgang: Vorgang, by: By, station: str
) -> None:
    """Begin the history of a document that was just filed."""
    values, codes = (
        difference(_NOTHING, state_of_document(filed, vorgang)),
        {"vorgang": str(vorgang.number)},
    )
    keep(connection, _of_document(filed, by, Action.FILED, values), codes, station=station)


def move(
    connection: Connection,
    document: DocumentId,
    aktenzeichen: str,
    number: int,
    by: By,
    seen: int = 0,
) -> Document:
    """Move a filed document to another Vorgang; `number` 0: the first open one of the Akte.

    Its sealed bytes stay as they are; its Transfervermerk names the Akte that it was filed in. It
    stays as confidential as it was: in an Akte that is less so it bears that level itself.
    """
    lock(connection)
    letter, old = _document_of_open(connection, document, seen)
    akte = require_open(connection, aktenzeichen)
    new = find_vorgang(connection, aktenzeichen, number) if number else place(connection, akte, by)
    _require_vorgang_open(new)
    if new.id == old.id:
        detail = _("{document} is in {vorgang} already")
        raise RefusedError(detail=detail.format(document=document, vorgang=vorgang_key(new)))
    level = highest(letter.confidentiality, akten.get(connection, old.aktenzeichen).confidentiality)
    own = letter.confidentiality if level.rank <= akte.confidentiality.rank else level
    moved = replace(letter, aktenzeichen=aktenzeichen, vorgang_id=new.id, confidentiality=own)
    stored = documents.update(connection, moved)
    left = letter.aktenzeichen if letter.aktenzeichen != aktenzeichen else ""
    values = difference(state_of_document(letter, old), state_of_document(stored, new))
    change = replace(_of_document(stored, by, Action.MOVED, values), left_akte=left)
    codes = {"vorgang": str(new.number)}
    keep(connection, change, codes, {"akte": letter.aktenzeichen, "vorgang": str(old.number)})
    return stored


def correct_document(
    connection: Connection, document: DocumentId, by: By, seen: int = 0, **values: object
) -> Document:
    """Correct subject, sender, date or confidentiality of a filed document, never its bytes."""
    lock(connection)
    letter, vorgang = _document_of_open(connection, document, seen)
    corrected = replace(letter, **values)  # type: ignore[arg-type]  # the caller names fields
    before, after = state_of_document(letter, vorgang), state_of_document(corrected, vorgang)
    if before == after:
        return letter
    stored = documents.update(connection, corrected)
    change = _of_document(stored, by, Action.DOCUMENT_CORRECTED, difference(before, after))
    codes = {"date": stored.letter_date, "confidentiality": stored.confidentiality.value}
    old = {"date": letter.letter_date, "confidentiality": letter.confidentiality.value}
    keep(connection, change, codes, old)
    return stored


def filed_in(connection: Connection, document: DocumentId) -> Document:
    """Give a document that lies in an Akte; raises RefusedError for a letter that does not yet."""
    letter = documents.get(connection, document)
    if letter.state is not DocumentState.FILED or letter.vorgang_id is None:
        detail = _("{document} is {state}, not filed yet")
        raise RefusedError(detail=detail.format(document=document, state=_(letter.state.value)))
    return letter


def _document_of_open(
    connection: Connection, document: DocumentId, seen: int
) -> tuple[Document, Vorgang]:
    """Give a filed document of an open Vorgang in an open Akte, with that Vorgang."""
    letter = filed_in(connection, document)
    require_seen(connection, RecordKind.DOCUMENT, document, letter.version, seen)
    require_open(connection, letter.aktenzeichen)
    vorgang = akten.get_vorgang(connection, letter.vorgang_id or 0)
    _require_vorgang_open(vorgang)
    return letter, vorgang


def _vorgang_of_open(connection: Connection, aktenzeichen: str, number: int, seen: int) -> Vorgang:
    lock(connection)
    require_open(connection, aktenzeichen)
    vorgang = find_vorgang(connection, aktenzeichen, number)
    require_seen(connection, RecordKind.VORGANG, vorgang_key(vorgang), vorgang.version, seen)
    return vorgang


def _require_vorgang_open(vorgang: Vorgang) -> None:
    if vorgang.closed_at is not None:
        detail = _("the Vorgang {name} is closed; reopen it first (eakte vorgang reopen)")
        raise RefusedError(detail=detail.format(name=vorgang_key(vorgang)))


def _store_akte(connection: Connection, old: Akte, new: Akte, action: Action, by: By) -> Akte:
    values = difference(state_of_akte(old), state_of_akte(new))
    if not values[1]:
        return old
    stored = replace(new, version=old.version + 1)
    if not akten.update(connection, stored, old.version):
        raise changed_meanwhile(connection, RecordKind.AKTE, old.aktenzeichen, old.version)
    name = stored.aktenzeichen
    change = _change(RecordKind.AKTE, name, stored.version, name, by, action, values)
    codes = {"office": new.office, "unit": new.unit, "confidentiality": new.confidentiality.value}
    keep(connection, change, codes)
    return stored


def _store_vorgang(
    connection: Connection, old: Vorgang, new: Vorgang, action: Action, by: By
) -> Vorgang:
    values = difference(state_of_vorgang(old), state_of_vorgang(new))
    if not values[1]:
        return old
    stored, key = replace(new, version=old.version + 1), vorgang_key(old)
    if not akten.update_vorgang(connection, stored, old.version):
        raise changed_meanwhile(connection, RecordKind.VORGANG, key, old.version)
    name = old.aktenzeichen
    keep(
        connection,
        _change(RecordKind.VORGANG, key, stored.version, name, by, action, values),
    )
    return stored


def _of_document(document: Document, by: By, action: Action, values: tuple[State, State]) -> Change:
    kind, akte = RecordKind.DOCUMENT, document.aktenzeichen
    return _change(kind, document.id, document.version, akte, by, action, values)


def _change(
    kind: RecordKind,
    key: str,
    version: int,
    akte: str,
    by: By,
    action: Action,
    values: tuple[State, State],
) -> Change:
    """Give a change by its values before and after."""
    before, after = values
    return Change(
        kind, key, version, akte, by.at, by.actor, action, before or dict.fromkeys(after, ""), after
    )
