"""Retention of Akten: what is due, the offer to the archive and its answer, and legal holds.

Every step is an event of the audit log, and what stands there decides: `eakte.domain.retention`
follows the steps of an Akte to where it stands. Reasons in words are kept beside the log, which
holds salted commitments of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from eakte.audit import log
from eakte.database import Connection, snapshot, transaction
from eakte.domain.akten import Akte
from eakte.domain.aktenplan import Disposal
from eakte.domain.events import Action, Event
from eakte.domain.handover import Edition, Message, Retention
from eakte.domain.ids import new_uuid
from eakte.domain.moments import local_day
from eakte.domain.retention import STEPS, Course, Decision, closing, course, retention_of
from eakte.errors import RefusedError
from eakte.i18n import N_, _
from eakte.pipeline.desk import Desk
from eakte.records import akten, aktenplan, documents, erasures
from eakte.services import actor
from eakte.services.access import Permission, require
from eakte.services.handing_over import HandedOver, Order, for_all, hand_over

_LONGEST = 500
_NEXT = {
    "held": N_("a legal hold forbids all else"),
    "offer": N_("offer it to the archive"),
    "answer": N_("wait for the archive's answer"),
    "deliver": N_("give the archive what it takes"),
    "receive": N_("wait until the archive has it"),
    "destroy": N_("ask for its destruction"),
    "confirm": N_("another person confirms its destruction"),
}


@dataclass(frozen=True)
class Due:
    """A closed Akte whose retention ended or ends soon, and how far its Aussonderung is."""

    akte: str
    title: str
    closed: date
    years: int
    ends: date
    disposal: Disposal
    course: Course

    def next_step(self) -> str:
        """Say what is to be done, in the reader's language."""
        return _(_NEXT[_step(self.course)])


@dataclass(frozen=True)
class DueList:
    """The Akten that are due, the first to end first."""

    akten: tuple[Due, ...]
    without_retention: int
    """Closed Akten of which the Aktenplan says nothing: they are kept."""


def due(desk: Desk, within_days: int = 0) -> DueList:
    """Give the Akten whose retention ended, or ends within so many days."""
    scope, today = require(desk, Permission.READ), local_day(desk.clock.now())
    with snapshot(desk.engine) as connection:
        plan = aktenplan.load(connection)
        closed = [each for each in akten.every(connection, scope) if each.closed_at]
        steps = _steps(connection)
    kept = [(each, retention_of(plan.effective(each.unit), each.closed_at)) for each in closed]
    horizon = today + timedelta(days=within_days)
    found = [
        _due(akte, told, steps.get(akte.aktenzeichen, []))
        for akte, told in kept
        if told and told.ends and told.ends < horizon
    ]
    ordered = sorted(found, key=lambda each: (each.ends, each.akte))
    return DueList(tuple(ordered), sum(told is None for _akte, told in kept))


def _due(akte: Akte, kept: Retention, steps: list[Event]) -> Due:
    assert akte.closed_at is not None  # noqa: S101 - for the type checker: only closed ones end
    assert kept.ends is not None  # noqa: S101
    return Due(
        akte.aktenzeichen,
        akte.title,
        local_day(akte.closed_at),
        kept.years,
        kept.ends,
        kept.disposal,
        course(steps, akte.closed_at),
    )


def _steps(connection: Connection) -> Mapping[str, list[Event]]:
    """Give the steps of all Akten."""
    found = dict[str, list[Event]]()
    for event in log.of_actions(connection, STEPS):
        found.setdefault(event.object, []).append(event)
    return found


def course_of(connection: Connection, akte: Akte) -> Course:
    """Give where an Akte stands."""
    return course(log.of_actions(connection, STEPS, akte.aktenzeichen), akte.closed_at)


def ends_of(connection: Connection, akte: Akte) -> Retention | None:
    """Give the retention of an Akte by the Aktenplan in force."""
    return retention_of(aktenplan.load(connection).effective(akte.unit), akte.closed_at)


def _step(found: Course) -> str:
    """Name what is to be done next."""
    if found.held:
        return "held"
    if found.decision is None:
        return "answer" if found.offered else "offer"
    if found.decision is not Decision.DESTROY and not found.received:
        return "receive" if found.exported else "deliver"
    return "confirm" if found.asked else "destroy"


@dataclass(frozen=True)
class Offer:
    """How an offer is written."""

    edition: Edition = Edition.V3_1
    recipient: str = ""


def offer(desk: Desk, aktenzeichen: str, folder: Path, how: Offer) -> HandedOver:
    """Write the offer of a closed Akte to the archive (0501), and note that it was offered.

    Raises RefusedError if it cannot be offered (`eakte.handover.demands`). An offer begins anew
    what follows it.
    """
    order = Order(Message.ANBIETEVERZEICHNIS, how.edition, how.recipient, new_uuid())
    found = hand_over(desk, aktenzeichen, folder, order)
    with transaction(desk.engine) as connection:
        akte = akten.get(connection, aktenzeichen)
        told = {"process": found.process, "sha256": found.package.sha256}
        told |= {"documents": str(found.documents)}
        _note(desk, connection, Action.RETENTION_OFFERED, akte, told)
    return found


