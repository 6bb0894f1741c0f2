"""What a clerk does with letters that wait: look, correct, release, reject."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from eakte.audit import log
from eakte.database import Connection, transaction
from eakte.domain.akten import Akte, Document, DocumentState
from eakte.domain.codec import each_from_json, to_json
from eakte.domain.events import Action, Event
from eakte.domain.findings import sentences
from eakte.domain.ids import DocumentId
from eakte.domain.letters import Classification, FieldName
from eakte.domain.text import RecognisedPage
from eakte.domain.transfervermerk import Release, ReleaseKind
from eakte.errors import NotFoundError, RefusedError
from eakte.i18n import N_, _
from eakte.pipeline import heritage, transitions
from eakte.pipeline.desk import Desk
from eakte.pipeline.noted import stated
from eakte.pipeline.submit import Submitter
from eakte.records import akten, documents, scans
from eakte.review import queue
from eakte.review.corrections import by_person, difference, with_field
from eakte.services import actor
from eakte.services.access import Permission, require, require_name
from eakte.services.desks import note

_SALT_BYTES = 16
_LONGEST_REMARK = 500


@dataclass(frozen=True)
class Corrections:
    """What the clerk knows better; empty: as proposed. A field set to "" is taken away."""

    akte: str = ""
    class_id: str = ""
    fields: tuple[tuple[FieldName, str], ...] = ()


@dataclass(frozen=True)
class Waiting:
    """A letter of the queue: which file it came in, why it waits, and what else is noted."""

    document: Document
    file: str
    class_name: str
    reasons: tuple[str, ...]
    """In words, in the reader's language."""
    notes: tuple[str, ...]
    deadline: str
    """ISO 8601, "" for none: its own, or that of a letter held behind it if that is nearer."""


_DECIDED = {
    Action.RELEASED: N_("{who} released {document} at {at:%Y-%m-%d %H:%M:%S} UTC"),
    Action.FIRST_LOOK: N_("{who} released {document} first at {at:%Y-%m-%d %H:%M:%S} UTC"),
    Action.REJECTED: N_("{who} rejected {document} at {at:%Y-%m-%d %H:%M:%S} UTC"),
    Action.CORRECTED: N_("{who} corrected {document} at {at:%Y-%m-%d %H:%M:%S} UTC"),
    Action.RESCAN_WANTED: N_(
        "{who} asked for a new scan of {document} at {at:%Y-%m-%d %H:%M:%S} UTC"
    ),
    Action.RESCAN_WITHDRAWN: N_(
        "{who} wants no new scan of {document} since {at:%Y-%m-%d %H:%M:%S} UTC"
    ),
    Action.REGROUPED: N_("{who} divided or joined {document} at {at:%Y-%m-%d %H:%M:%S} UTC"),
}
"""What a clerk may have done first, and how the other one hears of it."""
_WAITING = frozenset({DocumentState.REVIEW, DocumentState.HELD})
_LOOKED_AT = 200
"""So many of the newest events of a letter are searched for who was faster."""


def waiting(desk: Desk) -> tuple[Waiting, ...]:
    """Give the queue: letters with the nearest deadline first, then by their receipt."""
    scope = require(desk, Permission.SEE_QUEUE)
    with desk.engine.connect() as connection:
        held = documents.in_state(connection, DocumentState.HELD, scope)
        letters = queue.ordered(documents.in_state(connection, DocumentState.REVIEW, scope), held)
        return tuple(_waiting(connection, desk, *each) for each in letters)


def reviewer(desk: Desk, person: str) -> str:
    """Give the name under which somebody releases letters; raises RefusedError for no name."""
    require(desk, Permission.REVIEW)
    return required(require_name(desk, person), "--person")


def look(desk: Desk, prefix: str) -> Waiting:
    """Give one letter as the queue shows it, whatever its state."""
    scope = require(desk, Permission.SEE_QUEUE)
    with desk.engine.connect() as connection:
        letter = documents.get_by_prefix(connection, prefix, scope)
        held = (
            each
            for each in documents.of_batch(connection, letter.batch, scope)
            if letter.batch and each.state is DocumentState.HELD
        )
        return _waiting(connection, desk, *queue.ordered((letter,), held)[0])


def texts(desk: Desk, letter: Document) -> tuple[str, ...]:
    """Give what was read on each page of a letter; that somebody looked is noted."""
    require(desk, Permission.READ)
    note(desk, Action.VIEWED, letter.id, what="text")
    pages = each_from_json(RecognisedPage, desk.store.get(letter.text))
    return tuple(page.text for page in pages)


def known_akten(desk: Desk) -> tuple[Akte, ...]:
    """Give the Akten into which the current user may lead letters."""
    scope = require(desk, Permission.SEE_QUEUE)
    with desk.engine.connect() as connection:
        return akten.every(connection, scope)


def correct(desk: Desk, prefix: str, corrections: Corrections, seen: int = 0) -> Document:
    """Store what the clerk knows better; gives the letter as it is now.

    `seen` is the version that the clerk looked at (0: any). Raises RefusedError if the letter does
    not wait, was changed since (it says by whom), or a value is impossible; NotFoundError for an
    unknown class or Akte.
    """
    with deciding(desk, prefix, seen) as (connection, letter):
        return _correct(connection, desk, letter, corrections)


