"""Finding what the engine gave up, and what the index missed, and setting it right."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from eakte.database import transaction
from eakte.domain.akten import Document, DocumentState
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.mail import ScanState
from eakte.domain.quality import QaBatch
from eakte.pipeline import arrivals, regrouping, releasing, transitions
from eakte.pipeline.context import Context
from eakte.pipeline.desk import Desk
from eakte.pipeline.indexing import index_document
from eakte.pipeline.submit import COMPLETE, INTAKE, Submitter, complete_id, intake_id, regroup_id
from eakte.pipeline.workflows import ended
from eakte.records import documents, scans
from eakte.search.index import index_of

_log = logging.getLogger(__name__)

_REASON = "the engine gave it up"


def open_work(desk: Desk) -> tuple[str, ...]:
    """Give how the ids of all workflows begin that work on what is in no final state yet."""
    with desk.engine.connect() as connection:
        files = [
            each.scan.digest
            for state in (ScanState.RECEIVED, ScanState.WAITING)
            for each in scans.in_state(connection, state)
        ]
        letters = documents.in_state(connection, DocumentState.RELEASED)
        divided = documents.in_state(connection, DocumentState.REGROUPING)
    return (
        *(f"{INTAKE}-{each}-" for each in files),
        *(f"{COMPLETE}-{each.id}-" for each in letters),
        *(regroup_id(each.successors) for each in divided),
    )


def put_aside_what_is_stuck(context: Desk) -> int:
    """Give every file and letter whose workflow has ended, but not its work, a visible state.

    That happens when a fault hit even the step that should have put it aside (a full disk), or
    when a crash was repeated too often. Gives how many there were.
    """
    with context.engine.connect() as connection:
        received = scans.in_state(connection, ScanState.RECEIVED)
        released = documents.in_state(connection, DocumentState.RELEASED)
        divided = documents.in_state(connection, DocumentState.REGROUPING)
    intakes = {intake_id(each.scan.digest, each.attempt): each for each in received}
    completions = {complete_id(each.id, each.version): each for each in released}
    regroupings = dict[str, tuple[Document, ...]]()
    for each in divided:
        workflow = regroup_id(each.successors)
        regroupings[workflow] = (*regroupings.get(workflow, ()), each)
    now = context.clock.now()
    finding = Finding(FindingCode.STAGE_FAILED, None, _REASON)
    gone = ended(context.engine, [*intakes, *completions, *regroupings])
    for workflow in gone:
        _log.warning("the workflow %s has ended without its work", workflow)
        with transaction(context.engine) as connection:
            scan, letter = intakes.get(workflow), completions.get(workflow)
            if scan and scans.get(connection, scan.scan.digest) == scan:
                transitions.quarantine(connection, scan.scan.digest, finding, now)
            if letter and documents.get(connection, letter.id) == letter:
                transitions.refuse_seal(connection, letter.id, _REASON, now)
            for old in regroupings.get(workflow, ()):
                regrouping.give_back(connection, (old.id,), old.successors, finding, now)
    return len(gone)


def give_up_on_lone_halves(context: Context) -> None:
    """Put halves of duplex batches aside whose other half did not come in time."""
    now = context.clock.now()
    hours = context.home.settings.watching.duplex_hours
    with context.engine.connect() as connection:
        alone = scans.waiting_since(connection, now - timedelta(hours=hours))
    for half in alone:
        with transaction(context.engine) as connection:
            arrivals.give_up_waiting(connection, half.scan.digest, now)


def batches_to_conclude(desk: Desk) -> tuple[QaBatch, ...]:
    """Give the batches whose last scan became no letter, whose time is up, or that passed."""
    with desk.engine.connect() as connection:
        return releasing.to_conclude(connection, desk.definitions, desk.clock.now())


def conclude_batch(desk: Desk, name: str) -> None:
    """Go on with such a batch; raises whatever keeps it from that, and then nothing was done."""
    now, submitter = desk.clock.now(), Submitter(desk.engine)
    with transaction(desk.engine) as connection:
        releasing.conclude(connection, name, submitter, desk.definitions, now)


def index_what_is_missing(context: Context) -> None:
    """Look at the index, and index filed letters that it does not know: it was broken then."""
    try:
        with context.engine.connect() as connection:
            index = index_of(connection)
            for problem in index.problems(connection, quick=True):
                _log.warning("the search index: %s; see `eakte index check`", problem)
            known = index.known(connection)
            filed = documents.filed_texts(connection)
    except SQLAlchemyError as problem:
        _log.warning("the index is broken: %s", problem)
        return
    for letter, _text, _sender in filed:
        if letter not in known:
            index_document(context, letter)