def answer(
    desk: Desk,
    aktenzeichen: str,
    decision: Decision,
    reason: str,
    wanted: tuple[str, ...] = (),
) -> None:
    """Note what the archive answered to the last offer; `wanted`: the documents it takes a part of.

    `reason` names the answer: who gave it, and when. Raises RefusedError if nothing was offered, or
    nothing was given that could have been received.
    """
    scope, text = for_all(require(desk, Permission.CHANGE_AKTEN)), reason_text(reason)
    with transaction(desk.engine) as connection:
        akte = akten.get(connection, aktenzeichen, scope)
        found = course_of(connection, akte)
        if not found.offered:
            detail = _("{akte} was not offered to the archive since it was closed")
            raise RefusedError(detail=detail.format(akte=aktenzeichen))
        if decision is Decision.RECEIVED and not found.exported:
            detail = _("{akte} was not given to the archive (eakte retention deliver)")
            raise RefusedError(detail=detail.format(akte=aktenzeichen))
        told = {"process": found.process, "decision": decision.value}
        if decision is Decision.PART:
            told["documents"] = ",".join(_inside(connection, akte, wanted))
        told["reason"] = erasures.keep_reason(connection, text)
        _note(desk, connection, Action.RETENTION_ANSWERED, akte, told)


def _inside(connection: Connection, akte: Akte, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Give the whole ids of documents in an Akte; raises RefusedError for others, or none."""
    inside = [each.id for each in documents.of_akte(connection, akte.aktenzeichen)]
    found = [
        [each for each in inside if each == name or ("-" not in name and each.startswith(name))]
        for name in wanted
    ]
    wrong = [name for name, names in zip(wanted, found, strict=True) if len(names) != 1]
    if wrong or not wanted:
        detail = _("name the documents of {akte} that the archive takes; not in it: {names}")
        raise RefusedError(detail=detail.format(akte=akte.aktenzeichen, names=", ".join(wrong)))
    return tuple(dict.fromkeys(each for names in found for each in names))


def deliver(desk: Desk, aktenzeichen: str, folder: Path, how: Offer) -> HandedOver:
    """Write what the archive takes of an Akte (0503); raises RefusedError if it takes nothing."""
    scope = for_all(require(desk, Permission.CHANGE_AKTEN))
    with snapshot(desk.engine) as connection:
        found = course_of(connection, akten.get(connection, aktenzeichen, scope))
    if found.decision not in {Decision.TAKE, Decision.PART}:
        detail = _("the archive did not say that it takes {akte}").format(akte=aktenzeichen)
        raise RefusedError(detail=detail)
    order = Order(Message.AUSSONDERUNG, how.edition, how.recipient, found.process, found.wanted)
    return hand_over(desk, aktenzeichen, folder, order)


def hold(desk: Desk, aktenzeichen: str, reason: str) -> None:
    """Forbid that anything of an Akte be erased, until `lift`: a lawsuit, an audit."""
    _change_hold(desk, aktenzeichen, Action.RETENTION_HELD, reason)


def lift(desk: Desk, aktenzeichen: str, reason: str) -> None:
    """Lift a legal hold; raises RefusedError if there is none."""
    _change_hold(desk, aktenzeichen, Action.RETENTION_LIFTED, reason)


def _change_hold(desk: Desk, aktenzeichen: str, action: Action, reason: str) -> None:
    scope, text = require(desk, Permission.CHANGE_AKTEN), reason_text(reason)
    with transaction(desk.engine) as connection:
        akte = akten.get(connection, aktenzeichen, scope)
        held = course_of(connection, akte).held is not None
        if held == (action is Action.RETENTION_HELD):
            detail = _("a legal hold is on {akte} already") if held else _("{akte} has no hold")
            raise RefusedError(detail=detail.format(akte=aktenzeichen))
        _note(desk, connection, action, akte, {"reason": erasures.keep_reason(connection, text)})


def _note(
    desk: Desk, connection: Connection, action: Action, akte: Akte, told: Mapping[str, str]
) -> None:
    after = {"closed": closing(akte.closed_at), **told}
    who, now = actor.current(desk), desk.clock.now()
    log.append(connection, Event(action, akte.aktenzeichen, who, "", now, after=after))


def reason_text(text: str) -> str:
    """Give a reason as it is kept; raises RefusedError for none, or one that is too long."""
    plain = " ".join(text.split())
    if not plain or len(plain) > _LONGEST:
        detail = _("say why in 1 to {most} characters (--reason)").format(most=_LONGEST)
        raise RefusedError(detail=detail)
    return plain
