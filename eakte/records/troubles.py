"""What lies in an inbox and could not be taken at the last try, for other processes to see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eakte.database import Connection
from eakte.database.schema import trouble as trouble_table
from eakte.domain.moments import from_micros, to_micros
from eakte.i18n import _


@dataclass(frozen=True)
class Trouble:
    """Something that holds intake up: where, since when, and why."""

    path: str
    station: str
    reason: str
    """An English sentence; it is translated for display."""
    detail: str
    since: datetime

    def sentence(self) -> str:
        """Say why, in the reader's language."""
        reason = _(self.reason)
        return f"{reason}: {self.detail}" if self.detail else reason


def replace(connection: Connection, present: tuple[Trouble, ...]) -> None:
    """Make these the troubles that there are; one that goes on keeps when it began."""
    known = {(each.path, each.reason): each.since for each in every(connection)}
    connection.execute(sa.delete(trouble_table))
    for each in present:
        connection.execute(
            sa.insert(trouble_table).values(
                path=each.path,
                station=each.station,
                reason=f"{each.reason}\n{each.detail}",
                since=to_micros(known.get((each.path, each.reason), each.since)),
            )
        )


def every(connection: Connection) -> tuple[Trouble, ...]:
    """Give all troubles, oldest first."""
    query = sa.select(trouble_table).order_by(trouble_table.c.since, trouble_table.c.path)
    return tuple(_trouble(row) for row in connection.execute(query).all())


def _trouble(row: sa.Row[tuple[object, ...]]) -> Trouble:
    reason, _newline, detail = row.reason.partition("\n")
    return Trouble(row.path, row.station, reason, detail, from_micros(row.since))
