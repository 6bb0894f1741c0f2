"""Releasing letters for sealing: by persons, by a rule, and in batches whose sample passed.

A batch is what a station scans in one go: it begins with a letter, and ends when no scan of the
station is being read any more (or with `batch_letters` letters, or after `batch_minutes`). Letters
that a rule may release are held until then. Now a sample is drawn, from a seed that is in the log
before the draw, so that nobody who scans can know it. Only when persons have released every letter
of the sample does the rule release the others; a sample that fails (a letter is rejected, divided,
or corrected in more than wording) makes the rest of the batch a full check. TR-03138 A.SC.8.

All functions here run inside a transaction of the caller, on its connection.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from eakte.audit import log
from eakte.database import Connection, lock
from eakte.domain.akten import Document, DocumentState
from eakte.domain.events import Action
from eakte.domain.findings import PROCEDURAL, Finding, FindingCode
from eakte.domain.letters import ClassDefinition
from eakte.domain.pipelines import PipelineDefinition
from eakte.domain.quality import BatchState, Candidate, CheckKind, QaBatch, QualityCheck
from eakte.domain.transfervermerk import Look, Release, ReleaseKind
from eakte.errors import RefusedError
from eakte.i18n import N_, _
from eakte.pipeline.definition import Definitions
from eakte.pipeline.noted import MACHINE, event
from eakte.pipeline.refusing import closed
from eakte.pipeline.submit import Submitter
from eakte.records import batches, documents, scans
from eakte.review import gate, persons, sampling

_WAITING = frozenset({DocumentState.REVIEW, DocumentState.HELD})
_GONE_ON = frozenset({DocumentState.RELEASED, DocumentState.DELAYED, DocumentState.FILED})


def release(
    connection: Connection,
    letter: Document,
    decision: Release,
    submitter: Submitter,
    station: str,
    definitions: Definitions,
) -> Document:
    """Release a letter for sealing; where two persons must do so, the first is only noted.

    Raises RefusedError unless it waits with class and Akte, and whoever decides may release it.
    """
    lock(connection)
    require_waiting(letter)
    definition = _releasable(letter, definitions)
    if decision.kind is ReleaseKind.PERSON and closed(connection, letter.aktenzeichen):
        detail = _("the Akte {name} is closed; reopen it, or name another one")
        raise RefusedError(detail=detail.format(name=letter.aktenzeichen))
    need, first, lowered_by = definition.schutzbedarf, letter.first_look, letter.lowered_by
    refused = persons.refusal(need, decision, first, lowered_by)
    if refused:
        raise RefusedError(detail=refused)
    if decision.kind is ReleaseKind.RULE:
        _require_rule(connection, letter, decision, definition, definitions)
    if persons.needs_another(need, decision, first, lowered_by):
        return _note_first_look(connection, letter, decision, station)
    stored = _release(connection, letter, decision, submitter, station)
    if letter.batch:
        _settle(connection, letter.batch, submitter, definitions, decision.at)
    return stored


def require_waiting(letter: Document) -> None:
    """Raise RefusedError unless the letter waits for a person or for the sample of its batch."""
    if letter.state not in _WAITING:
        detail = _("{document} is {state}, not in review")
        raise RefusedError(detail=detail.format(document=letter.id, state=letter.state.value))


def without_procedure(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Give the findings that tell of the letter, not of what is next to be done with it."""
    return tuple(dict.fromkeys(each for each in findings if each.code not in PROCEDURAL))


def hold(
    connection: Connection,
    letter: Document,
    submitter: Submitter,
    station: str,
    definitions: Definitions,
    at: datetime,
) -> None:
    """Hold a letter that a rule may release until its batch passes; at rate 0 nothing is held."""
    definition = _releasable(letter, definitions)
    pipeline = _pipeline(connection, letter, definitions)
    if sampling.rate_of(definition, pipeline, definitions.quality) == 0:
        release(connection, letter, _decision(pipeline, at), submitter, station, definitions)


def conclude(
    connection: Connection,
    name: str,
    submitter: Submitter,
    definitions: Definitions,
    at: datetime,
) -> None:
    """Close a batch if it is complete; go on with one whose sample persons have dealt with."""
    lock(connection)
    batch = batches.get(connection, name)
    if batch.state is BatchState.SAMPLING:
        _settle(connection, name, submitter, definitions, at)
    elif batch.state is BatchState.OPEN and is_complete(connection, batch, definitions, at):
        _close(connection, batch, submitter, definitions, at)


def to_conclude(
    connection: Connection, definitions: Definitions, at: datetime
) -> tuple[QaBatch, ...]:
    """Give the batches that `conclude` would change; asked often, without the write lock."""
    return tuple(
        batch
        for batch in batches.unfinished(connection)
        if (
            _is_settled(connection, batch)
            if batch.state is BatchState.SAMPLING
            else is_complete(connection, batch, definitions, at)
        )
    )


def is_complete(
    connection: Connection, batch: QaBatch, definitions: Definitions, at: datetime
) -> bool:
    """Tell whether no letter is to be added to an open batch."""
    most = timedelta(minutes=definitions.quality.batch_minutes)
    if at - batch.opened_at >= most or not batches.is_at_work(connection, batch.station):
        return True
    return documents.count_of_batch(connection, batch.id) >= definitions.quality.batch_letters


