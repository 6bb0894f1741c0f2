"""The Aktenplan: taken from a CSV file or another source, all of it or nothing, and shown."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypeVar

from eakte.audit import log
from eakte.database import transaction
from eakte.domain.aktenplan import Aktenplan, Disposal, Unit, merged, problems
from eakte.domain.codec import to_json
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.events import Action, Event
from eakte.domain.ids import digest_of
from eakte.domain.letters import Schutzbedarf
from eakte.errors import AktenplanRefusedError, NotFoundError
from eakte.i18n import N_, _
from eakte.pipeline.desk import Desk
from eakte.records import aktenplan
from eakte.services import actor
from eakte.services.access import Permission, require

COLUMNS = (
    "Kennzeichen", "Oberkennzeichen", "Titel", "Amt", "Aufbewahrung", "Aussonderung",
    "Schutzbedarf", "Vertraulichkeit",
)  # fmt: skip
"""The header of a CSV file; the columns may be in any order, those after `Titel` may be missing."""
_NEEDED = COLUMNS[:3]
_MOST_BYTES = 10_000_000
_E = TypeVar("_E", bound=Enum)


@dataclass(frozen=True)
class Imported:
    """How many units are new, changed, and as they were."""

    added: int
    changed: int
    unchanged: int


def import_csv(desk: Desk, file: Path) -> Imported:
    """Take the units of a CSV file; raises AktenplanRefusedError naming the line of a fault."""
    require(desk, Permission.OPERATE)
    lines = tuple(_read(file))
    by_key = dict[str, int]()
    for number, unit in lines:
        if unit.key in by_key:
            text = _("{key} stands in line {line} already")
            told = text.format(key=unit.key, line=by_key[unit.key])
            raise _refused(file, number, told)
        by_key[unit.key] = number
    units = tuple(unit for _number, unit in lines)
    return import_units(desk, units, lambda key, fault: _refused(file, by_key[key], fault))


def import_units(
    desk: Desk, units: tuple[Unit, ...], refuse: Callable[[str, str], Exception] | None = None
) -> Imported:
    """Take units into the Aktenplan, all or none; what says the same again changes nothing.

    Units that the source does not name stay. Raises AktenplanRefusedError, or what `refuse` makes
    of the key of a faulty unit and its fault.
    """
    require(desk, Permission.OPERATE)
    with transaction(desk.engine) as connection:
        plan = aktenplan.load(connection)
        for key, fault in problems(plan, units).items():
            raise refuse(key, fault) if refuse else AktenplanRefusedError(detail=fault)
        changed, now = merged(plan, units), desk.clock.now()
        for unit in changed:
            aktenplan.add(connection, unit, actor.current(desk), now)
        new = sum(unit.version == 1 for unit in changed)
        found = Imported(new, len(changed) - new, len(units) - len(changed))
        if changed:
            present = to_json(aktenplan.load(connection))
            after = {
                "added": str(found.added),
                "changed": str(found.changed),
                "sha256": digest_of(present),
            }
            event = Event(
                Action.AKTENPLAN_CHANGED, "aktenplan", actor.current(desk), "", now, {}, after
            )
            log.append(connection, event)
        return found


def load(desk: Desk) -> Aktenplan:
    """Give the Aktenplan in force."""
    require(desk, Permission.READ)
    with desk.engine.connect() as connection:
        return aktenplan.load(connection)


def versions(desk: Desk, key: str) -> tuple[Unit, ...]:
    """Give every version of a unit, the oldest first; raises NotFoundError."""
    require(desk, Permission.READ)
    with desk.engine.connect() as connection:
        found = aktenplan.versions(connection, key)
    if not found:
        raise NotFoundError(kind=N_("unit of the Aktenplan"), name=key)
    return found


def _read(file: Path) -> Iterator[tuple[int, Unit]]:
    """Give each unit with the line that it stands in."""
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise _refused(file, 1, _("it is larger than {size} bytes").format(size=_MOST_BYTES))
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise NotFoundError(kind=N_("file"), name=file) from None
    except UnicodeDecodeError as problem:
        before = problem.object[: problem.start].count(b"\n") + 1
        raise _refused(file, before, _("it is not UTF-8")) from None
    first = text.partition("\n")[0]
    rows = csv.reader(text.splitlines(), delimiter=";" if ";" in first else ",", strict=True)
    try:
        header = _header(file, next(rows, []))
        for row in rows:
            if any(map(str.strip, row)):
                yield rows.line_num, _unit(file, rows.line_num, header, row)
    except csv.Error as problem:
        raise _refused(file, rows.line_num, str(problem)) from None


def _header(file: Path, row: list[str]) -> list[str]:
    names = [name.strip() for name in row]
    missing = [name for name in _NEEDED if name not in names]
    unknown = [name for name in names if name not in COLUMNS]
    if missing:
        text = _("the columns {names} are missing").format(names=", ".join(missing))
        raise _refused(file, 1, text)
    if unknown or len(set(names)) < len(names):
        text = _("unknown or repeated columns: {names}").format(names=", ".join(unknown or names))
        raise _refused(file, 1, text)
    return names


def _unit(file: Path, line: int, header: list[str], row: list[str]) -> Unit:
    if len(row) != len(header):
        text = _("{found} cells instead of {expected}")
        raise _refused(file, line, text.format(found=len(row), expected=len(header)))
    cells = dict(zip(header, map(str.strip, row), strict=True))
    try:
        return Unit(
            key=cells["Kennzeichen"],
            parent=cells["Oberkennzeichen"],
            title=cells["Titel"],
            office=cells.get("Amt", ""),
            retention_years=_years(cells.get("Aufbewahrung", "")),
            disposal=_one_of(Disposal, cells, "Aussonderung"),
            schutzbedarf=_one_of(Schutzbedarf, cells, "Schutzbedarf"),
            confidentiality=_one_of(Confidentiality, cells, "Vertraulichkeit"),
        )
    except ValueError as problem:
        raise _refused(file, line, str(problem)) from None


def _years(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit()):
        raise ValueError(_("Aufbewahrung is {text}, not a number of years").format(text=repr(text)))
    return int(text) if text else None


def _one_of(kind: type[_E], cells: Mapping[str, str], column: str) -> _E | None:
    text = cells.get(column, "")
    try:
        return kind(text) if text else None
    except ValueError:
        known = ", ".join(str(each.value) for each in kind)
        detail = _("{column} is {text}, not one of: {known}")
        raise ValueError(detail.format(column=column, text=repr(text), known=known)) from None


def _refused(file: Path, line: int, fault: str) -> AktenplanRefusedError:
    text = _("{file}, line {line}: {fault}").format(file=file.name, line=line, fault=fault)
    return AktenplanRefusedError(detail=text)