def release(
    desk: Desk,
    prefix: str,
    corrections: Corrections,
    person: str,
    seen: int = 0,
    remark: str = "",
) -> Document:
    """Release a letter for sealing in the name of a natural person; `eakte watch` seals it.

    `remark` is what the person says of the paper; it stands in the Transfervermerk. Raises
    RefusedError if it does not wait in review, has no Akte, or was changed meanwhile.
    """
    with deciding(desk, prefix, seen) as (connection, letter):
        corrected = _correct(connection, desk, letter, corrections)
        _require_other_person(desk, letter, corrected)
        station = scans.get(connection, letter.scan).scan.station
        named, now = reviewer(desk, person), desk.clock.now()
        decision = Release(
            ReleaseKind.PERSON, named, "", now, actor.current(desk), remark=_remark(remark)
        )
        submitter, definitions = Submitter(desk.engine), desk.definitions
        return transitions.release(connection, corrected, decision, submitter, station, definitions)


def _require_other_person(desk: Desk, letter: Document, corrected: Document) -> None:
    """Refuse to lower the Schutzbedarf and to release in one go: two would have had to look."""
    if heritage.lowers(letter, corrected, desk.definitions):
        detail = _("this class needs less; correct the class first, and let another person release")
        raise RefusedError(detail=detail)


def reject(desk: Desk, prefix: str, reason: str, seen: int = 0) -> Document:
    """Close a letter without sealing; what was received is kept."""
    with deciding(desk, prefix, seen) as (connection, letter):
        why = stated(desk.store, letter.id, required(reason, "--reason"))
        transitions.reject(connection, letter, why, actor.current(desk), desk.clock.now())
    return letter


@contextmanager
def deciding(desk: Desk, prefix: str, seen: int = 0) -> Iterator[tuple[Connection, Document]]:
    """Give a letter that waits, in a transaction in which nobody else can decide on it.

    Raises RefusedError, naming who was faster, unless it waits and is the version `seen` (0: any).
    """
    scope = require(desk, Permission.REVIEW)
    with transaction(desk.engine) as connection:
        letter = documents.get_by_prefix(connection, prefix, scope)
        require_waiting(connection, letter, seen)
        yield connection, letter


def require_waiting(connection: Connection, letter: Document, seen: int = 0) -> None:
    """Raise RefusedError, naming who was faster, unless a letter waits as the clerk saw it."""
    if letter.state not in _WAITING or seen not in {0, letter.version}:
        raise RefusedError(detail=_who_was_faster(connection, letter))


def required(text: str, option: str) -> str:
    """Give what an option says; raises RefusedError if it says nothing."""
    if not text.strip():
        raise RefusedError(detail=_("{option} must not be empty").format(option=option))
    return text.strip()


def _remark(text: str) -> str:
    plain = " ".join(text.split())
    if len(plain) > _LONGEST_REMARK or not plain.isprintable():
        raise RefusedError(detail=_("the remark is too long or not printable"))
    return plain


def _waiting(connection: Connection, desk: Desk, letter: Document, deadline: str) -> Waiting:
    scan = scans.get(connection, letter.scan).scan
    told = queue.told(letter, desk.definitions.pipeline(scan.pipeline))
    definition = desk.definitions.class_of(letter.classification.class_id)
    reasons = sentences(told.reasons) or (_("nothing is doubtful any more: release it"),)
    class_name = definition.name if definition else ""
    return Waiting(letter, scan.name, class_name, reasons, sentences(told.notes), deadline)


def _who_was_faster(connection: Connection, letter: Document) -> str:
    """Say who did what to a letter that another clerk wanted to decide on."""
    state = _("{document} is {state}, not in review")
    now = state.format(document=letter.id, state=_(letter.state.value))
    event = _last_decision(connection, letter.id)
    if event is None:
        return now
    who = event.after.get("person") or event.actor
    did = _(_DECIDED[event.action]).format(who=who, document=letter.id, at=event.at)
    return _("{did}; look at it again").format(did=did)


def _last_decision(connection: Connection, document: DocumentId) -> Event | None:
    newest = log.latest(connection, _LOOKED_AT, document)
    return next(
        (each for _n, each in newest if each.object == document and each.action in _DECIDED), None
    )


def _correct(
    connection: Connection, desk: Desk, letter: Document, corrections: Corrections
) -> Document:
    account = actor.current(desk)
    corrected = _corrected(connection, desk, letter, corrections)
    if corrected == letter:
        return letter
    values = difference(letter, corrected, secrets.token_hex(_SALT_BYTES))
    kept = desk.store.put(to_json(values))
    now, changed = desk.clock.now(), (tuple(values.after), kept)
    return transitions.correct(
        connection, letter, corrected, account, now, changed, desk.definitions
    )


def _corrected(
    connection: Connection, desk: Desk, letter: Document, corrections: Corrections
) -> Document:
    """Apply what the clerk knows better; another class may mean another Sammelakte.

    An Akte that the clerk does not see is for them not there, also if a field names it.
    """
    scope, changed = require(desk, Permission.REVIEW), letter
    if corrections.class_id:
        if desk.definitions.class_of(corrections.class_id) is None:
            raise NotFoundError(kind=N_("class"), name=corrections.class_id)
        chosen = Classification(corrections.class_id, 1.0, (by_person(actor.current(desk)),))
        changed = replace(changed, classification=chosen)
        changed = transitions.with_deadline(changed, desk.definitions)
    for name, text in corrections.fields:
        changed = _with_field(desk, changed, name, text)
    routed = transitions.route(connection, changed, desk.definitions, scope).aktenzeichen
    before = transitions.route(connection, letter, desk.definitions, scope).aktenzeichen
    if changed != letter and letter.aktenzeichen in {"", before}:
        changed = replace(changed, aktenzeichen=routed)
    if corrections.akte:
        if corrections.akte != routed:
            akten.get(connection, corrections.akte, scope)
        changed = replace(changed, aktenzeichen=corrections.akte)
    return changed


def _with_field(desk: Desk, letter: Document, name: FieldName, text: str) -> Document:
    try:
        return with_field(letter, name, text, actor.current(desk))
    except ValueError as problem:
        raise RefusedError(detail=f"{name.value}: {problem}") from None
