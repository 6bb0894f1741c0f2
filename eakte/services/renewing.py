"""Which sealed originals need another time-stamp by when, and giving it to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from eakte.domain.akten import Document
from eakte.domain.ids import DocumentId
from eakte.domain.preservation import Protection, SealLevel
from eakte.domain.verification import Verdict
from eakte.errors import EakteError, ExitCode
from eakte.i18n import N_, _
from eakte.pipeline.context import Context
from eakte.pipeline.desk import Desk
from eakte.pipeline.preserving import renew as renew_one
from eakte.records import documents
from eakte.seal.lasting import end_of
from eakte.seal.renewal import NO_TIME
from eakte.services import actor
from eakte.services.access import Permission, require
from eakte.services.verifying import verify_document


@dataclass(frozen=True)
class Due:
    """A sealed original whose proof ends: by when another time-stamp must cover it, and why."""

    document: DocumentId
    level: SealLevel
    """Below B-LTA a renewal raises it to that."""
    stamped_at: datetime | None
    """None: nothing but the seal is in it (B-B)."""
    by: datetime
    because: str
    """`certificate`, or the algorithm that ends."""
    overdue: bool
    """It has ended: nothing can be added to it that proves the past."""


class Outcome(StrEnum):
    """What became of a letter that was due."""

    RENEWED = N_("renewed")
    NOT_VALID = N_("not VALID, not renewed")
    FAILED = N_("no new time-stamp")


@dataclass(frozen=True)
class Renewed:
    """One letter after a run."""

    document: DocumentId
    outcome: Outcome
    verdict: Verdict
    reason: str
    until: datetime | None
    """When the proof that it has now ends."""


def due(desk: Desk, within_days: int, only: tuple[str, ...] = ()) -> tuple[Due, ...]:
    """Give what ends within so many days, the earliest first; `only` names letters."""
    require(desk, Permission.AUDIT)
    now = desk.clock.now()
    with desk.engine.connect() as connection:
        wanted = {documents.get_by_prefix(connection, name).id for name in only}
        found = [
            _due(name, protection, now)
            for name, protection in documents.protections(connection)
            if not only or name in wanted
        ]
    horizon = now + timedelta(days=within_days)
    return tuple(sorted((each for each in found if each.by <= horizon), key=_urgency))


def renew(context: Context, within_days: int, only: tuple[str, ...] = ()) -> Iterator[Renewed]:
    """Renew what is due, one letter after the other; each is told when it is done.

    A letter is verified first, against record, log and anchors: what is not VALID stays as it is.
    A letter that was renewed is not due any more, so a second run does nothing.
    """
    require(context, Permission.OPERATE)
    for each in due(context, within_days, only):
        yield _renew(context, each.document)


def exit_code(done: tuple[Renewed, ...]) -> ExitCode:
    """Give the worst: INVALID, INDETERMINATE, then a time-stamp that could not be had."""
    kept = [each for each in done if each.outcome is Outcome.NOT_VALID]
    if any(each.verdict is Verdict.INVALID for each in kept):
        return ExitCode.INVALID
    if kept:
        return ExitCode.INDETERMINATE
    failed = any(each.outcome is Outcome.FAILED for each in done)
    return ExitCode.WAITING if failed else ExitCode.OK


def _renew(context: Context, name: DocumentId) -> Renewed:
    letter = _letter(context, name)
    until = letter.protection.until if letter.protection else None
    if not letter.seal_level.has_time:
        return Renewed(name, Outcome.FAILED, Verdict(letter.verdict), _(NO_TIME), until)
    report = verify_document(context, name, context.home.trust).report
    letter = _letter(context, name)
    kept = Renewed(name, Outcome.NOT_VALID, report.verdict, report.reason, until)
    if report.verdict is not Verdict.VALID or report.sha256 != letter.sealed:
        return kept
    try:
        letter = renew_one(context, letter, actor.current(context))
    except EakteError as problem:
        return replace(kept, outcome=Outcome.FAILED, reason=problem.message())
    until = letter.protection.until if letter.protection else None
    return Renewed(name, Outcome.RENEWED, Verdict.VALID, "", until)


def _letter(desk: Desk, name: DocumentId) -> Document:
    with desk.engine.connect() as connection:
        return documents.get(connection, name)


def _due(name: DocumentId, protection: Protection, now: datetime) -> Due:
    by, because = end_of(protection)
    return Due(name, protection.level, protection.stamped_at, by, because, by <= now)


def _urgency(each: Due) -> tuple[datetime, str]:
    return each.by, each.document
