"""Batches for quality assurance: which letters a station scanned in one go."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eakte.database import Connection
from eakte.database.schema import qa_batch as table
from eakte.database.schema import scan as scan_table
from eakte.domain.mail import ScanState
from eakte.domain.moments import from_micros, to_micros
from eakte.domain.quality import BatchState, QaBatch
from eakte.errors import NotFoundError
from eakte.i18n import N_


def open_for(connection: Connection, station: str, at: datetime) -> QaBatch:
    """Give the batch that a station is at work on; opens one if there is none."""
    query = sa.select(table).where(
        table.c.station == station, table.c.state == BatchState.OPEN.value
    )
    row = connection.execute(query.limit(1)).first()
    if row is not None:
        return _batch(row)
    opened = QaBatch(_next_id(connection, station, at), station, at, BatchState.OPEN)
    connection.execute(
        sa.insert(table).values(
            id=opened.id,
            station=station,
            opened_at=to_micros(at),
            state=opened.state.value,
            seed="",
            closed_at=None,
            candidates="",
        )
    )
    return opened


def store(connection: Connection, batch: QaBatch) -> None:
    """Store a changed batch."""
    closed = None if batch.closed_at is None else to_micros(batch.closed_at)
    connection.execute(
        sa.update(table)
        .where(table.c.id == batch.id)
        .values(
            state=batch.state.value,
            seed=batch.seed,
            closed_at=closed,
            candidates=batch.candidates,
        )
    )


def get(connection: Connection, name: str) -> QaBatch:
    """Give a batch; raises NotFoundError."""
    row = connection.execute(sa.select(table).where(table.c.id == name)).first()
    if row is None:
        raise NotFoundError(kind=N_("batch"), name=name)
    return _batch(row)


def unfinished(connection: Connection) -> tuple[QaBatch, ...]:
    """Give the batches that letters still come to, or whose sample has not passed."""
    states = [BatchState.OPEN.value, BatchState.SAMPLING.value]
    return _select(connection, table.c.state.in_(states))


def every(connection: Connection) -> tuple[QaBatch, ...]:
    """Give all batches, oldest first."""
    return _select(connection, sa.true())


def is_at_work(connection: Connection, station: str) -> bool:
    """Tell whether a scan of the station is still being read: more letters will come."""
    received = scan_table.c.state == ScanState.RECEIVED.value
    query = sa.select(scan_table.c.digest).where(scan_table.c.station == station, received)
    return connection.execute(query.limit(1)).first() is not None


def _next_id(connection: Connection, station: str, at: datetime) -> str:
    day = f"{at:%Y-%m-%d}/"
    query = sa.select(sa.func.count()).select_from(table)
    same_day = table.c.id.startswith(day, autoescape=True) & (table.c.station == station)
    number = int(connection.execute(query.where(same_day)).scalar_one()) + 1
    return f"{day}{number}/{station}"


def _select(connection: Connection, condition: Any) -> tuple[QaBatch, ...]:
    query = sa.select(table).where(condition).order_by(table.c.opened_at, table.c.id)
    return tuple(_batch(row) for row in connection.execute(query).all())


def _batch(row: Any) -> QaBatch:
    return QaBatch(
        id=row.id,
        station=row.station,
        opened_at=from_micros(row.opened_at),
        state=BatchState(row.state),
        seed=row.seed,
        closed_at=None if row.closed_at is None else from_micros(row.closed_at),
        candidates=row.candidates,
    )
