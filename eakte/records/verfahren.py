"""The Verfahrensdokumentationen that were put in force; their text is in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eakte.database import Connection
from eakte.database.schema import verfahren as table
from eakte.domain.moments import from_micros, to_micros
from eakte.domain.transfervermerk import Verfahren


@dataclass(frozen=True)
class Adopted:
    """A Verfahrensdokumentation, who put it in force, and when."""

    verfahren: Verfahren
    person: str
    at: datetime


def adopt(connection: Connection, adopted: Adopted) -> None:
    """Put it in force; the one before is no longer."""
    connection.execute(
        sa.insert(table).values(
            sha256=adopted.verfahren.sha256,
            version=adopted.verfahren.version,
            person=adopted.person,
            adopted_at=to_micros(adopted.at),
        )
    )


def every(connection: Connection) -> tuple[Adopted, ...]:
    """Give all that were ever put in force, the newest first."""
    rows = connection.execute(sa.select(table).order_by(table.c.id.desc())).all()
    return tuple(_adopted(row) for row in rows)


def in_force(connection: Connection) -> Adopted | None:
    """Give the one in force, None if none was ever adopted."""
    row = connection.execute(sa.select(table).order_by(table.c.id.desc()).limit(1)).first()
    return None if row is None else _adopted(row)


def _adopted(row: Any) -> Adopted:
    verfahren = Verfahren(row.version, row.sha256)
    return Adopted(verfahren, row.person, from_micros(row.adopted_at))
