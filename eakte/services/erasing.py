"""Erasing an Akte whose retention is over, or a document under Art. 17 GDPR: two persons do it.

One asks, with a reason; another one confirms, and then everything is looked at once more. What the
records hold goes in one transaction, with its events and proofs; blobs and traces follow
(`eakte.services.sweeping`). Killed in between, saying it again does the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from eakte.audit import log
from eakte.database import Connection, snapshot, transaction
from eakte.domain.access import Scope
from eakte.domain.akten import Akte, Document, DocumentState
from eakte.domain.erasures import Ground
from eakte.domain.events import Action, Event
from eakte.domain.ids import Digest
from eakte.domain.mail import ScanState
from eakte.domain.moments import local_day
from eakte.domain.retention import Course, Decision, closing
from eakte.errors import NotFoundError, RefusedError
from eakte.i18n import N_, _
from eakte.pipeline import engine, erasing
from eakte.pipeline.desk import Desk
from eakte.pipeline.erasing import Doomed, Order
from eakte.pipeline.keeping import By
from eakte.records import akten, documents, entries, erasures, scans
from eakte.services import actor
from eakte.services.access import Permission, require
from eakte.services.handing_over import for_all
from eakte.services.retention import course_of, ends_of, reason_text
from eakte.services.sweeping import finish

_GOING_ON = frozenset({DocumentState.FILED, DocumentState.RESCAN})
"""Letters in these states may be due; rejected and superseded ones are not."""


@dataclass(frozen=True)
class Asked:
    """An erasure that waits for another person: what it takes, and what it cannot take."""

    name: str
    letters: tuple[str, ...]
    stays: tuple[Digest, ...]
    """Received files that stay: other letters are in them."""


@dataclass(frozen=True)
class Erased:
    """An erasure that was confirmed; `blobs`: how many files went from the store."""

    name: str
    letters: tuple[str, ...]
    stays: tuple[Digest, ...]
    blobs: int


def ask_akte(desk: Desk, aktenzeichen: str, reason: str) -> Asked:
    """Ask that an Akte be destroyed; raises RefusedError naming all that forbids it."""
    scope, text = for_all(require(desk, Permission.ERASE)), reason_text(reason)
    with transaction(desk.engine) as connection:
        akte = akten.get(connection, aktenzeichen, scope)
        found = _of_akte(desk, connection, akte)
        told = {"closed": closing(akte.closed_at), "ground": Ground.RETENTION.value}
        _ask(desk, connection, aktenzeichen, told, text)
    return Asked(aktenzeichen, _names(found), tuple(sorted(found.stays)))


def confirm_akte(desk: Desk, aktenzeichen: str) -> Erased:
    """Destroy an Akte that somebody else asked for; an erased one is tidied up after once more.

    Raises RefusedError naming all that forbids it, AlreadyRunningError while a watcher runs.
    """
    scope = for_all(require(desk, Permission.ERASE))
    with engine.alone(desk):
        with transaction(desk.engine) as connection:
            if akten.find(connection, aktenzeichen) is None and scope.everything:
                done = _again(connection, aktenzeichen)
            else:
                akte = akten.get(connection, aktenzeichen, scope)
                course = course_of(connection, akte)
                order = _order(desk, aktenzeichen, course.asked)
                done = _of_akte(desk, connection, akte)
                erasing.erase_letters(connection, done, order)
                facts = _facts(connection, akte, course)
                _forget_reasons(connection, aktenzeichen, order.reason)
                erasing.erase_akte(connection, akte, order, facts)
        return _done(desk, aktenzeichen, done)


def ask_document(desk: Desk, prefix: str, ground: Ground, reason: str) -> Asked:
    """Ask that one document be erased for its own sake, whether its Akte is over or not.

    A file in quarantine is named by its whole digest.
    """
    scope, text = require(desk, Permission.ERASE), reason_text(reason)
    with transaction(desk.engine) as connection:
        name, found = _wanted(connection, prefix, scope)
        _ask(desk, connection, name, {"closed": "", "ground": ground.value}, text)
    return Asked(name, _names(found), tuple(sorted(found.stays)))


def confirm_document(desk: Desk, prefix: str) -> Erased:
    """Erase a document that somebody else asked for; see `confirm_akte`."""
    scope = require(desk, Permission.ERASE)
    with engine.alone(desk):
        with transaction(desk.engine) as connection:
            gone = erasures.newest(connection, prefix) if scope.everything else None
            if gone is not None and not erasures.left_of(connection, prefix):
                name, done = prefix, _again(connection, prefix)
            else:
                name, done = _wanted(connection, prefix, scope)
                order = _order(desk, name, _last_asked(connection, name))
                erase = erasing.erase_letters if done.letters else erasing.erase_file
                erase(connection, done, order)
        return _done(desk, name, done)


def _wanted(connection: Connection, prefix: str, scope: Scope) -> tuple[str, Doomed]:
    """Give the whole name of a letter, or of a file in quarantine (its digest), and what goes."""
    file = scans.find(connection, Digest(prefix)) if scope.everything else None
    if file is None:
        letter = documents.get_by_prefix(connection, prefix, scope)
        return letter.id, _of_letter(connection, letter)
    found = erasing.lone_file(connection, file.scan.digest)
    if file.state is not ScanState.QUARANTINE or not found.files:
        detail = _("{name} is not in quarantine, or holds letters; erase those")
        raise RefusedError(detail=detail.format(name=file.scan.digest))
    return file.scan.digest, found


def _again(connection: Connection, name: str) -> Doomed:
    """Go on with an erasure that was confirmed; raises NotFoundError if there is none."""
    if erasures.newest(connection, name) is None:
        raise NotFoundError(kind=N_("record"), name=name)
    return Doomed((), frozenset(), frozenset())


def _done(desk: Desk, name: str, found: Doomed) -> Erased:
    return Erased(name, _names(found), tuple(sorted(found.stays)), finish(desk))


def _names(found: Doomed) -> tuple[str, ...]:
    return tuple(each.id for each in found.letters)


def _ask(desk: Desk, connection: Connection, name: str, told: dict[str, str], reason: str) -> None:
    after = told | {"reason": erasures.keep_reason(connection, reason)}
    who, now = actor.current(desk), desk.clock.now()
    log.append(connection, Event(Action.ERASURE_ASKED, name, who, "", now, after=after))


def _last_asked(connection: Connection, name: str) -> Event | None:
    """Give the last request since a document was received, or was erased before."""
    found: Event | None = None
    for event in log.of_actions(connection, {Action.ERASURE_ASKED, Action.ERASED}, name):
        found = event if event.action is Action.ERASURE_ASKED else None
    return found


def _order(desk: Desk, name: str, asked: Event | None) -> Order:
    """Give what is confirmed; raises RefusedError unless somebody else asked for it."""
    who = actor.current(desk)
    if asked is None:
        raise RefusedError(detail=_("nobody asked for the erasure of {name}").format(name=name))
    if asked.actor == who:
        detail = _("{who} asked for it; another person confirms it (four eyes)")
        raise RefusedError(detail=detail.format(who=who))
    said = asked.after
    by = By(who, desk.clock.now())
    return Order(name, asked.actor, by, Ground(said["ground"]), said["reason"])


def _of_akte(desk: Desk, connection: Connection, akte: Akte) -> Doomed:
    """Give what goes with an Akte; raises RefusedError naming all that forbids it."""
    letters = _inside(connection, akte)
    found, now = erasing.doomed(connection, letters), desk.clock.now()
    forbidding = _forbidding(connection, akte.aktenzeichen, found)
    _refuse((*_unready(connection, akte, now), *forbidding))
    return found


def _of_letter(connection: Connection, letter: Document) -> Doomed:
    found = erasing.doomed(connection, (letter,))
    akte = akten.find(connection, letter.aktenzeichen)
    held = akte is not None and course_of(connection, akte).held is not None
    filed = letter.state is DocumentState.FILED
    hold = (_("a legal hold is on {akte}").format(akte=letter.aktenzeichen),) if held else ()
    _refuse((*(hold if filed else ()), *_forbidding(connection, "", found)))
    return found


def _inside(connection: Connection, akte: Akte) -> tuple[Document, ...]:
    """Give all letters that lie in an Akte, by either name of the place."""
    lying = documents.of_akte(connection, akte.aktenzeichen)
    for vorgang in akten.vorgaenge(connection, akte.aktenzeichen):
        lying += documents.of_vorgang(connection, vorgang.id)
    return tuple({each.id: each for each in lying}.values())


def _refuse(reasons: Iterable[str]) -> None:
    told = "; ".join(dict.fromkeys(reasons))
    if told:
        raise RefusedError(detail=told)


def _unready(connection: Connection, akte: Akte, now: datetime) -> Iterator[str]:
    """Say what of its retention forbids that an Akte be destroyed."""
    name, kept, found = akte.aktenzeichen, ends_of(connection, akte), course_of(connection, akte)
    if akte.closed_at is None:
        yield _("{akte} is not closed").format(akte=name)
    elif kept is None or kept.ends is None:
        yield _("the Aktenplan tells no retention for {akte}").format(akte=name)
    elif kept.ends >= local_day(now):
        detail = _("the retention of {akte} ends on {day} only")
        yield detail.format(akte=name, day=kept.ends.isoformat())
    if found.held:
        yield _("a legal hold is on {akte}").format(akte=name)
    if documents.count_on_their_way(connection, name):
        yield _("letters are on their way to {akte}").format(akte=name)
    yield from _unanswered(name, found)


def _unanswered(name: str, found: Course) -> Iterator[str]:
    """Say what of the offer to the archive is missing."""
    if not found.offered:
        yield _("{akte} was not offered to the archive since it was closed").format(akte=name)
    elif found.decision is None:
        yield _("the archive did not answer the offer of {akte}").format(akte=name)
    elif found.decision is not Decision.DESTROY and not found.received:
        yield _("the archive did not say that it has what it took of {akte}").format(akte=name)


def _forbidding(connection: Connection, akte: str, found: Doomed) -> Iterator[str]:
    """Say what else forbids that letters be erased."""
    names = {each.id for each in found.letters}
    for letter in found.letters:
        if letter.state not in erasing.ERASABLE:
            told = _("{document} is {state}; reject it first (eakte review reject)")
            yield told.format(document=letter.id, state=_(letter.state.value))
        if letter.deadline and letter.state in _GOING_ON:
            told = _("{document} is due on {day} (eakte deadlines --done)")
            yield told.format(document=letter.id, day=letter.deadline)
    for entry in entries.waiting(connection, (akte, *names)):
        told = _("a Wiedervorlage waits on {name} (eakte wiedervorlage done {entry})")
        yield told.format(name=entry.subject, entry=entry.uuid[:8])
    for entry in entries.leading_to(connection, names):
        if entry.subject not in names:
            told = _("{other} links to what would go (eakte link remove {entry})")
            yield told.format(other=entry.subject, entry=entry.uuid[:8])


def _facts(connection: Connection, akte: Akte, found: Course) -> tuple[tuple[str, str], ...]:
    """Give what the proof of a destroyed Akte tells: days and codes."""
    kept = ends_of(connection, akte)
    told = {
        "unit": akte.unit,
        "closed": local_day(akte.closed_at).isoformat() if akte.closed_at else "",
        "ends": kept.ends.isoformat() if kept and kept.ends else "",
        "disposal": kept.disposal.value if kept else "",
        "decision": found.decision.value if found.decision else "",
        "process": found.process,
        "package": found.exported.after["sha256"] if found.exported else "",
    }
    return tuple((name, value) for name, value in told.items() if value)


def _forget_reasons(connection: Connection, akte: str, kept: str) -> None:
    """Remove what was said in words of an Akte, but for why it was destroyed."""
    said = (event.after.get("reason", "") for event in log.of_objects(connection, {akte}))
    erasures.forget_reasons(connection, [each for each in said if each not in {"", kept}])


@dataclass(frozen=True)
class Proof:
    """A Löschnachweis as it is shown."""

    name: str
    akte: str
    at: datetime
    asked_by: str
    confirmed_by: str
    ground: Ground
    reason: str
    stays: int


def proofs(desk: Desk) -> tuple[Proof, ...]:
    """Give the Löschnachweise, the oldest first, each with its reason in words."""
    require(desk, Permission.AUDIT)
    with snapshot(desk.engine) as connection:
        return tuple(
            Proof(
                each.name, each.akte, each.at, each.asked_by, each.confirmed_by, each.ground,
                erasures.reason_of(connection, each.reason), len(each.stays),
            )
            for each in erasures.every(connection)
        )  # fmt: skip
