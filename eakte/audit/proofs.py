"""Proofs out of the log for somebody who has a checkpoint and nothing else (RFC 6962 §2.1).

Each proof is checked before it is given, with the function that its reader would use. The leaf
hashes are read once, and only those that are needed; roots of the first events are kept with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from eakte.audit import log, tree
from eakte.database import Connection
from eakte.database.schema import audit_event
from eakte.errors import NotFoundError, RecordDamagedError
from eakte.i18n import N_

_AT_ONCE = 10_000
_VERSION = 1


@dataclass(frozen=True)
class Inclusion:
    """That an entry is at a position of the log of `size` events; hashes are hexadecimal."""

    position: int
    size: int
    root: str
    entry: str
    """The canonical JSON: its UTF-8 bytes are what is hashed."""
    leaf: str
    proof: tuple[str, ...]
    """From the leaf's neighbour up."""
    kind: str = "inclusion"
    v: int = _VERSION


@dataclass(frozen=True)
class Consistency:
    """That the log of `old` events is the beginning of the log of `size` events."""

    old: int
    old_root: str
    size: int
    root: str
    proof: tuple[str, ...]
    kind: str = "consistency"
    v: int = _VERSION


def inclusion(connection: Connection, position: int, size: int = 0) -> Inclusion:
    """Prove that an event is in the log of the first `size` events (0: all there are).

    Raises NotFoundError if there is no such event in it, RecordDamagedError if what is stored does
    not prove it.
    """
    size = size or log.size(connection)
    if not 0 <= position < size:
        raise NotFoundError(kind=N_("event"), name=position)
    query = sa.select(audit_event.c.entry).where(audit_event.c.position == position)
    entry = str(connection.execute(query).scalar_one_or_none() or "")
    root, leaf = _root(connection, size), tree.leaf_hash(entry.encode())
    proof = _hashes(connection, tree.inclusion_ranges(position, size))
    if not tree.proves_inclusion(leaf, position, size, proof, root):
        raise _damaged(position)
    return Inclusion(position, size, root.hex(), entry, leaf.hex(), _hex(proof))


def consistency(connection: Connection, old: int, size: int = 0) -> Consistency:
    """Prove that the first `old` events (at least one) begin the first `size` (0: all there are).

    Raises as `inclusion` does.
    """
    size = size or log.size(connection)
    if not 1 <= old <= size:
        raise NotFoundError(kind=N_("event"), name=old)
    roots = _root(connection, old), _root(connection, size)
    proof = _hashes(connection, tree.consistency_ranges(old, size))
    if not tree.proves_consistency((old, size), roots, proof):
        raise _damaged(old)
    return Consistency(old, roots[0].hex(), size, roots[1].hex(), _hex(proof))


def _root(connection: Connection, size: int) -> bytes:
    found = log.root_at(connection, size)
    if not found:
        raise NotFoundError(kind=N_("event"), name=size - 1)
    return bytes.fromhex(found)


def _hashes(connection: Connection, ranges: Sequence[range]) -> tuple[bytes, ...]:
    """Give the root over the leaves of each range; they do not overlap."""
    found: dict[range, bytes] = {
        each: _root(connection, each.stop) for each in ranges if each.start == 0
    }
    for each in ranges:
        if each.start == 0:
            continue
        found[each] = tree.root_over(_leaves(connection, each))
    return tuple(found[each] for each in ranges)


def _leaves(connection: Connection, wanted: range) -> Iterator[bytes]:
    position = audit_event.c.position
    query = sa.select(audit_event.c.leaf).where(position >= wanted.start, position < wanted.stop)
    rows = connection.execute(query.order_by(position).execution_options(yield_per=_AT_ONCE))
    for leaf in rows.scalars():
        yield bytes.fromhex(leaf)


def _hex(proof: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(each.hex() for each in proof)


def _damaged(position: int) -> RecordDamagedError:
    detail = N_("the rows of the log do not prove it; see `eakte audit verify`")
    return RecordDamagedError(document=f"#{position}", detail=detail)
