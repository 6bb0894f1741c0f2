"""What clerks do with Akten, Vorgänge and filed documents; nothing is ever overwritten.

`seen` is the version that the clerk looked at (0: any): if somebody changed the record since, these
raise RefusedError, saying who changed what. NotFoundError: there is no such record.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from eakte.database import Connection, transaction
from eakte.domain.akten import Akte, Document, Vorgang
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.events import Action
from eakte.domain.history import Change
from eakte.domain.moments import local_day
from eakte.domain.numbering import Numbering
from eakte.errors import NoDateError, NotFoundError, RefusedError
from eakte.i18n import N_, _
from eakte.pipeline import casework
from eakte.pipeline.desk import Desk
from eakte.pipeline.indexing import index_document
from eakte.pipeline.keeping import By
from eakte.records import akten, aktenplan, documents, history, numbers
from eakte.services import actor, manifests
from eakte.services.access import Permission, require, require_office
from eakte.services.desks import note
from eakte.services.hidden_places import HiddenPlaces
from eakte.services.retention import course_of

_LONGEST = 500


@dataclass(frozen=True)
class Closed:
    """A closed Akte, and how many letters were on their way to it: they will wait in review."""

    akte: Akte
    on_their_way: int


def by(desk: Desk) -> By:
    """Give who acts, and when."""
    return By(actor.current(desk), desk.clock.now())


def numbering(desk: Desk) -> Numbering:
    """Give how this home builds its Aktenzeichen."""
    return Numbering(desk.home.settings.records.aktenzeichen)


def new_akte(
    desk: Desk,
    aktenzeichen: str,
    title: str,
    office: str,
    confidentiality: Confidentiality | None = None,
) -> Akte:
    """Open an Akte under a given Aktenzeichen; the office defaults to the one in it.

    It is as confidential as its unit of the Aktenplan is, unless that is given. Raises RefusedError
    for an office that is not the current user's, whether it has that Akte or not.
    """
    scope = require(desk, Permission.CHANGE_AKTEN)
    pattern = numbering(desk)
    unit, named = pattern.unit_of(aktenzeichen), aktenzeichen.split("-", maxsplit=1)[0]
    with transaction(desk.engine) as connection:
        found = aktenplan.load(connection).effective(unit)
        level = confidentiality or (found.confidentiality if found else None)
        akte = Akte(
            aktenzeichen,
            text(title, "TITLE"),
            office or named,
            desk.clock.now(),
            unit=unit,
            confidentiality=level or Confidentiality.OFFEN,
        )
        if pattern.fits(aktenzeichen):
            require_office(scope, named, akte.confidentiality)
            require_office(scope, akte.office, akte.confidentiality)
        return casework.open_akte(connection, akte, actor.current(desk), pattern.fits)


def draw_akte(
    desk: Desk,
    unit: str,
    title: str,
    office: str = "",
    confidentiality: Confidentiality | None = None,
) -> Akte:
    """Open an Akte of a unit under the next free number of the year.

    Office and confidentiality are those of the unit unless they are given.
    """
    scope, now = require(desk, Permission.CHANGE_AKTEN), desk.clock.now()
    with transaction(desk.engine) as connection:
        plan = aktenplan.load(connection)
        found = plan.effective(unit)
        if found is None and plan.units:
            raise NotFoundError(kind=N_("unit of the Aktenplan"), name=unit)
        led_by = office or (found.office if found else "")
        if not led_by:
            raise RefusedError(detail=N_("nobody leads this Akte yet; name an office (--office)"))
        level = confidentiality or (found.confidentiality if found else None)
        require_office(scope, led_by, level or Confidentiality.OFFEN)
        akte = Akte(
            aktenzeichen=_draw(connection, numbering(desk), led_by, unit, local_day(now)),
            title=text(title, "TITLE"),
            office=led_by,
            opened_at=now,
            unit=unit,
            confidentiality=level or Confidentiality.OFFEN,
        )
        return casework.open_akte(connection, akte, actor.current(desk), numbering(desk).fits)


def _draw(connection: Connection, pattern: Numbering, office: str, unit: str, day: date) -> str:
    """Draw numbers until one is free: Akten may have been opened under numbers of their own."""
    series = pattern.series(office, unit, day.year)
    while True:
        number = numbers.draw(connection, series)
        drawn = pattern.write(office, unit, day.year, number)
        if akten.find(connection, drawn) is None:
            return drawn


def change_akte(
    desk: Desk,
    aktenzeichen: str,
    values: dict[str, str],
    confidentiality: Confidentiality | None = None,
    seen: int = 0,
) -> Akte:
    """Change some of title, office, unit, begins and ends, or the confidentiality, of an Akte.

    Raises RefusedError if the current user could not see the Akte then.
    """
    scope = require(desk, Permission.CHANGE_AKTEN)
    said: dict[str, object] = {name: _value(name, value) for name, value in values.items()}
    if confidentiality is not None:
        said["confidentiality"] = confidentiality
    with _changing(desk, aktenzeichen) as connection:
        _require_unit(connection, values.get("unit", ""))
        changed = casework.change_akte(connection, aktenzeichen, by(desk), seen, **said)
        require_office(scope, changed.office, changed.confidentiality)
        return changed


def _require_unit(connection: Connection, key: str) -> None:
    plan = aktenplan.load(connection)
    if key and plan.units and plan.find(key) is None:
        raise NotFoundError(kind=N_("unit of the Aktenplan"), name=key)


def close_akte(desk: Desk, aktenzeichen: str, seen: int = 0) -> Closed:
    """Close an Akte (ZdA): from now on nothing in it changes, and nothing comes into it.

    It gets a manifest; if that is not made now, it is with the next evidence records.
    """
    scope = require(desk, Permission.CHANGE_AKTEN)
    with _changing(desk, aktenzeichen) as connection:
        closed = casework.close_akte(connection, aktenzeichen, by(desk), seen, scope)
        ahead = documents.count_on_their_way(connection, aktenzeichen, scope)
    manifests.make(desk, actor.current(desk), (aktenzeichen,))
    return Closed(closed, ahead)


def reopen_akte(desk: Desk, aktenzeichen: str, seen: int = 0) -> Akte:
    """Reopen a closed Akte."""
    with _changing(desk, aktenzeichen) as connection:
        return casework.reopen_akte(connection, aktenzeichen, by(desk), seen)


def changes(desk: Desk, aktenzeichen: str) -> tuple[Change, ...]:
    """Give what happened in an Akte, the oldest first: every version of everything in it.

    What is told of documents that the current user may not see is left out.
    """
    scope = require(desk, Permission.READ)
    with desk.engine.connect() as connection:
        akten.get(connection, aktenzeichen, scope)
        told = history.of_akte(connection, aktenzeichen, scope)
        found = tuple(map(HiddenPlaces(connection, scope).without_hidden, told))
    note(desk, Action.VIEWED, aktenzeichen, what="history")
    return found


@contextmanager
def _changing(desk: Desk, aktenzeichen: str) -> Iterator[Connection]:
    """Give a transaction in which an Akte may be changed that the current user may see."""
    scope = require(desk, Permission.CHANGE_AKTEN)
    with transaction(desk.engine) as connection:
        akten.get(connection, aktenzeichen, scope)
        yield connection


def new_vorgang(desk: Desk, aktenzeichen: str, title: str) -> Vorgang:
    """Open the next Vorgang of an Akte."""
    named = text(title, "TITLE")
    with _changing(desk, aktenzeichen) as connection:
        return casework.open_vorgang(connection, aktenzeichen, named, by(desk))


def rename_vorgang(
    desk: Desk, aktenzeichen: str, number: int, title: str, seen: int = 0
) -> Vorgang:
    """Give a Vorgang another title."""
    named, who = text(title, "TITLE"), by(desk)
    with _changing(desk, aktenzeichen) as connection:
        return casework.rename_vorgang(connection, aktenzeichen, number, named, who, seen)


def close_vorgang(desk: Desk, aktenzeichen: str, number: int, seen: int = 0) -> Vorgang:
    """Close a Vorgang: nothing comes into it, and nothing leaves it."""
    with _changing(desk, aktenzeichen) as connection:
        return casework.close_vorgang(connection, aktenzeichen, number, by(desk), seen)


def reopen_vorgang(desk: Desk, aktenzeichen: str, number: int, seen: int = 0) -> Vorgang:
    """Reopen a closed Vorgang."""
    with _changing(desk, aktenzeichen) as connection:
        return casework.reopen_vorgang(connection, aktenzeichen, number, by(desk), seen)


def move(desk: Desk, prefix: str, aktenzeichen: str, number: int = 0, seen: int = 0) -> Document:
    """Move a filed document to a Vorgang of an Akte (0: the first open one)."""
    scope = require(desk, Permission.CHANGE_AKTEN)
    with _changing(desk, aktenzeichen) as connection:
        letter = documents.get_by_prefix(connection, prefix, scope)
        if letter.aktenzeichen != aktenzeichen:
            _require_not_held(connection, letter)
        return casework.move(connection, letter.id, aktenzeichen, number, by(desk), seen)


def _require_not_held(connection: Connection, letter: Document) -> None:
    """Refuse to take a letter out of an Akte under legal hold: elsewhere it could be erased."""
    akte = akten.find(connection, letter.aktenzeichen)
    if akte is not None and course_of(connection, akte).held is not None:
        detail = _("a legal hold is on {akte}").format(akte=letter.aktenzeichen)
        raise RefusedError(detail=detail)


def correct(
    desk: Desk,
    prefix: str,
    values: dict[str, str],
    confidentiality: Confidentiality | None = None,
    seen: int = 0,
) -> Document:
    """Correct some of subject, sender and letter_date, or the confidentiality, of a document."""
    said: dict[str, object] = {name: _value(name, value) for name, value in values.items()}
    if confidentiality is not None:
        said["confidentiality"] = confidentiality
    scope = require(desk, Permission.CHANGE_AKTEN)
    with transaction(desk.engine) as connection:
        document = documents.get_by_prefix(connection, prefix, scope).id
        corrected = casework.correct_document(connection, document, by(desk), seen, **said)
    if "sender" in said:
        index_document(desk, corrected.id)  # it is found by its sender, too
    return corrected


_DAYS = frozenset({"begins", "ends", "letter_date"})


def _value(name: str, value: str) -> str:
    return day(value) if name in _DAYS else text(value, name)


def text(value: str, name: str) -> str:
    """Give a text of one line as it is kept; raises RefusedError if it is none, or too long."""
    plain = " ".join(value.split())
    if not plain or len(plain) > _LONGEST or not plain.isprintable():
        detail = _("{name} must be one line of text, of {most} characters at most")
        raise RefusedError(detail=detail.format(name=name, most=_LONGEST))
    return plain


def day(value: str) -> str:
    """Give a day as it is kept (ISO 8601), "" for none; raises NoDateError if it is no day."""
    try:
        return date.fromisoformat(value).isoformat() if value else ""
    except ValueError:
        raise NoDateError(text=value) from None
