"""Taking the Aktenplan out of a message of xdomea."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from eakte import sandbox
from eakte.deliveries.aktenplan import ReadPlan, read_plan
from eakte.domain.aktenplan import Aktenplan, Unit
from eakte.errors import (
    AktenplanRefusedError,
    NotFoundError,
    StageFailedError,
    UnusableInputError,
)
from eakte.i18n import N_, _
from eakte.pipeline.desk import Desk
from eakte.services import aktenplan
from eakte.services.access import Permission, require
from eakte.services.aktenplan import Imported

_LIMITS = sandbox.Limits(wall_seconds=60, cpu_seconds=60, memory_mb=2000)


@dataclass(frozen=True)
class ImportedPlan:
    """What a message said, and what became of it."""

    plan: ReadPlan
    imported: Imported


def import_xdomea(desk: Desk, file: Path) -> ImportedPlan:
    """Take the units of the Aktenplan in a message (XML, or in a zip), all or none.

    The message is read in a limited child process, for it comes from outside. What xdomea does not
    tell of a unit (office, Schutzbedarf, confidentiality) stays as it is. Raises NotFoundError,
    AktenplanRefusedError.
    """
    require(desk, Permission.OPERATE)
    source = file.absolute()
    if not source.is_file():
        raise NotFoundError(kind=N_("file"), name=file)
    try:
        with TemporaryDirectory(prefix="eakte-xdomea-") as folder:
            plan = sandbox.call(_LIMITS, read_plan, source, Path(folder))
    except (UnusableInputError, StageFailedError) as problem:
        told = _(str(problem.facts.get("detail", ""))) or str(problem.facts.get("reason", ""))
        raise AktenplanRefusedError(detail=told) from problem
    _require_once(plan)
    present = aktenplan.load(desk)
    units = tuple(_kept(unit, present) for unit in plan.units)
    return ImportedPlan(plan, aktenplan.import_units(desk, units))


def _require_once(plan: ReadPlan) -> None:
    """Refuse a plan that names a unit twice: they might contradict each other."""
    seen = set[str]()
    for unit in plan.units:
        if unit.key in seen:
            detail = _("the unit {key} is named twice").format(key=unit.key)
            raise AktenplanRefusedError(detail=detail)
        seen.add(unit.key)


def _kept(unit: Unit, present: Aktenplan) -> Unit:
    """Give a unit what xdomea has no place for, as it stands here."""
    known = present.find(unit.key)
    if known is None:
        return unit
    return replace(
        unit,
        office=known.office,
        schutzbedarf=known.schutzbedarf,
        confidentiality=known.confidentiality,
    )