def fail_sample(
    connection: Connection, letter: Document, reason: str, actor: str, at: datetime
) -> None:
    """Make the batch of a letter that was drawn a full check; of others nothing follows.

    For whoever finds fault with a letter: rejects it, divides it, sends it back to the scanner.
    """
    if not letter.sampled:
        return
    batch = batches.get(connection, letter.batch)
    if batch.state is BatchState.SAMPLING:
        _fail(connection, batch, {"document": letter.id, "reason": reason}, actor, at)


def _releasable(letter: Document, definitions: Definitions) -> ClassDefinition:
    """Give the class of a letter that has all that a release needs; raises RefusedError."""
    definition = definitions.class_of(letter.classification.class_id)
    if definition is None:
        detail = _("{document} has no class yet; name one with --class").format(document=letter.id)
        raise RefusedError(detail=detail)
    if not letter.aktenzeichen:
        detail = _("{document} has no Akte yet; name one with --akte").format(document=letter.id)
        raise RefusedError(detail=detail)
    return definition


def _require_rule(
    connection: Connection,
    letter: Document,
    decision: Release,
    definition: ClassDefinition,
    definitions: Definitions,
) -> None:
    """Raise RefusedError unless the present rule releases this held letter, and its sample passed.

    What a person has had in hand (drawn, given back, corrected) no rule releases any more.
    """
    pipeline = _pipeline(connection, letter, definitions)
    expected = _decision(pipeline, decision.at)
    named = (decision.rule, decision.person) == (expected.rule, expected.person)
    held = gate.holding(letter.classification, definition, letter.findings, pipeline)
    free = sampling.rate_of(definition, pipeline, definitions.quality) == 0
    passed = free or batches.get(connection, letter.batch).state is BatchState.PASSED
    in_turn = letter.state is DocumentState.HELD and not letter.sampled and passed
    if held or not named or not in_turn:
        raise RefusedError(detail=N_("the rule does not release this letter"))


def _decision(pipeline: PipelineDefinition, at: datetime) -> Release:
    """Give the decision of a pipeline's rule: in its owner's name, with its version."""
    rule = pipeline.release
    return Release(ReleaseKind.RULE, rule.owner, f"{rule.rule} {rule.version}", at, MACHINE)


def _note_first_look(
    connection: Connection, letter: Document, decision: Release, station: str
) -> Document:
    look = Look(decision.person, decision.account, decision.at, decision.remark)
    second = Finding(FindingCode.SECOND_PERSON, None, decision.person)
    findings = (*without_procedure(letter.findings), second)
    noted = replace(letter, state=DocumentState.REVIEW, first_look=look, findings=findings)
    stored = documents.update(connection, noted)
    after = {"person": decision.person, "akte": letter.aktenzeichen}
    said = event(Action.FIRST_LOOK, letter.id, decision.account, decision.at, station, after)
    log.append(connection, said)
    return stored


def _release(
    connection: Connection,
    letter: Document,
    decision: Release,
    submitter: Submitter,
    station: str,
) -> Document:
    check = _check(connection, letter, decision)
    made = replace(decision, check=check, first=letter.first_look)
    released = replace(
        letter,
        state=DocumentState.RELEASED,
        release=made,
        first_look=None,
        findings=without_procedure(letter.findings),
    )
    stored = documents.update(connection, released)
    after = {
        "kind": made.kind.value,
        "rule": made.rule,
        "person": made.person,
        "akte": letter.aktenzeichen,
        "check": check.kind.value,
        "batch": check.batch,
        "first": made.first.person if made.first else "",
    }
    log.append(connection, event(Action.RELEASED, letter.id, made.account, made.at, station, after))
    submitter.complete(connection, stored.id, stored.version)
    return stored


def _check(connection: Connection, letter: Document, decision: Release) -> QualityCheck:
    """Tell how a letter that is being released was checked."""
    by_person = decision.kind is ReleaseKind.PERSON
    if not letter.batch or (by_person and not letter.sampled):
        return QualityCheck(CheckKind.FULL, letter.batch)
    batch = batches.get(connection, letter.batch)
    kind = CheckKind.SAMPLE if by_person else CheckKind.RULE
    candidates = sampling.read(batch.candidates)
    rates = {each.document: each.rate for each in candidates}
    if letter.id not in rates:
        return QualityCheck(kind, batch.id)
    drawn = len(sampling.draw(batch.seed, candidates))
    return QualityCheck(kind, batch.id, batch.seed, rates[letter.id], len(candidates), drawn)


