"""Every change of state, each with its audit event (and the work it starts) in one transaction.

All functions here run inside a transaction of the caller, on its connection.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from eakte.audit import log
from eakte.classify.doubts import doubts
from eakte.database import Connection, lock
from eakte.domain.access import EVERYTHING, Scope
from eakte.domain.akten import Akte, Document, DocumentState
from eakte.domain.archive import ArchiveCopy
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.conformance import Confirmations, enclosures_of, findings_of
from eakte.domain.events import Action
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.ids import Digest, DocumentId
from eakte.domain.known_akten import settled
from eakte.domain.mail import Enclosure, Inspection, Scan, ScanState
from eakte.domain.moments import local_day
from eakte.domain.preservation import SealedVersion
from eakte.domain.transfervermerk import Transfervermerk
from eakte.errors import EakteError, RefusedError
from eakte.i18n import _
from eakte.pipeline import casework, heritage, noted, refusing, releasing
from eakte.pipeline.definition import Definitions
from eakte.pipeline.describing import made_how
from eakte.pipeline.keeping import By
from eakte.pipeline.refusing import closed
from eakte.pipeline.submit import Submitter
from eakte.records import akten, aktenplan, batches, documents, scans
from eakte.review import gate, substance

_log = logging.getLogger(__name__)

MACHINE = noted.MACHINE
release = releasing.release
refuse_seal = refusing.refuse_seal
with_deadline = heritage.with_deadline
open_akte = casework.open_akte
_require_review = releasing.require_waiting
_event = noted.event
_INHERITED = frozenset({FindingCode.RESCANNED, FindingCode.RESCAN_WITHDRAWN})
"""What stays true of the paper when its pages are grouped anew."""
_LONGEST = 500


def receive(
    connection: Connection,
    scan: Scan,
    submitter: Submitter,
    actor: str,
    enclosures: tuple[Enclosure, ...] = (),
) -> bool:
    """Record an arrival, with what came beside it, and queue its intake.

    The same bytes again are only noted (gives False); enclosures that are new are kept with them.
    """
    lock(connection)
    new = scans.receive(connection, scan)
    scans.enclose(connection, scan.digest, enclosures)
    action = Action.RECEIVED if new else Action.RECEIVED_AGAIN
    after = {"size": str(scan.size), "pipeline": scan.pipeline}
    if enclosures:
        after["enclosures"] = ",".join(f"{each.role.value}:{each.digest}" for each in enclosures)
    log.append(
        connection, _event(action, scan.digest, actor, scan.received_at, scan.station, after)
    )
    if new:
        submitter.intake(connection, scan.digest, 1)
    return new


def changed_while_taken(
    connection: Connection, taken: Digest, present: Digest, station: str, at: datetime
) -> None:
    """Note that a file changed after it was taken: an incident, and a new version to come."""
    lock(connection)
    after = {"changed-while-taken": present}
    log.append(connection, _event(Action.INCIDENT, taken, MACHINE, at, station, after))


def quarantine(connection: Connection, scan: Digest, finding: Finding, at: datetime) -> None:
    """Put a scan that cannot become letters aside, with the reason."""
    lock(connection)
    record = scans.get(connection, scan)
    if record.state is not ScanState.RECEIVED:
        return
    scans.set_state(connection, scan, ScanState.QUARANTINE, (finding,), at)
    after = {"reason": finding.code.value}
    station = record.scan.station
    log.append(connection, _event(Action.QUARANTINED, scan, MACHINE, at, station, after))


def retry(
    connection: Connection, scan: Digest, submitter: Submitter, actor: str, at: datetime
) -> None:
    """Take a scan out of quarantine for another intake."""
    lock(connection)
    record = scans.get(connection, scan)
    if record.state is not ScanState.QUARANTINE:
        detail = _("{name} is not in quarantine").format(name=record.scan.name)
        raise RefusedError(detail=detail)
    attempt = scans.retry(connection, scan, at)
    after = {"attempt": str(attempt)}
    log.append(connection, _event(Action.RETRIED, scan, actor, at, record.scan.station, after))
    submitter.intake(connection, scan, attempt)


def propose(
    connection: Connection,
    scan: Digest,
    inspection: Inspection,
    letters: tuple[Document, ...],
    definitions: Definitions,
    submitter: Submitter,
    at: datetime,
) -> None:
    """Record the letters of a scan; each waits for a person unless the rule releases it."""
    lock(connection)
    record = scans.get(connection, scan)
    if record.state is not ScanState.RECEIVED:
        return
    scans.set_inspection(connection, scan, inspection)
    scans.set_state(connection, scan, ScanState.PROCESSED, inspection.findings, at)
    station = record.scan.station
    parts = {"parts": str(len(letters)), "pages": str(len(inspection.pages))}
    log.append(connection, _event(Action.SPLIT, scan, MACHINE, at, station, parts))
    pipeline = definitions.pipeline(record.scan.pipeline)
    batch = batches.open_for(connection, station, at)
    for letter in letters:
        member = replace(letter, batch=batch.id)
        _propose_letter(connection, member, definitions, pipeline.name, submitter, at, station)
    _conclude(connection, batch.id, submitter, definitions, at)


def _conclude(
    connection: Connection, batch: str, submitter: Submitter, definitions: Definitions, at: datetime
) -> None:
    """Conclude the batch of new letters; if an older one of it is faulty, the watcher tells that.

    Faults of the database are raised: they may have undone more than the attempt.
    """
    try:
        with connection.begin_nested():
            releasing.conclude(connection, batch, submitter, definitions, at)
    except (EakteError, ValueError, LookupError):
        _log.debug("the batch %s cannot be concluded yet", batch, exc_info=True)


def converted(
    connection: Connection,
    scan: Digest,
    copies: Mapping[DocumentId, ArchiveCopy],
    at: datetime,
) -> None:
    """Note how the archive copy of each letter was made: what was changed on the way."""
    lock(connection)
    record = scans.get(connection, scan)
    if record.state is not ScanState.RECEIVED:
        return
    for letter, copy in copies.items():
        after = made_how(copy)
        event = _event(Action.CONVERTED, letter, MACHINE, at, record.scan.station, after)
        log.append(connection, event)


def _propose_letter(
    connection: Connection,
    letter: Document,
    definitions: Definitions,
    pipeline_name: str,
    submitter: Submitter,
    at: datetime,
    station: str,
) -> None:
    pipeline = definitions.pipeline(pipeline_name)
    definition = definitions.class_of(letter.classification.class_id)
    letter = replace(letter, extraction=settled(letter.extraction, _exists(connection)))
    routed = route(connection, letter, definitions)
    found = (*letter.findings, *doubts(letter.extraction), *routed.findings)
    findings = tuple(dict.fromkeys(found))
    held = gate.holding(letter.classification, definition, findings, pipeline)
    waits = held or (Finding(FindingCode.QA_HELD),)
    proposed = replace(
        with_deadline(letter, definitions),
        state=DocumentState.REVIEW if held else DocumentState.HELD,
        aktenzeichen=routed.aktenzeichen,
        findings=tuple(dict.fromkeys((*findings, *waits))),
    )
    proposed = _guarded(connection, proposed)
    documents.add(connection, proposed)
    after = _proposal(proposed) | {"held": ",".join(finding.code.value for finding in held)}
    after["text"] = letter.text
    log.append(connection, _event(Action.PROPOSED, letter.id, MACHINE, at, station, after))
    if not held:
        releasing.hold(connection, proposed, submitter, station, definitions, at)


def propose_regrouped(
    connection: Connection,
    letter: Document,
    copy: ArchiveCopy,
    old: tuple[Document, ...],
    account: str,
    definitions: Definitions,
    at: datetime,
) -> None:
    """Record a letter made of pages of others, as a person's account had it; a person releases it.

    What its origins keep for it (deadline, first receipt, ...) it inherits.
    """
    origin = ", ".join(each.id for each in old)
    kept = [found for each in old for found in each.findings if found.code in _INHERITED]
    scan = scans.get(connection, letter.scan).scan
    definition = definitions.class_of(letter.classification.class_id)
    letter = replace(letter, extraction=settled(letter.extraction, _exists(connection)))
    routed = route(connection, letter, definitions)
    regrouped = Finding(FindingCode.REGROUPED, None, origin)
    findings = (*letter.findings, *doubts(letter.extraction), *routed.findings, *kept, regrouped)
    pipeline = definitions.pipeline(scan.pipeline)
    held = gate.holding(letter.classification, definition, findings, pipeline)
    letter = heritage.heir(with_deadline(letter, definitions), old, definitions)
    proposed = replace(
        heritage.with_lowering(letter, old, account, definitions),
        aktenzeichen=routed.aktenzeichen,
        findings=tuple(dict.fromkeys((*findings, *held))),
    )
    documents.add(connection, _guarded(connection, proposed))
    how, after = made_how(copy), _proposal(proposed) | {"of": origin, "text": letter.text}
    log.append(connection, _event(Action.CONVERTED, letter.id, MACHINE, at, scan.station, how))
    log.append(connection, _event(Action.PROPOSED, letter.id, MACHINE, at, scan.station, after))


def route(
    connection: Connection, letter: Document, definitions: Definitions, scope: Scope = EVERYTHING
) -> gate.Route:
    """Find the Akte for a letter of its present class among those in scope that exist."""
    definition = definitions.class_of(letter.classification.class_id)
    day = local_day(letter.received_at)
    found = gate.route(letter.extraction, definition, _exists(connection, scope), day)
    shut = closed(connection, found.aktenzeichen)
    return found if shut is None else replace(found, findings=(*found.findings, shut))


def _guarded(connection: Connection, letter: Document) -> Document:
    """Give a letter on its way the level of its Akte so long as there is none to guard it."""
    if akten.find(connection, letter.aktenzeichen) is not None:
        return replace(letter, confidentiality=Confidentiality.OFFEN)
    level = aktenplan.level_to_be(connection, letter.aktenzeichen)
    return replace(letter, confidentiality=level)


def _exists(connection: Connection, scope: Scope = EVERYTHING) -> Callable[[str], bool]:
    return lambda aktenzeichen: akten.find(connection, aktenzeichen, scope) is not None


def correct(
    connection: Connection,
    letter: Document,
    corrected: Document,
    actor: str,
    at: datetime,
    changed: tuple[tuple[str, ...], Digest],
    definitions: Definitions,
) -> Document:
    """Store what a clerk corrected before release, with before and after.

    `changed` tells the names of what changed, and where all values before and after are kept.

    From now on only a person releases it; the first of two persons must look at it again. Who led
    it to a class of less Schutzbedarf does not release it alone. If it was drawn as a sample, and
    wrong in substance, its batch becomes a full check.
    """
    lock(connection)
    _require_review(letter)
    corrected = heritage.with_lowering(corrected, (letter,), actor, definitions)
    before, after = _proposal(letter), _proposal(corrected)
    names, values = changed
    after |= {"changed": ",".join(names), "values": values}
    findings = corrected.findings
    if letter.state is DocumentState.HELD or letter.first_look is not None:
        findings = releasing.without_procedure(findings)
    waiting = replace(corrected, state=DocumentState.REVIEW, first_look=None, findings=findings)
    stored = documents.update(connection, _guarded(connection, waiting))
    log.append(connection, _event(Action.CORRECTED, letter.id, actor, at, "", after, before))
    if substance.is_substantial(letter, corrected):
        releasing.fail_sample(connection, letter, "corrected", actor, at)
    return stored


def reject(
    connection: Connection, letter: Document, reason: noted.Stated, actor: str, at: datetime
) -> None:
    """Close a letter without sealing; scan, text and archive copy are kept.

    The log holds a salted hash of the reason: it may be about persons.
    """
    lock(connection)
    _require_review(letter)
    why = Finding(FindingCode.REJECTED, None, reason.text[:_LONGEST])
    findings = (*releasing.without_procedure(letter.findings), why)
    documents.update(connection, replace(letter, state=DocumentState.REJECTED, findings=findings))
    after = {"reason": reason.kept}
    log.append(connection, _event(Action.REJECTED, letter.id, actor, at, "", after))
    releasing.fail_sample(connection, letter, "rejected", actor, at)


def meet_deadline(connection: Connection, letter: Document, actor: str, at: datetime) -> Document:
    """Note that what was due is done; raises RefusedError if nothing is, or it is being sealed."""
    lock(connection)
    if not letter.deadline or letter.state is DocumentState.REJECTED:
        detail = _("nothing is due for {document}").format(document=letter.id)
        raise RefusedError(detail=detail)
    if letter.state in {DocumentState.RELEASED, DocumentState.DELAYED}:
        detail = _("{document} is being sealed; try again when it is filed")
        raise RefusedError(detail=detail.format(document=letter.id))
    stored = documents.update(connection, replace(letter, deadline=""))
    before, after = {"deadline": letter.deadline}, {"deadline": ""}
    event = _event(Action.DEADLINE_MET, letter.id, actor, at, "", after, before)
    log.append(connection, event)
    return stored


def file(
    connection: Connection,
    document: DocumentId,
    sealed: SealedVersion,
    made: Transfervermerk,
    definitions: Definitions,
    at: datetime,
    confirmations: Confirmations = (),
) -> None:
    """File a sealed original into its Akte, once; a seal of an earlier release is not filed."""
    lock(connection)
    letter = documents.get(connection, document)
    if letter.state is not DocumentState.RELEASED or letter.release != made.release:
        return
    _open_sammelakte(connection, letter, definitions, at)
    akte, by = akten.get(connection, letter.aktenzeichen), By(MACHINE, at)
    if akte.closed_at is not None:
        refuse_seal(connection, document, "", at)
        return
    vorgang = casework.place(connection, akte, by)
    filed = replace(
        letter,
        state=DocumentState.FILED,
        sealed=sealed.sealed,
        report=sealed.report,
        verdict=sealed.verdict,
        protection=sealed.protection,
        transfervermerk=made,
        vorgang_id=vorgang.id,
        delay=None,
        findings=tuple(dict.fromkeys((*letter.findings, *findings_of(confirmations)))),
    )
    stored = documents.update(connection, filed)
    scans.enclose(connection, letter.scan, enclosures_of(document, confirmations))
    station = scans.get(connection, letter.scan).scan.station
    seal = {"sha256": sealed.sealed, "report": sealed.report, "verdict": sealed.verdict}
    seal["level"] = made.seal_level.value
    if confirmations:
        seal["verapdf"] = ",".join(f"{each.outcome.value}:{each.report}" for each in confirmations)
    log.append(connection, _event(Action.SEALED, document, MACHINE, at, station, seal))
    casework.note_filed(connection, stored, vorgang, by, station)


def _open_sammelakte(
    connection: Connection, letter: Document, definitions: Definitions, at: datetime
) -> None:
    """Open the Sammelakte of the letter's class if it goes there and it is not there yet."""
    present = akten.find(connection, letter.aktenzeichen)
    definition = definitions.class_of(letter.classification.class_id)
    received = local_day(letter.received_at)
    wanted = gate.new_sammelakte(definition, letter.aktenzeichen, received, present)
    if wanted is not None:
        level = aktenplan.level_to_be(connection, wanted[0])
        open_akte(connection, Akte(*wanted, opened_at=at, confidentiality=level), MACHINE)


def _proposal(letter: Document) -> dict[str, str]:
    """Give what the log may hold of a proposal: ids and codes, no text of the letter."""
    classification = letter.classification
    return {
        "class": classification.class_id or "",
        "confidence": f"{classification.confidence:.4f}",
        "model": classification.model,
        "akte": letter.aktenzeichen,
        "date": letter.letter_date,
        "deadline": letter.deadline,
    }
