"""What a clerk does with letters that wait: look, correct, release, reject."""

from __future__ import annotations

from dataclasses import dataclass, replace

from eakte.database import Connection, transaction
from eakte.domain.akten import Document, DocumentState
from eakte.domain.letters import Classification
from eakte.domain.transfervermerk import Release, ReleaseKind
from eakte.errors import NotFoundError, RefusedError
from eakte.i18n import N_, _
from eakte.pipeline import transitions
from eakte.pipeline.desk import Desk
from eakte.pipeline.submit import Submitter
from eakte.records import akten, documents, scans
from eakte.services import actor


@dataclass(frozen=True)
class Corrections:
    """What the clerk knows better; empty: as proposed."""

    akte: str = ""
    class_id: str = ""


def waiting(desk: Desk) -> tuple[Document, ...]:
    """Give the letters in review, oldest receipt first."""
    with desk.engine.connect() as connection:
        return documents.in_state(connection, DocumentState.REVIEW)


def release(desk: Desk, prefix: str, corrections: Corrections, person: str) -> Document:
    """Release a letter for sealing in the name of a natural person; `eakte watch` seals it.

    Raises RefusedError if it does not wait in review, has no Akte, or was changed meanwhile.
    """
    now = desk.clock.now()
    with transaction(desk.engine) as connection:
        letter = documents.get_by_prefix(connection, prefix)
        corrected = _corrected(connection, desk, letter, corrections)
        account = actor.current()
        if corrected != letter:
            letter = transitions.correct(connection, letter, corrected, account, now)
        station = scans.get(connection, letter.scan).scan.station
        decision = Release(ReleaseKind.PERSON, _required(person, "--person"), "", now, account)
        submitter = Submitter(desk.engine)
        return transitions.release(
            connection, letter, decision, submitter, station, desk.definitions
        )


def reject(desk: Desk, prefix: str, reason: str) -> Document:
    """Close a letter without sealing; what was received is kept."""
    with transaction(desk.engine) as connection:
        letter = documents.get_by_prefix(connection, prefix)
        stated = _required(reason, "--reason")
        transitions.reject(connection, letter, stated, actor.current(), desk.clock.now())
    return letter


def _required(text: str, option: str) -> str:
    if not text.strip():
        raise RefusedError(detail=_("{option} must not be empty").format(option=option))
    return text.strip()


def _corrected(
    connection: Connection, desk: Desk, letter: Document, corrections: Corrections
) -> Document:
    """Apply what the clerk knows better; another class may mean another Sammelakte."""
    changed = letter
    if corrections.class_id:
        if desk.definitions.class_of(corrections.class_id) is None:
            raise NotFoundError(kind=N_("class"), name=corrections.class_id)
        chosen = Classification(corrections.class_id, 1.0, (f"person:{actor.current()}",))
        changed = replace(changed, classification=chosen)
        routed = transitions.route(connection, changed, desk.definitions)
        changed = replace(changed, aktenzeichen=routed.aktenzeichen)
    if corrections.akte:
        akten.get(connection, corrections.akte)
        changed = replace(changed, aktenzeichen=corrections.akte)
    return changed
