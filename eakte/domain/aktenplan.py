"""The Aktenplan: the hierarchy of subjects that Akten are opened for, and what it prescribes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from eakte.domain.confidentiality import Confidentiality
from eakte.domain.letters import Schutzbedarf
from eakte.i18n import _

_KEY = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-]{0,39}")


class Disposal(StrEnum):
    """Aussonderungsart of xdomea: what becomes of an Akte when its retention ends."""

    ARCHIVE = "A"
    """Archivwürdig: the archive takes it."""
    APPRAISE = "B"
    """Bewerten: the archive decides."""
    DESTROY = "V"
    """Vernichten."""


@dataclass(frozen=True)
class Unit:
    """A unit of the Aktenplan; what is empty (or None) holds as in the unit above it."""

    key: str
    parent: str
    title: str
    office: str = ""
    """The office that usually leads its Akten."""
    retention_years: int | None = None
    disposal: Disposal | None = None
    schutzbedarf: Schutzbedarf | None = None
    confidentiality: Confidentiality | None = None
    version: int = 1


@dataclass(frozen=True)
class Aktenplan:
    """All units in force, in order of their keys."""

    units: tuple[Unit, ...] = ()

    def find(self, key: str) -> Unit | None:
        """Give a unit as it stands."""
        return next((unit for unit in self.units if unit.key == key), None)

    def effective(self, key: str) -> Unit | None:
        """Give a unit with what it takes from those above it."""
        by_key = {unit.key: unit for unit in self.units}
        found = by_key.get(key)
        for above in _above(by_key, key):
            found = found and _completed(found, above)
        return found

    def depths(self) -> Iterator[tuple[Unit, int]]:
        """Give every unit below its parent, with how deep it lies (0: at the top)."""
        below = dict[str, list[Unit]]()
        for unit in self.units:
            below.setdefault(unit.parent, []).append(unit)
        stack = [(unit, 0) for unit in reversed(below.get("", []))]
        while stack:
            unit, depth = stack.pop()
            yield unit, depth
            stack.extend((each, depth + 1) for each in reversed(below.get(unit.key, [])))


def merged(plan: Aktenplan, units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """Give the units that are new or say something new, each with its next version."""
    known = {unit.key: unit for unit in plan.units}
    changed = list[Unit]()
    for unit in units:
        old = known.get(unit.key)
        if old is None:
            changed.append(replace(unit, version=1))
        elif replace(unit, version=old.version) != old:
            changed.append(replace(unit, version=old.version + 1))
    return tuple(changed)


def problems(plan: Aktenplan, units: tuple[Unit, ...]) -> dict[str, str]:
    """Give what is wrong with units that are to come into a plan, by key; empty if all is well."""
    by_key = {unit.key: unit for unit in (*plan.units, *units)}
    found = dict[str, str]()
    for unit in units:
        if not _KEY.fullmatch(unit.key):
            found[unit.key] = _("{key} is no key of a unit").format(key=repr(unit.key))
        elif not unit.title.strip() or not unit.title.isprintable():
            found[unit.key] = _("{key} has no title").format(key=unit.key)
        elif unit.parent and unit.parent not in by_key:
            text = _("{parent}, the unit above {key}, does not exist")
            found[unit.key] = text.format(parent=repr(unit.parent), key=unit.key)
        elif unit.retention_years is not None and not 0 <= unit.retention_years <= _MOST_YEARS:
            found[unit.key] = _("the retention of {key} is no number of years").format(key=unit.key)
        elif unit in _above(by_key, unit.key):
            found[unit.key] = _("{key} lies below itself").format(key=unit.key)
    return found


_MOST_YEARS = 999


def _above(by_key: Mapping[str, Unit], key: str) -> list[Unit]:
    """Give the units above one, the nearest first; one that lies below itself is the last."""
    found = list[Unit]()
    unit = by_key.get(key)
    while unit is not None and unit.parent and unit.parent in by_key:
        unit = by_key[unit.parent]
        if unit in found:
            break
        found.append(unit)
    return found


def _completed(unit: Unit, above: Unit) -> Unit:
    years = above.retention_years if unit.retention_years is None else unit.retention_years
    return replace(
        unit,
        office=unit.office or above.office,
        retention_years=years,
        disposal=unit.disposal or above.disposal,
        schutzbedarf=unit.schutzbedarf or above.schutzbedarf,
        confidentiality=unit.confidentiality or above.confidentiality,
    )
