"""Which letters are due, and when: the deadlines that their classes set from the receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from eakte.database import transaction
from eakte.domain.akten import Document
from eakte.domain.ids import DocumentId
from eakte.domain.letters import FieldName
from eakte.domain.moments import local_day
from eakte.pipeline import transitions
from eakte.pipeline.definition import Definitions
from eakte.pipeline.desk import Desk
from eakte.records import documents
from eakte.services import actor
from eakte.services.access import Permission, require


@dataclass(frozen=True)
class Due:
    """A letter with a deadline; `days` are left until then, negative when it is overdue.

    `named`: deadlines that the letter itself names, as read; they are claims of its sender.
    """

    document: DocumentId
    state: str
    class_name: str
    subject: str
    aktenzeichen: str
    received: str
    """The day in Germany on which its paper was first received."""
    deadline: str
    days: int
    rule: str
    note: str
    named: tuple[str, ...]


def due(desk: Desk, days: int | None = None) -> tuple[Due, ...]:
    """Give the letters due within so many days (None: ever), overdue ones first.

    Rejected letters, those whose class sets no deadline and those that are done are left out.
    """
    scope = require(desk, Permission.READ)
    today = local_day(desk.clock.now())
    until = date.max if days is None else today + timedelta(days=days)
    with desk.engine.connect() as connection:
        found = documents.with_deadline(connection, until.isoformat(), scope)
    return tuple(_due(each, desk.definitions, today) for each in found)


def done(desk: Desk, prefix: str) -> Document:
    """Note that what was due for a letter is done; it is listed no longer, the audit log tells.

    Raises NotFoundError, or RefusedError if nothing is due or the letter is being sealed.
    """
    scope = require(desk, Permission.CHANGE_AKTEN)
    with transaction(desk.engine) as connection:
        letter = documents.get_by_prefix(connection, prefix, scope)
        now = desk.clock.now()
        return transitions.meet_deadline(connection, letter, actor.current(desk), now)


def _due(document: Document, definitions: Definitions, today: date) -> Due:
    definition = definitions.class_of(document.classification.class_id)
    rule = definition.deadline if definition else None
    return Due(
        document=document.id,
        state=document.state.value,
        class_name=definition.name if definition else "",
        subject=document.subject,
        aktenzeichen=document.aktenzeichen,
        received=local_day(document.first_receipt).isoformat(),
        deadline=document.deadline,
        days=(date.fromisoformat(document.deadline) - today).days,
        rule=document.deadline_rule,
        note=" ".join(rule.note.split()) if rule else "",
        named=tuple(field.read for field in document.extraction.all(FieldName.DEADLINE)),
    )
