"""Asking the mailroom for a better scan, and saying which letter came of it."""

from __future__ import annotations

from eakte.database import transaction
from eakte.domain.akten import Document
from eakte.errors import RefusedError
from eakte.i18n import _
from eakte.pipeline import closing
from eakte.pipeline.desk import Desk
from eakte.pipeline.noted import stated
from eakte.records import documents
from eakte.services import actor
from eakte.services.access import Permission, require
from eakte.services.reviewing import deciding, required


def ask(desk: Desk, prefix: str, reason: str, seen: int = 0) -> Document:
    """Close a letter until its paper was scanned again; `reason` is for the mailroom.

    Raises RefusedError if it does not wait in review, or is not the version `seen` (0: any).
    """
    with deciding(desk, prefix, seen) as (connection, letter):
        why = stated(desk.store, letter.id, required(reason, "--reason"))
        return closing.ask_for_rescan(
            connection, letter, why, actor.current(desk), desk.clock.now()
        )


def withdraw(desk: Desk, prefix: str, seen: int = 0) -> Document:
    """Give a letter back to the queue whose paper will not be scanned again.

    Raises RefusedError if it does not wait for a new scan, has it already, or was changed since it
    was seen in version `seen` (0: any).
    """
    scope = require(desk, Permission.REVIEW)
    with transaction(desk.engine) as connection:
        letter = documents.get_by_prefix(connection, prefix, scope)
        if seen not in {0, letter.version}:
            detail = _("{document} was changed by someone else meanwhile")
            raise RefusedError(detail=detail.format(document=letter.id))
        return closing.withdraw_rescan(connection, letter, actor.current(desk), desk.clock.now())


def replace(desk: Desk, prefix: str, new: str) -> tuple[Document, Document]:
    """Say which letter is the new scan of one that waits for it; gives both as they are now.

    The date of receipt is that of the first scan: its deadline holds for the new letter too.
    """
    scope = require(desk, Permission.REVIEW)
    with transaction(desk.engine) as connection:
        old = documents.get_by_prefix(connection, prefix, scope)
        found = documents.get_by_prefix(connection, new, scope)
        who, now = actor.current(desk), desk.clock.now()
        return closing.replace_by_rescan(connection, old, found, who, desk.definitions, now)
