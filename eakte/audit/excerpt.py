"""Events taken out of the log for somebody outside, each with the proof that it is in the log.

The log is read in one pass each for the events and for the hashes of all others; neither is ever in
memory as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from eakte.audit import tree
from eakte.audit.log import decode
from eakte.database import Connection
from eakte.database.schema import audit_event
from eakte.domain.events import Event

_AT_ONCE = 1000


@dataclass(frozen=True)
class Entry:
    """An event as the log has it."""

    position: int
    raw: bytes
    """Its canonical form, byte for byte as it was hashed."""
    event: Event


@dataclass(frozen=True)
class Proofs:
    """Proofs in the log of some size (RFC 9162), and its root."""

    root: bytes
    inclusion: Mapping[int, tuple[bytes, ...]]
    """By position of an event."""
    consistency: tuple[bytes, ...]
    """From the older size."""


def entries(connection: Connection, wanted: Callable[[Event], bool]) -> Iterator[Entry]:
    """Give the events that are wanted, in order."""
    query = sa.select(audit_event.c.position, audit_event.c.entry).order_by(audit_event.c.position)
    for row in connection.execute(query).yield_per(_AT_ONCE):
        event = decode(row.entry)
        if wanted(event):
            yield Entry(int(row.position), str(row.entry).encode(), event)


def proofs(connection: Connection, positions: Sequence[int], old: int, size: int) -> Proofs:
    """Prove events among the first `size` of the log, and that the first `old` of them were kept.

    Raises ValueError if there are not so many.
    """
    inclusion = {each: tree.inclusion_ranges(each, size) for each in positions}
    consistency = tree.consistency_ranges(old, size)
    asked = {part for ranges in (*inclusion.values(), consistency) for part in ranges}
    whole = range(size)
    roots = tree.roots_over(_leaves(connection, size), asked | {whole})
    if whole not in roots:
        raise ValueError(f"there are no {size} events")
    return Proofs(
        root=roots[whole],
        inclusion={
            each: tuple(roots[part] for part in ranges) for each, ranges in inclusion.items()
        },
        consistency=tuple(roots[part] for part in consistency),
    )


def _leaves(connection: Connection, size: int) -> Iterator[bytes]:
    query = sa.select(audit_event.c.leaf).where(audit_event.c.position < size)
    rows = connection.execute(query.order_by(audit_event.c.position)).yield_per(_AT_ONCE)
    return (bytes.fromhex(row.leaf) for row in rows)
