"""The Aktenplan: every version of a unit is a row; the newest one is in force."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eakte.database import Connection
from eakte.database.schema import aktenplan as table
from eakte.domain.akten import unit_of
from eakte.domain.aktenplan import Aktenplan, Disposal, Unit
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.letters import Schutzbedarf
from eakte.domain.moments import to_micros


def load(connection: Connection) -> Aktenplan:
    """Give the Aktenplan in force."""
    newest = (
        sa.select(table.c.key, sa.func.max(table.c.version).label("version"))
        .group_by(table.c.key)
        .subquery()
    )
    here = (table.c.key == newest.c.key) & (table.c.version == newest.c.version)
    rows = connection.execute(sa.select(table).join(newest, here)).all()
    return Aktenplan(tuple(sorted(map(_unit, rows), key=lambda unit: unit.key)))


def level_to_be(connection: Connection, aktenzeichen: str) -> Confidentiality:
    """Give how confidential an Akte will be that is yet to be opened: as its unit is."""
    unit = load(connection).effective(unit_of(aktenzeichen))
    return (unit and unit.confidentiality) or Confidentiality.OFFEN


def versions(connection: Connection, key: str) -> tuple[Unit, ...]:
    """Give every version of a unit, the oldest first."""
    query = sa.select(table).where(table.c.key == key).order_by(table.c.version)
    return tuple(_unit(row) for row in connection.execute(query).all())


def add(connection: Connection, unit: Unit, actor: str, at: datetime) -> None:
    """Add a version of a unit; from now on it is in force."""
    connection.execute(
        sa.insert(table).values(
            key=unit.key,
            version=unit.version,
            parent=unit.parent,
            title=unit.title,
            office=unit.office,
            retention_years=unit.retention_years,
            disposal=unit.disposal or "",
            schutzbedarf=unit.schutzbedarf or "",
            confidentiality=unit.confidentiality or "",
            since=to_micros(at),
            actor=actor,
        )
    )


def _unit(row: Any) -> Unit:
    return Unit(
        key=row.key,
        parent=row.parent,
        title=row.title,
        office=row.office,
        retention_years=row.retention_years,
        disposal=Disposal(row.disposal) if row.disposal else None,
        schutzbedarf=Schutzbedarf(row.schutzbedarf) if row.schutzbedarf else None,
        confidentiality=Confidentiality(row.confidentiality) if row.confidentiality else None,
        version=int(row.version),
    )
