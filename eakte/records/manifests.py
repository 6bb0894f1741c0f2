"""Manifests of Akten: which there are, up to which change each one goes; rows are only added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from eakte.database import Connection
from eakte.database.schema import akte as akte_table
from eakte.database.schema import akte_manifest as table
from eakte.database.schema import document, former_seal, history
from eakte.domain.ids import Digest


@dataclass(frozen=True)
class Mark:
    """How far the changes of an Akte went: its last row in the history, and of renewed seals."""

    history: int = 0
    seals: int = 0


@dataclass(frozen=True)
class KeptManifest:
    """A manifest in the store."""

    akte: str
    number: int
    digest: Digest
    mark: Mark
    """What is newer is not in it."""


def add(connection: Connection, kept: KeptManifest) -> None:
    """Add the next manifest of an Akte."""
    row = {
        "akte": kept.akte,
        "number": kept.number,
        "digest": kept.digest,
        "history": kept.mark.history,
        "seals": kept.mark.seals,
    }
    connection.execute(sa.insert(table).values(**row))


def of_akte(connection: Connection, akte: str) -> tuple[KeptManifest, ...]:
    """Give the manifests of an Akte, the oldest first."""
    query = sa.select(table).where(table.c.akte == akte).order_by(table.c.number)
    return tuple(_kept(row) for row in connection.execute(query))


def changed(connection: Connection) -> tuple[str, ...]:
    """Give the Akten in which something changed that is in no manifest, in order.

    The history still names Akten that were erased, where documents had left them before.
    """
    there = frozenset(connection.execute(sa.select(akte_table.c.aktenzeichen)).scalars())
    newest = {row.akte: _kept(row).mark for row in _every(connection)}
    present = _marks(connection)
    return tuple(
        sorted(name for name, mark in present.items() if name in there and newest.get(name) != mark)
    )


def mark_of(connection: Connection, akte: str) -> Mark:
    """Give how far the changes of an Akte go."""
    here = (history.c.akte == akte) | (history.c.left_akte == akte)
    rows = sa.select(sa.func.max(history.c.id)).where(here)
    joined = former_seal.join(document, document.c.id == former_seal.c.document)
    seals = sa.select(sa.func.max(former_seal.c.id)).select_from(joined)
    inside = seals.where(document.c.aktenzeichen == akte)
    return Mark(_number(connection, rows), _number(connection, inside))


def _marks(connection: Connection) -> dict[str, Mark]:
    """Give how far the changes of every Akte go; light, for all of them."""
    rows = dict[str, int]()
    for column in (history.c.akte, history.c.left_akte):
        query = sa.select(column, sa.func.max(history.c.id)).where(column != "").group_by(column)
        for name, last in connection.execute(query):
            rows[name] = max(rows.get(name, 0), int(last))
    joined = former_seal.join(document, document.c.id == former_seal.c.document)
    last_seal = sa.func.max(former_seal.c.id)
    query = sa.select(document.c.aktenzeichen, last_seal).select_from(joined)
    seals = {
        str(name): int(last)
        for name, last in connection.execute(query.group_by(document.c.aktenzeichen))
    }
    return {name: Mark(last, seals.get(name, 0)) for name, last in rows.items()}


def _every(connection: Connection) -> Any:
    return connection.execute(sa.select(table).order_by(table.c.akte, table.c.number))


def _number(connection: Connection, query: sa.Select[Any]) -> int:
    return int(connection.execute(query).scalar() or 0)


def _kept(row: Any) -> KeptManifest:
    mark = Mark(int(row.history), int(row.seals))
    return KeptManifest(row.akte, int(row.number), Digest(row.digest), mark)
