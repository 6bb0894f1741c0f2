"""Akten and their Vorgänge, changed only by someone who saw their newest version."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from eakte.database import Connection
from eakte.database.schema import akte as akte_table
from eakte.database.schema import vorgang as vorgang_table
from eakte.domain.access import EVERYTHING, Scope
from eakte.domain.akten import Akte, Vorgang, unit_of
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.ids import new_uuid
from eakte.domain.moments import from_micros, local_day, to_micros
from eakte.errors import NotFoundError, RefusedError
from eakte.i18n import N_, _
from eakte.records import erasures, visible


def add(connection: Connection, akte: Akte) -> Akte:
    """Add an Akte and give it as it is kept; raises RefusedError if its Aktenzeichen is taken.

    Without a unit it has the one in its Aktenzeichen; without a Laufzeit it begins today.
    """
    if find(connection, akte.aktenzeichen) is not None:
        detail = _("the Akte {name} exists already").format(name=akte.aktenzeichen)
        raise RefusedError(detail=detail)
    begins = akte.begins or local_day(akte.opened_at).isoformat()
    added = replace(akte, unit=akte.unit or unit_of(akte.aktenzeichen), begins=begins)
    values = {"aktenzeichen": akte.aktenzeichen, **_columns(added)}
    connection.execute(sa.insert(akte_table).values(values))
    return added


def update(connection: Connection, akte: Akte, seen: int) -> bool:
    """Store the next version of an Akte; gives False if it is not the version `seen` any more."""
    present = (akte_table.c.aktenzeichen == akte.aktenzeichen) & (akte_table.c.version == seen)
    statement = sa.update(akte_table).where(present).values(**_columns(akte))
    return connection.execute(statement).rowcount == 1


def find(connection: Connection, aktenzeichen: str, scope: Scope = EVERYTHING) -> Akte | None:
    """Give the Akte in scope with that Aktenzeichen, if there is one."""
    query = sa.select(akte_table).where(akte_table.c.aktenzeichen == aktenzeichen)
    row = connection.execute(query.where(visible.akten(scope))).first()
    return None if row is None else _akte(row)


def get(connection: Connection, aktenzeichen: str, scope: Scope = EVERYTHING) -> Akte:
    """Give the Akte in scope with that Aktenzeichen; raises NotFoundError."""
    found = find(connection, aktenzeichen, scope)
    if found is None:
        erasures.require_not_erased(connection, aktenzeichen, scope)
        raise NotFoundError(kind=N_("Akte"), name=aktenzeichen)
    return found


def every(connection: Connection, scope: Scope = EVERYTHING) -> tuple[Akte, ...]:
    """Give all Akten in scope in order of their Aktenzeichen."""
    query = sa.select(akte_table).where(visible.akten(scope))
    rows = connection.execute(query.order_by(akte_table.c.aktenzeichen)).all()
    return tuple(_akte(row) for row in rows)


def named(
    connection: Connection, text: str, scope: Scope, *, limit: int, offset: int
) -> tuple[tuple[Akte, ...], int]:
    """Give a page of the Akten in scope with a text in Aktenzeichen or title, and how many are."""
    columns = akte_table.c.aktenzeichen, akte_table.c.title
    holds = sa.or_(*(each.icontains(text, autoescape=True) for each in columns))
    asked = (visible.akten(scope), holds) if text else (visible.akten(scope),)
    count = sa.select(sa.func.count()).select_from(akte_table).where(*asked)
    query = sa.select(akte_table).where(*asked).order_by(akte_table.c.aktenzeichen)
    rows = connection.execute(query.limit(limit).offset(offset)).all()
    return tuple(_akte(row) for row in rows), int(connection.execute(count).scalar_one())


def vorgaenge(connection: Connection, aktenzeichen: str) -> tuple[Vorgang, ...]:
    """Give the Vorgänge of an Akte in order."""
    query = sa.select(vorgang_table).where(vorgang_table.c.aktenzeichen == aktenzeichen)
    rows = connection.execute(query.order_by(vorgang_table.c.number)).all()
    return tuple(_vorgang(row) for row in rows)


def get_vorgang(connection: Connection, vorgang_id: int) -> Vorgang:
    """Give a Vorgang by its id in the database."""
    query = sa.select(vorgang_table).where(vorgang_table.c.id == vorgang_id)
    return _vorgang(connection.execute(query).one())


def add_vorgang(connection: Connection, aktenzeichen: str, title: str) -> Vorgang:
    """Add the next Vorgang of an Akte."""
    number = len(vorgaenge(connection, aktenzeichen)) + 1
    values = {
        "aktenzeichen": aktenzeichen,
        "number": number,
        "title": title,
        "uuid": new_uuid(),
        "version": 1,
    }
    connection.execute(sa.insert(vorgang_table).values(values))
    return vorgaenge(connection, aktenzeichen)[-1]


def update_vorgang(connection: Connection, vorgang: Vorgang, seen: int) -> bool:
    """Store the next version of a Vorgang; gives False if it is not the version `seen` any more."""
    present = (vorgang_table.c.id == vorgang.id) & (vorgang_table.c.version == seen)
    closed = None if vorgang.closed_at is None else to_micros(vorgang.closed_at)
    values = {"title": vorgang.title, "closed_at": closed, "version": vorgang.version}
    statement = sa.update(vorgang_table).where(present).values(values)
    return connection.execute(statement).rowcount == 1


def _columns(akte: Akte) -> dict[str, Any]:
    """Give every column but the Aktenzeichen."""
    return {
        "title": akte.title,
        "office": akte.office,
        "opened_at": to_micros(akte.opened_at),
        "uuid": akte.uuid,
        "unit": akte.unit,
        "confidentiality": akte.confidentiality.value,
        "begins": akte.begins,
        "ends": akte.ends,
        "closed_at": None if akte.closed_at is None else to_micros(akte.closed_at),
        "version": akte.version,
    }


def _akte(row: Any) -> Akte:
    return Akte(
        aktenzeichen=row.aktenzeichen,
        title=row.title,
        office=row.office,
        opened_at=from_micros(row.opened_at),
        uuid=row.uuid,
        unit=row.unit,
        confidentiality=Confidentiality(row.confidentiality),
        begins=row.begins,
        ends=row.ends,
        closed_at=None if row.closed_at is None else from_micros(row.closed_at),
        version=int(row.version),
    )


def _vorgang(row: Any) -> Vorgang:
    return Vorgang(
        id=int(row.id),
        aktenzeichen=row.aktenzeichen,
        number=int(row.number),
        title=row.title,
        uuid=row.uuid,
        closed_at=None if row.closed_at is None else from_micros(row.closed_at),
        version=int(row.version),
    )