def _close(
    connection: Connection,
    batch: QaBatch,
    submitter: Submitter,
    definitions: Definitions,
    at: datetime,
) -> None:
    """Draw the sample of a batch: first the seed is logged, then what it draws."""
    held = _with_a_rule(connection, batch, definitions)
    if not held:
        batches.store(connection, replace(batch, state=BatchState.PASSED, closed_at=at))
        return
    candidates = tuple(_candidate(connection, each, definitions) for each in held)
    seed, origin = _seed(connection, definitions)
    written = sampling.written(candidates)
    seeded = {"seed": seed, "origin": origin, "candidates": written}
    _log(connection, Action.BATCH_SEEDED, batch, MACHINE, at, seeded)
    drawn = sampling.draw(seed, candidates)
    _log(connection, Action.BATCH_DRAWN, batch, MACHINE, at, {"drawn": ",".join(drawn)})
    state = BatchState.SAMPLING
    closed = replace(batch, state=state, seed=seed, candidates=written, closed_at=at)
    batches.store(connection, closed)
    for letter in held:
        if letter.id in drawn:
            _give_to_person(connection, replace(letter, sampled=True), FindingCode.QA_SAMPLE)
    _settle(connection, batch.id, submitter, definitions, at)


def _with_a_rule(
    connection: Connection, batch: QaBatch, definitions: Definitions
) -> tuple[Document, ...]:
    """Give the held letters of a batch; those whose class or pipeline is gone are for a person."""
    known = list[Document]()
    for letter in _letters(connection, batch):
        if letter.state is not DocumentState.HELD:
            continue
        pipeline = scans.get(connection, letter.scan).scan.pipeline
        if pipeline in definitions.pipelines and definitions.class_of(
            letter.classification.class_id
        ):
            known.append(letter)
        else:
            _give_to_person(connection, letter, FindingCode.NO_CLASS)
    return tuple(known)


def _seed(connection: Connection, definitions: Definitions) -> tuple[str, str]:
    """Give a seed and where it comes from: the log's root, which nobody can choose or foresee."""
    if definitions.quality.sample_seed:
        return definitions.quality.sample_seed, "settings"
    size, root = log.head(connection)
    return root, f"log:{size}"


def _candidate(connection: Connection, letter: Document, definitions: Definitions) -> Candidate:
    pipeline = _pipeline(connection, letter, definitions)
    definition = _releasable(letter, definitions)
    return Candidate(letter.id, sampling.rate_of(definition, pipeline, definitions.quality))


def _settle(
    connection: Connection,
    name: str,
    submitter: Submitter,
    definitions: Definitions,
    at: datetime,
) -> None:
    """Go on with a batch whose sample is drawn, once no letter of the sample waits any more."""
    batch = batches.get(connection, name)
    if batch.state is not BatchState.SAMPLING or not _is_settled(connection, batch):
        return
    sample = (each for each in _letters(connection, batch) if each.sampled)
    faulty = [each.id for each in sample if each.state not in _GONE_ON]
    if faulty:
        _fail(connection, batch, {"document": faulty[0], "reason": "not released"}, MACHINE, at)
    else:
        _pass(connection, batch, submitter, definitions, at)


def _pass(
    connection: Connection,
    batch: QaBatch,
    submitter: Submitter,
    definitions: Definitions,
    at: datetime,
) -> None:
    """Let the rule release what it still may; what it no longer may is for a person."""
    batches.store(connection, replace(batch, state=BatchState.PASSED))
    _log(connection, Action.BATCH_PASSED, batch, MACHINE, at, {})
    for letter in _with_a_rule(connection, batch, definitions):
        pipeline = _pipeline(connection, letter, definitions)
        definition = definitions.class_of(letter.classification.class_id)
        held = gate.holding(letter.classification, definition, letter.findings, pipeline)
        if held or definition is None:
            _give_to_person(connection, letter, *(each.code for each in held))
        else:
            decision = _decision(pipeline, at)
            release(connection, letter, decision, submitter, batch.station, definitions)


def _fail(
    connection: Connection, batch: QaBatch, why: dict[str, str], actor: str, at: datetime
) -> None:
    """Give every letter that is still held to a person."""
    batches.store(connection, replace(batch, state=BatchState.FULL_CHECK))
    _log(connection, Action.BATCH_FAILED, batch, actor, at, why)
    for letter in _letters(connection, batch):
        if letter.state is DocumentState.HELD:
            _give_to_person(connection, letter, FindingCode.QA_FULL_CHECK)


def _give_to_person(connection: Connection, letter: Document, *reasons: FindingCode) -> None:
    findings = (*without_procedure(letter.findings), *(Finding(each) for each in reasons))
    waiting = replace(letter, state=DocumentState.REVIEW, findings=tuple(dict.fromkeys(findings)))
    documents.update(connection, waiting)


def _is_settled(connection: Connection, batch: QaBatch) -> bool:
    """Tell whether no letter of a sample waits for a person any more."""
    return _WAITING.isdisjoint(documents.sample_states(connection, batch.id))


def _letters(connection: Connection, batch: QaBatch) -> tuple[Document, ...]:
    return documents.of_batch(connection, batch.id)


def _pipeline(
    connection: Connection, letter: Document, definitions: Definitions
) -> PipelineDefinition:
    return definitions.pipeline(scans.get(connection, letter.scan).scan.pipeline)


def _log(
    connection: Connection,
    action: Action,
    batch: QaBatch,
    actor: str,
    at: datetime,
    after: dict[str, str],
) -> None:
    log.append(connection, event(action, batch.id, actor, at, batch.station, after))
