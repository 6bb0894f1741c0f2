"""Finding what the engine gave up, and what the index missed, and setting it right."""

from __future__ import annotations

import logging

from dbos import DBOS
from sqlalchemy.exc import SQLAlchemyError

from eakte.database import transaction
from eakte.domain.akten import DocumentState
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.mail import ScanState
from eakte.pipeline import transitions
from eakte.pipeline.context import Context
from eakte.pipeline.indexing import index_document
from eakte.pipeline.submit import complete_id, intake_id
from eakte.records import documents, scans
from eakte.search.index import SqliteIndex

_log = logging.getLogger(__name__)

_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_REASON = "the engine gave it up"


def put_aside_what_is_stuck(context: Context) -> None:
    """Give every file and letter whose workflow has ended, but not its work, a visible state.

    That happens when a fault hit even the step that should have put it aside (a full disk), or
    when a crash was repeated too often. It needs the engine running.
    """
    with context.engine.connect() as connection:
        received = scans.in_state(connection, ScanState.RECEIVED)
        released = documents.in_state(connection, DocumentState.RELEASED)
    intakes = {intake_id(each.scan.digest, each.attempt): each for each in received}
    completions = {complete_id(each.id, each.version): each for each in released}
    now = context.clock.now()
    finding = Finding(FindingCode.STAGE_FAILED, None, _REASON)
    for workflow in _ended([*intakes, *completions]):
        _log.warning("the workflow %s has ended without its work", workflow)
        with transaction(context.engine) as connection:
            scan, letter = intakes.get(workflow), completions.get(workflow)
            if scan and scans.get(connection, scan.scan.digest) == scan:
                transitions.quarantine(connection, scan.scan.digest, finding, now)
            if letter and documents.get(connection, letter.id) == letter:
                transitions.refuse_seal(connection, letter.id, _REASON, now)


def index_what_is_missing(context: Context) -> None:
    """Index filed letters that the index does not know, because it was broken when they came."""
    try:
        with context.engine.connect() as connection:
            known = SqliteIndex().known(connection)
            filed = documents.in_state(connection, DocumentState.FILED)
    except SQLAlchemyError as problem:
        _log.warning("the index is broken: %s", problem)
        return
    for letter in filed:
        if letter.id not in known:
            index_document(context, letter.id)


def _ended(workflows: list[str]) -> list[str]:
    if not workflows:
        return []
    found = DBOS.list_workflows(
        workflow_ids=workflows, status=_ENDED, load_input=False, load_output=False
    )
    return [each.workflow_id for each in found]
