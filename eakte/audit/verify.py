"""Checking the audit log: nothing edited, inserted, removed, re-ordered or cut off."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from eakte.audit import tree
from eakte.audit.checkpoint import Anchor, Checkpoint, Kind
from eakte.database import Connection
from eakte.database.schema import audit_event, audit_head
from eakte.domain.moments import from_micros
from eakte.i18n import N_, _

_MAX_DEFECTS = 20
_SIGNED, _LINES, _NOTHING = N_("signed anchors"), N_("lines"), N_("the log itself only")


@dataclass(frozen=True)
class Defect:
    """One thing that is wrong, at a position of the log (None: on the whole)."""

    position: int | None
    detail: str


@dataclass(frozen=True)
class Range:
    """A stretch of the log, and what speaks for it."""

    first: int
    last: int
    since: datetime | None
    until: datetime | None
    """When its first and last event were written; None if the events do not say."""
    confirmed_by: str
    """`signed anchors`, `lines`, or `the log itself only`."""


@dataclass(frozen=True)
class AuditVerdict:
    """What checking the log found; it is intact if there are no defects."""

    size: int
    root: str
    anchored: int
    """How many events, from the first, an anchor outside the database confirms."""
    unreadable_checkpoints: int
    """How many lines outside the database are no checkpoint (a crash while writing leaves one)."""
    defects: tuple[Defect, ...]
    signed: int = 0
    """How many events, from the first, a signed anchor confirms."""
    ranges: tuple[Range, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    """The signed anchors, and those that do not count; there may be very many lines besides."""

    @property
    def intact(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.defects

    @property
    def unproven(self) -> tuple[Anchor, ...]:
        """Give the anchors that do not count, since they or their signatures cannot be believed."""
        return tuple(each for each in self.anchors if each.flaw)


class _Row(NamedTuple):
    """One stored event: its position, canonical text, leaf hash, and the root it led to (hex)."""

    position: int
    entry: str
    leaf: str
    root: str


def verify(
    connection: Connection,
    anchors: tuple[Anchor, ...] = (),
    unreadable_checkpoints: int = 0,
) -> AuditVerdict:
    """Recompute every leaf and root from the rows; compare with the head and with anchors.

    The caller's duties: pass a connection that sees one state throughout (`snapshot`), since rows
    and head are read one after the other and a log may grow meanwhile; pass anchors from a
    place that the database's keeper cannot write, read before the snapshot, their signatures
    checked. Without them a log rebuilt as a whole, consistently, cannot be told from an honest one.
    """
    counting = [(each, each.checkpoint) for each in anchors if each.checkpoint and not each.flaw]
    walk = _Walk({checkpoint.size for _anchor, checkpoint in counting})
    defects = list(walk.over(_rows(connection)))
    defects += _head_defects(connection, walk)
    good = [(each, told.size) for each, told in counting if _agrees(told, walk)]
    anchored = max((size for _anchor, size in good), default=0)
    signed = max((size for each, size in good if each.kind is not Kind.LINE), default=0)
    confirmed = sorted({0, *(size for _anchor, size in good)})
    broken = (_broken(told, confirmed) for _each, told in counting if not _agrees(told, walk))
    return AuditVerdict(
        size=walk.count,
        root=walk.root(),
        anchored=anchored,
        unreadable_checkpoints=unreadable_checkpoints,
        defects=(*defects[:_MAX_DEFECTS], *broken),
        signed=signed,
        ranges=tuple(_ranges(connection, walk.count, signed, anchored)),
        anchors=tuple(each for each in anchors if each.kind is not Kind.LINE or each.flaw),
    )


def head(connection: Connection) -> tuple[int, str]:
    """Give the size and root that the log claims now."""
    row = connection.execute(sa.select(audit_head)).one()
    return int(row.size), str(row.root)


def _rows(connection: Connection) -> Iterator[_Row]:
    table = audit_event.c
    query = sa.select(table.position, table.entry, table.leaf, table.root)
    for row in connection.execute(query.order_by(table.position).execution_options(yield_per=1000)):
        yield _Row(int(row.position), str(row.entry), str(row.leaf), str(row.root))


class _Walk:
    """One pass over the rows that rebuilds the tree from what the entries say now."""

    def __init__(self, wanted: set[int]) -> None:
        self.count = 0
        self.roots = {0: tree.EMPTY_ROOT.hex()}
        self._wanted = wanted
        self._frontier: tuple[bytes, ...] = ()
        self._broken = False

    def root(self) -> str:
        """Give the root over all entries seen."""
        return tree.root_of(self._frontier).hex()

    def frontier(self) -> list[str]:
        """Give the roots of the perfect subtrees over all entries seen."""
        return [part.hex() for part in self._frontier]

    def over(self, rows: Iterable[_Row]) -> Iterator[Defect]:
        """Take the rows in order and give what is wrong with each."""
        expected = 0
        for row in rows:
            if row.position != expected:
                yield _gap(expected, row.position)
                self._broken = True
            expected = row.position + 1
            yield from self._take(row)

    def _take(self, row: _Row) -> Iterator[Defect]:
        leaf = tree.leaf_hash(row.entry.encode())
        self._frontier = tree.append(self._frontier, self.count, leaf)
        self.count += 1
        if self.count in self._wanted:
            self.roots[self.count] = self.root()
        if leaf.hex() != row.leaf or _claimed_position(row.entry) != row.position:
            self._broken = True
            yield Defect(row.position, _("the event is not the one that was written here"))
        elif not self._broken and self.root() != row.root:
            self._broken = True
            detail = _("the log up to this event is not the one that was written")
            yield Defect(row.position, detail)


def _gap(expected: int, found: int) -> Defect:
    if found < expected:
        return Defect(found, _("the position occurs twice"))
    detail = _("events {first} to {last} are missing").format(first=expected, last=found - 1)
    return Defect(expected, detail)


def _claimed_position(entry: str) -> int | None:
    try:
        return int(json.loads(entry)["n"])
    except (ValueError, KeyError, TypeError):
        return None


def _head_defects(connection: Connection, walk: _Walk) -> list[Defect]:
    row = connection.execute(sa.select(audit_head)).one_or_none()
    if row is None:
        return [Defect(None, _("the head of the log is missing"))]
    if int(row.size) > walk.count:
        detail = _("the head counts {claimed} events, only {found} are there")
        return [Defect(walk.count, detail.format(claimed=row.size, found=walk.count))]
    if int(row.size) < walk.count:
        detail = _("the head counts {claimed} events, there are {found}")
        return [Defect(int(row.size), detail.format(claimed=row.size, found=walk.count))]
    if row.root != walk.root() or json.loads(row.frontier) != walk.frontier():
        return [Defect(None, _("the head does not match the events"))]
    return []


def _agrees(checkpoint: Checkpoint, walk: _Walk) -> bool:
    return walk.roots.get(checkpoint.size) == checkpoint.root


def _broken(checkpoint: Checkpoint, confirmed: list[int]) -> Defect:
    """Say between which events a contradicted checkpoint shows the change to be."""
    before = confirmed[-1]
    detail = _("the checkpoint of {at} over {size} events contradicts the log")
    told = detail.format(at=checkpoint.at, size=checkpoint.size)
    if before < checkpoint.size:
        place = _("so one of the events {first} to {last} is not the one that was written")
        told = f"{told}; {place.format(first=before, last=checkpoint.size - 1)}"
    return Defect(None, told)


def _ranges(connection: Connection, size: int, signed: int, anchored: int) -> Iterator[Range]:
    """Divide the log by what speaks for it; signed anchors speak for all before them."""
    marks = ((0, signed, _SIGNED), (signed, anchored, _LINES), (max(signed, anchored), size, ""))
    for start, end, by in marks:
        if start < end:
            first, last = _moment(connection, start), _moment(connection, end - 1)
            yield Range(start, end - 1, first, last, by or _NOTHING)


def _moment(connection: Connection, position: int) -> datetime | None:
    query = sa.select(audit_event.c.entry).where(audit_event.c.position == position)
    entry = connection.execute(query).scalar_one_or_none()
    try:
        return from_micros(int(json.loads(str(entry))["at"]))
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
