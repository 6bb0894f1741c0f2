"""Questions to the arrivals that the intake asks."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from eakte.database import Connection
from eakte.database.schema import enclosure as enclosure_table
from eakte.database.schema import receipt as receipt_table
from eakte.domain.ids import Digest
from eakte.domain.mail import Enclosure, EnclosureRole
from eakte.domain.moments import to_micros

_CAME = (EnclosureRole.SIGNATURE, EnclosureRole.TECHNICAL)


def is_noted(
    connection: Connection, digest: Digest, name: str, station: str, since: datetime
) -> bool:
    """Tell whether an arrival of these bytes under that name was recorded since then."""
    query = sa.select(receipt_table.c.id).where(
        receipt_table.c.digest == digest,
        receipt_table.c.name == name,
        receipt_table.c.station == station,
        receipt_table.c.received_at >= to_micros(since),
    )
    return connection.execute(query.limit(1)).first() is not None


def came_beside(connection: Connection) -> tuple[tuple[Digest, Enclosure], ...]:
    """Give the files that entered with another one, with its digest.

    Members of a delivery are left out: they are received as files of their own.
    """
    query = sa.select(enclosure_table).order_by(enclosure_table.c.id)
    found = [
        (Digest(row.scan), Enclosure(row.name, Digest(row.digest), EnclosureRole(row.role)))
        for row in connection.execute(query).all()
    ]
    members = {(scan, each.digest) for scan, each in found if each.role is EnclosureRole.MEMBER}
    return tuple(
        (scan, each)
        for scan, each in found
        if each.role in _CAME and (scan, each.digest) not in members
    )
