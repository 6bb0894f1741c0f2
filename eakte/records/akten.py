"""Akten and their Vorgänge."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from eakte.database import Connection
from eakte.database.schema import akte as akte_table
from eakte.database.schema import vorgang as vorgang_table
from eakte.domain.akten import Akte, Vorgang, is_aktenzeichen
from eakte.domain.moments import from_micros, to_micros
from eakte.errors import NotFoundError, RefusedError
from eakte.i18n import N_, _


def open_akte(connection: Connection, akte: Akte) -> None:
    """Open a new Akte; raises RefusedError if its Aktenzeichen is taken or malformed."""
    if not is_aktenzeichen(akte.aktenzeichen):
        detail = _("{name} is not an Aktenzeichen like 32.1-112.05/2026-0417")
        raise RefusedError(detail=detail.format(name=akte.aktenzeichen))
    if find(connection, akte.aktenzeichen) is not None:
        detail = _("the Akte {name} exists already").format(name=akte.aktenzeichen)
        raise RefusedError(detail=detail)
    connection.execute(
        sa.insert(akte_table).values(
            aktenzeichen=akte.aktenzeichen,
            title=akte.title,
            office=akte.office,
            opened_at=to_micros(akte.opened_at),
        )
    )


def find(connection: Connection, aktenzeichen: str) -> Akte | None:
    """Give the Akte with that Aktenzeichen, if there is one."""
    query = sa.select(akte_table).where(akte_table.c.aktenzeichen == aktenzeichen)
    row = connection.execute(query).first()
    return None if row is None else _akte(row)


def get(connection: Connection, aktenzeichen: str) -> Akte:
    """Give the Akte with that Aktenzeichen; raises NotFoundError."""
    akte = find(connection, aktenzeichen)
    if akte is None:
        raise NotFoundError(kind=N_("Akte"), name=aktenzeichen)
    return akte


def every(connection: Connection) -> tuple[Akte, ...]:
    """Give all Akten in order of their Aktenzeichen."""
    rows = connection.execute(sa.select(akte_table).order_by(akte_table.c.aktenzeichen)).all()
    return tuple(_akte(row) for row in rows)


def vorgaenge(connection: Connection, aktenzeichen: str) -> tuple[Vorgang, ...]:
    """Give the Vorgänge of an Akte in order."""
    query = sa.select(vorgang_table).where(vorgang_table.c.aktenzeichen == aktenzeichen)
    rows = connection.execute(query.order_by(vorgang_table.c.number)).all()
    return tuple(Vorgang(row.id, row.aktenzeichen, row.number, row.title) for row in rows)


def first_vorgang(connection: Connection, aktenzeichen: str, title: str) -> Vorgang:
    """Give the first Vorgang of an Akte, opened with that title if there is none yet."""
    present = vorgaenge(connection, aktenzeichen)
    if present:
        return present[0]
    values = {"aktenzeichen": aktenzeichen, "number": 1, "title": title}
    connection.execute(sa.insert(vorgang_table).values(values))
    return vorgaenge(connection, aktenzeichen)[0]


def _akte(row: Any) -> Akte:
    return Akte(row.aktenzeichen, row.title, row.office, from_micros(row.opened_at))
