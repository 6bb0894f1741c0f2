"""An archive information package of BSI TR-ESOR (XAIP 1.3), before anything is written (pure).

Every part has an id, which is an XML name of its own in the package; others point to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from eakte.domain.ids import Digest

VERSION = "V001"
"""The one version of the data in a package."""


@dataclass(frozen=True)
class DataObject:
    """Bytes of the store."""

    id: str
    digest: Digest
    mime: str


@dataclass(frozen=True)
class MetaData:
    """Bytes that tell of other parts."""

    id: str
    about: tuple[str, ...]
    category: str
    mime: str
    data: bytes


@dataclass(frozen=True)
class Record:
    """An evidence record (RFC 4998, DER) over the bytes of one part."""

    id: str
    about: str
    data: bytes


@dataclass(frozen=True)
class Report:
    """A verification report (ETSI TS 119 102-2, XML) on one part."""

    id: str
    about: str
    data: bytes


@dataclass(frozen=True)
class Unit:
    """A place in the structure: an Akte, a Vorgang in it, a document in that."""

    id: str
    kind: str
    """`Akte`, `Vorgang` or `Dokument`."""
    title: str
    protected: tuple[str, ...]
    """Parts with an evidence record; at least one."""
    others: tuple[str, ...] = ()
    units: tuple[Unit, ...] = ()


@dataclass(frozen=True)
class Xaip:
    """A package."""

    id: str
    """An XML name."""
    aoid: str
    """UUID of the Akte or document."""
    info: str
    at: datetime
    retention: date
    """Until when it is to be kept at least; 9999-12-31 if nobody knows."""
    product: str
    organisation: str
    unit: Unit
    objects: tuple[DataObject, ...]
    metadata: tuple[MetaData, ...]
    records: tuple[Record, ...]
    reports: tuple[Report, ...] = ()

    def names(self) -> Iterator[str]:
        """Give every id, in the order in which they are written."""
        yield from (self.id, VERSION, *_units(self.unit))
        parts = (self.metadata, self.objects, self.records, self.reports)
        yield from (each.id for part in parts for each in part)


def _units(unit: Unit) -> Iterator[str]:
    yield unit.id
    for each in unit.units:
        yield from _units(each)
