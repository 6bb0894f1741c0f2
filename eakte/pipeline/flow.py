"""The way of a piece of mail: its workflows, readable top to bottom.

    intake    open (take apart) > inspect, split > check signatures that came with it
              > read every page > per part: convert, describe > propose (review gate)
    regroup   the same again for letters that a person divided or joined, with the pages' texts that
              are there > new letters in review, the old ones superseded
    complete  are services there? > Transfervermerk > seal and verify > judge PDF/A anew
              > read back > file > index

A release, by a person or a rule, is what starts the second for a letter of the first. The order is
this code and nothing else. Steps run at least once (a crash repeats the step it hit), so each is
idempotent; a step's refusal (bad input, limits, a seal that does not verify) is a value that the
engine remembers, and ends in quarantine or back in review: never in a loop, never in silence.
If a service that seals need cannot be had, `complete` ends there, the letter waits, and another
`complete` begins when it is back (eakte.pipeline.delaying).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from dbos import DBOS, SetWorkflowID, SQLAlchemyDatasource, StepOptions
from dbos import error as dbos_error

from eakte.database import Connection, isolation
from eakte.domain.akten import Document
from eakte.domain.archive import ArchiveCopy
from eakte.domain.codec import from_json
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.ids import Digest, DocumentId, document_id
from eakte.domain.mail import Enclosure, Half, Inspection
from eakte.domain.preservation import Protection, SealedVersion
from eakte.domain.transfervermerk import Transfervermerk
from eakte.errors import (
    EakteError,
    SealDelayedError,
    SealFailedError,
    StoreError,
    UnusableInputError,
)
from eakte.pipeline import arrivals, confirming, delaying, regrouping, transitions
from eakte.pipeline.complete_steps import CompleteSteps
from eakte.pipeline.context import Context
from eakte.pipeline.indexing import index_document
from eakte.pipeline.intake_steps import IntakeSteps
from eakte.pipeline.opened import Opened
from eakte.pipeline.opening import OpeningSteps
from eakte.pipeline.places import Places
from eakte.pipeline.regroup_steps import RegroupSteps
from eakte.pipeline.signatures import SignatureSteps
from eakte.pipeline.submit import COMPLETE, INTAKE, OCR, READ_PAGE, REGROUP, Submitter, page_id

_log = logging.getLogger(__name__)

_POLLING_SECONDS = 0.5
"""So often an intake asks whether its next page is read."""


class Flow:
    """The workflows of one process, registered with the engine when made."""

    def __init__(self, context: Context, source: SQLAlchemyDatasource) -> None:
        """Register the workflows; `source` runs transactions that hold the engine's checkpoint."""
        self.context = context
        self._source = source
        self._places = Places(context)
        self._submitter = Submitter(context.engine)
        self._opening_steps = OpeningSteps(context)
        self._signature_steps = SignatureSteps(context)
        self._intake_steps = IntakeSteps(context)
        self._regroup_steps = RegroupSteps(context)
        self._complete_steps = CompleteSteps(context, self._places)
        _registered(INTAKE, self.intake)
        _registered(COMPLETE, self.complete)
        _registered(REGROUP, self.regroup)
        self._read_page = _registered(READ_PAGE, self.read_page)

    def intake(self, scan: str) -> str:
        """Make letters of a received scan, or put it into quarantine with the reason."""

        def aside(code: str, detail: str) -> None:
            self._transaction("quarantine", self._quarantine, scan, code, detail)

        _run(aside, self._make_letters, scan)
        return scan

    def _make_letters(self, scan: str) -> None:
        opened = self._step("open", self._opening_steps.open, scan)
        if opened["apart"]:
            self._transaction("take-apart", self._take_apart, scan, opened["opened"])
        if not opened["pages"]:
            return
        steps = self._intake_steps
        found = self._step("inspect", steps.inspect, scan, opened["opened"])
        check = self._signature_steps.check_signatures
        found["reports"] = self._step("check-signatures", check, scan, found)
        if found["half"]:
            self._transaction("collate", self._collate, scan, found)
            return
        self._make_letters_of(scan, found)

    def _make_letters_of(self, scan: str, found: dict[str, Any]) -> None:
        inspection = found["inspection"]
        parts, sheets = found["parts"], found["sheets"]
        read = self._read_pages(scan, inspection, [*parts, sheets], found["languages"])
        numbered = [{"number": n, "pages": pages} for n, pages in enumerate(parts, start=1)]
        letters, copies = self._convert_and_describe(scan, found, numbered, read)
        self._transaction("propose", self._propose, scan, found, letters, copies)

    def _convert_and_describe(
        self, scan: str, found: dict[str, Any], parts: list[dict[str, Any]], read: dict[int, str]
    ) -> tuple[list[str], list[str]]:
        """Give the digests of a Document and of an ArchiveCopy for each part."""
        steps, letters, copies = self._intake_steps, list[str](), list[str]()
        for each in parts:
            texts = [read[page] for page in each["pages"]]
            copy = self._step(
                "convert", steps.convert, scan, found["inspection"], each["pages"], texts
            )
            part = each | {"read": texts, "copy": copy}
            part["sheets"] = [read[page] for page in found["sheets"]]
            letters.append(self._step("describe", steps.describe, scan, found, part))
            copies.append(copy)
        return letters, copies

    def regroup(self, scan: str, old: list[str], parts: list[dict[str, Any]]) -> str:
        """Make letters of pages that a person grouped anew, or give the old ones back to review."""

        def aside(code: str, detail: str) -> None:
            self._transaction("give-back", self._give_back, scan, old, parts, code, detail)

        _run(aside, self._make_letters_anew, scan, old, parts)
        return scan

    def _make_letters_anew(self, scan: str, old: list[str], parts: list[dict[str, Any]]) -> None:
        opened = self._step("open", self._opening_steps.open, scan)
        found = self._step("inspect", self._intake_steps.inspect, scan, opened["opened"])
        check = self._signature_steps.check_signatures
        found["reports"] = self._step("check-signatures", check, scan, found)
        found["by_person"] = True
        known = self._step("texts", self._regroup_steps.texts, old)
        sheets = self._read_pages(scan, found["inspection"], [found["sheets"]], found["languages"])
        read = dict(known) | sheets
        letters, copies = self._convert_and_describe(scan, found, parts, read)
        self._transaction("regroup", self._regrouped, old, letters, copies)

    def _read_pages(
        self, scan: str, inspection: str, parts: list[list[int]], languages: str
    ) -> dict[int, str]:
        """Read all pages at once, each as a workflow of its own on the OCR queue."""
        handles = {}
        for number in (page for part in parts for page in part):
            with SetWorkflowID(page_id(str(DBOS.workflow_id), number)):
                handles[number] = DBOS.enqueue_workflow(
                    OCR, self._read_page, scan, inspection, number, languages
                )
        results = {
            number: handle.get_result(polling_interval_sec=_POLLING_SECONDS)
            for number, handle in handles.items()
        }
        for outcome in results.values():
            if "refused" in outcome:
                raise _RefusedStepError(outcome["refused"], outcome["detail"])
        return {number: outcome["value"] for number, outcome in results.items()}

    def read_page(self, scan: str, inspection: str, number: int, languages: str) -> dict[str, Any]:
        """Recognise one page; gives `value` or `refused`, for the intake that waits for it."""
        steps = self._intake_steps
        try:
            step = self._step("read", steps.read_page, scan, inspection, number, languages)
        except _RefusedStepError as refusal:
            return {"refused": refusal.code, "detail": refusal.detail}
        return {"value": step}

    def complete(self, document: str, version: int) -> str:
        """Seal and file a released letter, or give it back to review with the reason."""

        def aside(code: str, detail: str) -> None:
            del code
            self._transaction("refuse", self._refuse_seal, document, detail)

        _run(aside, self._seal_and_file, document, version)
        return document

    def _seal_and_file(self, document: str, version: int) -> None:
        steps = self._complete_steps
        try:
            self._step("services", steps.require_services, document)
            noted = self._step("transfervermerk", steps.attach_transfervermerk, document)
            record, copy = noted["record"], noted["pdf"]
            made = self._step("seal", steps.seal, document, version, copy, record)
        except _DelayedStepError as delay:
            self._transaction("delay", self._delay, document, delay.reason, delay.detail)
            return
        sealed = made["sealed"]
        confirmed = self._step("conform", steps.conform, copy, sealed)
        report = self._step("verify", steps.verify, sealed, made["report"], record)
        noted["sealed-confirmed"] = confirmed
        self._transaction("file", self._file, document, sealed, report, noted)
        self._step("index", index_document, self.context, document)

    def _step(self, name: str, function: Callable[..., Any], *args: Any) -> Any:
        """Run a step and give its value; a refusal is remembered and raised on every replay.

        How many work at once is said in eakte.pipeline.places.
        """
        options = StepOptions(name=name, retries_allowed=True, max_attempts=4)
        watched = self.context.crash_notes.watched(f"{DBOS.workflow_id}.{name}", function)

        def in_turn(*args: Any) -> Any:
            with self._places.step(name):
                return watched(*args)

        outcome: dict[str, Any] = DBOS.run_step(options, _guarded, in_turn, *args)
        if "delayed" in outcome:
            raise _DelayedStepError(outcome["delayed"], outcome["detail"])
        if "refused" in outcome:
            raise _RefusedStepError(outcome["refused"], outcome["detail"])
        return outcome["value"]

    def _transaction(self, name: str, function: Callable[..., None], *args: Any) -> None:
        """Run a step whose database work is committed together with its checkpoint."""

        def work() -> str:
            function(self._source.sql_session().connection(), *args)
            return name

        level = isolation(self.context.engine)
        self._source.run_tx_step({"name": name, "isolation_level": level}, work)

    def _quarantine(self, connection: Connection, scan: str, code: str, detail: str) -> None:
        finding = Finding(FindingCode(code), None, detail[:500])
        transitions.quarantine(connection, Digest(scan), finding, self.context.clock.now())

    def _take_apart(self, connection: Connection, scan: str, opened: str) -> None:
        arrivals.take_apart(
            connection,
            Digest(scan),
            from_json(Opened, self.context.store.get(Digest(opened))),
            self.context.store,
            self._submitter,
            self.context.clock.now(),
        )

    def _collate(self, connection: Connection, scan: str, found: dict[str, Any]) -> None:
        now, store = self.context.clock.now(), self.context.store
        half = from_json(Half, store.get(Digest(found["half"])))
        reports = from_json(tuple[Enclosure, ...], store.get(Digest(found["reports"])))
        arrivals.enclose_reports(connection, Digest(scan), reports, now)
        arrivals.collate(connection, Digest(scan), half, store, self._submitter, now)

    def _propose(
        self,
        connection: Connection,
        scan: str,
        found: dict[str, Any],
        letters: list[str],
        copies: list[str],
    ) -> None:
        load, now = self.context.store.get, self.context.clock.now()
        reports = from_json(tuple[Enclosure, ...], load(Digest(found["reports"])))
        proposed = tuple(from_json(Document, load(Digest(letter))) for letter in letters)
        made = (from_json(ArchiveCopy, load(Digest(copy))) for copy in copies)
        by_letter = {letter.id: copy for letter, copy in zip(proposed, made, strict=True)}
        transitions.converted(connection, Digest(scan), by_letter, now)
        transitions.propose(
            connection,
            Digest(scan),
            from_json(Inspection, load(Digest(found["inspection"]))),
            proposed,
            self.context.definitions,
            self._submitter,
            now,
        )
        arrivals.enclose_reports(connection, Digest(scan), reports, now)

    def _regrouped(
        self, connection: Connection, old: list[str], letters: list[str], copies: list[str]
    ) -> None:
        load = self.context.store.get
        made = tuple(
            (from_json(Document, load(Digest(one))), from_json(ArchiveCopy, load(Digest(other))))
            for one, other in zip(letters, copies, strict=True)
        )
        names, now = tuple(DocumentId(each) for each in old), self.context.clock.now()
        regrouping.finish(connection, names, made, self.context.definitions, now)

    def _give_back(
        self,
        connection: Connection,
        scan: str,
        old: list[str],
        parts: list[dict[str, Any]],
        code: str,
        detail: str,
    ) -> None:
        finding = Finding(FindingCode(code), None, detail[:500])
        names = tuple(DocumentId(each) for each in old)
        new = tuple(document_id(Digest(scan), each["number"]) for each in parts)
        regrouping.give_back(connection, names, new, finding, self.context.clock.now())

    def _file(
        self,
        connection: Connection,
        document: str,
        sealed: str,
        checked: dict[str, str],
        noted: dict[str, str],
    ) -> None:
        said = confirming.load(self.context, noted["confirmed"], noted["sealed-confirmed"])
        transitions.file(
            connection,
            DocumentId(document),
            SealedVersion(
                Digest(sealed),
                Digest(checked["report"]),
                checked["verdict"],
                from_json(Protection, checked["protection"]),
            ),
            from_json(Transfervermerk, self.context.store.get(Digest(noted["record"]))),
            self.context.definitions,
            self.context.clock.now(),
            said,
        )

    def _delay(self, connection: Connection, document: str, reason: str, detail: str) -> None:
        now = self.context.clock.now()
        delaying.delay(connection, DocumentId(document), reason, detail, now)

    def _refuse_seal(self, connection: Connection, document: str, reason: str) -> None:
        now = self.context.clock.now()
        transitions.refuse_seal(connection, DocumentId(document), reason, now)


