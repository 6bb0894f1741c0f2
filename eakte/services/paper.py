"""`eakte paper release`: which paper of a batch may be destroyed; it destroys nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from eakte.audit import log
from eakte.database import snapshot, transaction
from eakte.domain.akten import Document, DocumentState
from eakte.domain.events import Action, Event
from eakte.domain.mail import ScanState
from eakte.domain.quality import QaBatch
from eakte.domain.verification import Verdict
from eakte.errors import RefusedError
from eakte.i18n import _
from eakte.pipeline.desk import Desk
from eakte.records import batches, documents, scans
from eakte.review.paper import PaperOf, judge
from eakte.services import actor
from eakte.services.access import Permission, require, require_name
from eakte.services.verifying import verify_document


@dataclass(frozen=True)
class PaperOfBatch:
    """What may go of a batch today, what may go later, what never, and sheets in no letter."""

    batch: str
    today: date
    may_go: tuple[PaperOf, ...]
    later: tuple[PaperOf, ...]
    forbidden: tuple[PaperOf, ...]
    in_no_letter: tuple[str, ...]
    """Files of the station of that day that became no letter (yet): keep their sheets."""


def look(desk: Desk, name: str, trust: Path) -> PaperOfBatch:
    """Judge the paper of a batch; raises NotFoundError if there is no such batch.

    Seals are verified anew, but only where nothing else forbids: paper does not come back.
    """
    require(desk, Permission.AUDIT)
    today = desk.clock.now().date()
    with snapshot(desk.engine) as connection:
        batch = batches.get(connection, name)
        letters = tuple(
            each
            for each in documents.of_batch(connection, name)
            if each.state is not DocumentState.SUPERSEDED  # the same paper is judged with its heirs
        )
        files = {each.scan: scans.get(connection, each.scan).scan.name for each in letters}
        days = {batch.opened_at.date(), *(each.received_at.date() for each in letters)}
        lost = tuple(
            each.scan.name
            for each in scans.every(connection)
            if each.scan.station == batch.station
            and each.state is not ScanState.PROCESSED
            and each.scan.received_at.date() in days
        )
    found = [_judge(desk, batch, each, files[each.scan], trust) for each in letters]
    return PaperOfBatch(
        batch=name,
        today=today,
        may_go=tuple(each for each in found if each.may_go(today)),
        later=tuple(each for each in found if not each.forbidden and not each.may_go(today)),
        forbidden=tuple(each for each in found if each.forbidden),
        in_no_letter=lost,
    )


def decide(desk: Desk, name: str, trust: Path, person: str) -> PaperOfBatch:
    """Note in the audit log that a person gives paper free for destruction: what may go today.

    Raises RefusedError if none may.
    """
    require(desk, Permission.OPERATE)
    if not require_name(desk, person).strip():
        raise RefusedError(detail=_("{option} must not be empty").format(option="--person"))
    found = look(desk, name, trust)
    if not found.may_go:
        raise RefusedError(detail=_("no paper of this batch may be destroyed today"))
    after = {
        "person": person.strip(),
        "day": found.today.isoformat(),
        "may-go": ",".join(each.document for each in found.may_go),
        "kept": ",".join(each.document for each in (*found.later, *found.forbidden)),
    }
    now = desk.clock.now()
    with transaction(desk.engine) as connection:
        event = Event(Action.PAPER_RELEASED, name, actor.current(desk), "", now, after=after)
        log.append(connection, event)
    return found


def _judge(desk: Desk, batch: QaBatch, letter: Document, file: str, trust: Path) -> PaperOf:
    definition = desk.definitions.class_of(letter.classification.class_id)

    def verdict() -> Verdict:
        return verify_document(desk, letter.id, trust).report.verdict

    return judge(letter, file, definition, batch.state, verdict)
