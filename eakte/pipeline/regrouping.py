"""Dividing and joining letters of one scan, each change of state with its audit event.

A person's order puts the old letters into the state `regrouping` and queues the work, in one
transaction; when the new letters are made they are added and the old ones superseded, in one
transaction. So every page of a scan is in exactly one letter that is not closed, at any time.

All functions here run inside a transaction of the caller, on its connection.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from eakte.audit import log
from eakte.database import Connection, lock
from eakte.domain.akten import Document, DocumentState
from eakte.domain.archive import ArchiveCopy
from eakte.domain.events import Action, Event
from eakte.domain.findings import Finding
from eakte.domain.ids import DocumentId, document_id, part_of_id
from eakte.domain.page_numbers import ranges
from eakte.errors import RefusedError
from eakte.i18n import _
from eakte.pipeline import releasing, transitions
from eakte.pipeline.definition import Definitions
from eakte.pipeline.submit import Submitter
from eakte.records import documents

Groups = tuple[tuple[int, ...], ...]
"""The pages of each new letter, as numbers of the pages in the scan."""


def begin(
    connection: Connection,
    letters: tuple[Document, ...],
    groups: Groups,
    submitter: Submitter,
    actor: str,
    at: datetime,
) -> tuple[DocumentId, ...]:
    """Take letters out of review and have new ones made of their pages; gives the new ids.

    Raises RefusedError unless all wait in review, are of one scan, and the groups are their pages,
    each once.
    """
    lock(connection)
    scan = letters[0].scan
    for letter in letters:
        releasing.require_waiting(letter)
        if letter.scan != scan:
            raise RefusedError(detail=_("only letters of the same scan can be joined"))
    _require_same_pages(letters, groups)
    first = _next_part(connection, letters)
    new = tuple(document_id(scan, number) for number in range(first, first + len(groups)))
    into = "; ".join(f"{name}: {ranges(pages)}" for name, pages in zip(new, groups, strict=True))
    for letter in letters:
        findings = releasing.without_procedure(letter.findings)
        changed = replace(
            letter,
            state=DocumentState.REGROUPING,
            successors=new,
            findings=findings,
            first_look=None,
        )
        documents.update(connection, changed)
        before, after = {"pages": ranges(letter.pages)}, {"into": into}
        log.append(connection, Event(Action.REGROUPED, letter.id, actor, "", at, before, after))
    for letter in letters:  # only now: it changes the others of the batch
        releasing.fail_sample(connection, letter, "regrouped", actor, at)
    submitter.regroup(connection, scan, tuple(each.id for each in letters), new, groups)
    return new


def finish(
    connection: Connection,
    old: tuple[DocumentId, ...],
    made: tuple[tuple[Document, ArchiveCopy], ...],
    definitions: Definitions,
    at: datetime,
) -> None:
    """Add the new letters, which wait for a person, and let them stand for the old ones; once."""
    lock(connection)
    letters = tuple(documents.get(connection, name) for name in old)
    new = tuple(letter.id for letter, _copy in made)
    if any(not _is_becoming(letter, new) for letter in letters):
        return
    who = log.of_action(connection, Action.REGROUPED, old[0])[-1].actor
    for letter, copy in made:
        member = replace(letter, batch=letters[0].batch)
        transitions.propose_regrouped(connection, member, copy, letters, who, definitions, at)
    for letter in letters:
        documents.update(connection, replace(letter, state=DocumentState.SUPERSEDED))
        after = {"by": ", ".join(new)}
        log.append(
            connection,
            Event(Action.SUPERSEDED, letter.id, transitions.MACHINE, "", at, after=after),
        )


def give_back(
    connection: Connection,
    old: tuple[DocumentId, ...],
    new: tuple[DocumentId, ...],
    finding: Finding,
    at: datetime,
) -> None:
    """Give letters back to review of which the `new` ones could not be made, with the reason.

    A letter of which others are being made by now is left alone: that work goes on.
    """
    lock(connection)
    for letter in (documents.get(connection, name) for name in old):
        if not _is_becoming(letter, new):
            continue
        findings = tuple(dict.fromkeys((*letter.findings, finding)))
        documents.update(connection, replace(letter, state=DocumentState.REVIEW, findings=findings))
        after = {"reason": finding.code.value}
        log.append(
            connection,
            Event(Action.REGROUPING_FAILED, letter.id, transitions.MACHINE, "", at, after=after),
        )


def _is_becoming(letter: Document, new: tuple[DocumentId, ...]) -> bool:
    return letter.state is DocumentState.REGROUPING and letter.successors == new


def _require_same_pages(letters: tuple[Document, ...], groups: Groups) -> None:
    """Refuse to lose a page, or to have one twice."""
    present = sorted(page for letter in letters for page in letter.pages)
    wanted = sorted(page for group in groups for page in group)
    if present != wanted or not all(groups):
        raise RefusedError(detail=_("every page must be in exactly one new letter"))


def _next_part(connection: Connection, letters: tuple[Document, ...]) -> int:
    """Give the first part number that no letter of the scan has, or was ever to have."""
    known = documents.of_scan(connection, letters[0].scan)
    parts = [letter.part for letter in known]
    own = document_id(letters[0].scan, 0).rpartition("-")[0]
    named = (name for letter in known for name in letter.successors)
    parts += [part_of_id(name) for name in named if name.startswith(f"{own}-")]
    return max(parts) + 1