def _registered(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """Make a method a workflow of the engine, which wants plain functions."""

    def workflow(*args: Any) -> Any:
        return method(*args)

    workflow.__qualname__ = name
    return DBOS.workflow(name=name)(workflow)


class _RefusedStepError(Exception):
    """A step that said no: a FindingCode value and a detail for a person."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


class _DelayedStepError(Exception):
    """A step that a service which cannot be had now stopped: why, and who said what."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def _run(aside: Callable[[str, str], None], work: Callable[..., None], *args: Any) -> None:
    """Do the work; whatever stops it puts the mail aside, where a person sees it with the reason.

    The engine's own signals (shutting down, another process took over) pass: it resumes the work.
    """
    try:
        work(*args)
    except _RefusedStepError as refusal:
        aside(refusal.code, refusal.detail)
    except dbos_error.DBOSMaxStepRetriesExceeded as failure:
        aside(FindingCode.STAGE_FAILED.value, str(failure))
    except dbos_error.DBOSException:
        raise
    except Exception as failure:  # noqa: BLE001 - the run loop: nothing may vanish without a word
        _log.debug("the workflow %s failed", DBOS.workflow_id, exc_info=True)
        aside(FindingCode.STAGE_FAILED.value, f"{type(failure).__name__}: {failure}")


def _guarded(function: Callable[..., Any], *args: Any) -> dict[str, Any]:
    """Turn a refusal into a value that the engine can remember; faults of the disk are retried."""
    try:
        return {"value": function(*args)}
    except StoreError:
        raise
    except SealDelayedError as delay:
        return {"delayed": str(delay.facts["reason"]), "detail": str(delay.facts["detail"])}
    except UnusableInputError as refusal:
        return {"refused": str(refusal.facts["reason"]), "detail": str(refusal.facts["detail"])}
    except SealFailedError as refusal:
        return {"refused": FindingCode.SEAL_FAILED.value, "detail": str(refusal)}
    except EakteError as refusal:
        return {"refused": FindingCode.STAGE_FAILED.value, "detail": str(refusal)}
