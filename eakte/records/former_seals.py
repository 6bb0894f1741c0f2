"""Sealed originals as they were before a renewal; rows are added and never changed."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from eakte.database import Connection
from eakte.database.schema import former_seal as table
from eakte.domain.codec import from_json, to_json
from eakte.domain.ids import Digest, DocumentId
from eakte.domain.moments import to_micros
from eakte.domain.preservation import Protection, SealedVersion


def add(connection: Connection, document: DocumentId, version: SealedVersion, at: datetime) -> None:
    """Note that other bytes stand for a letter from now on."""
    protection = to_json(version.protection).decode() if version.protection else ""
    row = {
        "document": document,
        "sealed": version.sealed,
        "report": version.report,
        "verdict": version.verdict,
        "protection": protection,
        "replaced_at": to_micros(at),
    }
    connection.execute(sa.insert(table).values(**row))


def of_document(connection: Connection, document: DocumentId) -> tuple[SealedVersion, ...]:
    """Give the former sealed originals of a letter, the oldest first."""
    query = sa.select(table).where(table.c.document == document).order_by(table.c.id)
    return tuple(
        SealedVersion(
            Digest(row.sealed),
            Digest(row.report),
            row.verdict,
            from_json(Protection, row.protection) if row.protection else None,
        )
        for row in connection.execute(query).all()
    )
