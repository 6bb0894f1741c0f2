"""The history of records: rows are added and never changed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from eakte.database import Connection
from eakte.database.schema import history as table
from eakte.domain.access import EVERYTHING, Scope
from eakte.domain.codec import from_json, to_json
from eakte.domain.events import Action
from eakte.domain.history import Change, RecordKind
from eakte.domain.moments import from_micros, to_micros
from eakte.errors import RecordDamagedError
from eakte.records import visible

_Texts = dict[str, str]


def add(connection: Connection, change: Change) -> None:
    """Add the next version of a record."""
    connection.execute(
        sa.insert(table).values(
            akte=change.akte,
            left_akte=change.left_akte,
            kind=change.kind.value,
            key=change.key,
            version=change.version,
            at=to_micros(change.at),
            actor=change.actor,
            action=change.action.value,
            before=to_json(dict(change.before), _Texts).decode(),
            after=to_json(dict(change.after), _Texts).decode(),
            salt=change.salt,
        )
    )


def of_record(connection: Connection, kind: RecordKind, key: str) -> tuple[Change, ...]:
    """Give all changes of a record, the oldest first."""
    return _select(connection, (table.c.kind == kind.value) & (table.c.key == key))


def of_akte(
    connection: Connection, aktenzeichen: str, scope: Scope = EVERYTHING
) -> tuple[Change, ...]:
    """Give what happened in an Akte, also what was moved out of it, the oldest first."""
    here = (table.c.akte == aktenzeichen) | (table.c.left_akte == aktenzeichen)
    return _select(connection, here & visible.changes(scope))


def _select(connection: Connection, condition: Any) -> tuple[Change, ...]:
    query = sa.select(table).where(condition).order_by(table.c.id)
    return tuple(_change(row) for row in connection.execute(query).all())


def _change(row: Any) -> Change:
    """Give a change; raises RecordDamagedError if the row cannot be one."""
    try:
        return _read(row)
    except ValueError as problem:
        told = str(problem).splitlines()[0]
        raise RecordDamagedError(document=row.key, detail=told) from problem


def _read(row: Any) -> Change:
    return Change(
        kind=RecordKind(row.kind),
        key=row.key,
        version=int(row.version),
        akte=row.akte,
        at=from_micros(row.at),
        actor=row.actor,
        action=Action(row.action),
        before=from_json(_Texts, row.before),
        after=from_json(_Texts, row.after),
        left_akte=row.left_akte,
        salt=row.salt,
    )
