"""Questions to the arrivals that the intake asks."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from eakte.database import Connection
from eakte.database.schema import enclosure as enclosure_table
from eakte.database.schema import receipt as receipt_table
from eakte.database.schema import scan as scan_table
from eakte.domain.ids import Digest
from eakte.domain.mail import Enclosure, EnclosureRole
from eakte.domain.moments import to_micros

_CAME = frozenset({EnclosureRole.SIGNATURE, EnclosureRole.PIECE, EnclosureRole.TECHNICAL})


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
    """Give the files that entered with another one, with its digest, each once.

    Those that are received as files of their own too (members of a delivery, halves of a duplex
    batch, signatures that came alone) are left out.
    """
    received = sa.select(scan_table.c.digest)
    query = sa.select(enclosure_table).where(
        enclosure_table.c.role.in_([role.value for role in _CAME]),
        enclosure_table.c.digest.not_in(received),
    )
    found: dict[tuple[str, str], tuple[Digest, Enclosure]] = {}
    for row in connection.execute(query.order_by(enclosure_table.c.id)).all():
        enclosure = Enclosure(row.name, Digest(row.digest), EnclosureRole(row.role))
        found.setdefault((row.scan, row.digest), (Digest(row.scan), enclosure))
    return tuple(found.values())
