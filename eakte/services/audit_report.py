"""The yearly report of an auditor: figures of a period from the log, its state, and what is odd.

The figures are a fold over the log (`audit.figures`); what seals are worth stands in the reports
that the log names by SHA-256. So an auditor can compute all of it again from log and store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from eakte import __version__
from eakte.audit import log, tree
from eakte.audit import verify as audit
from eakte.audit.anomalies import LIMITS, Confirmation, Sightings, Watch
from eakte.audit.checkpoint import Checkpoint
from eakte.audit.figures import Draw, Seal, Tally
from eakte.audit.verify import AuditVerdict
from eakte.database import Connection, snapshot
from eakte.domain.codec import from_json
from eakte.domain.events import Action
from eakte.domain.figures import Anomaly, Counts, Figures, Limits, Period, Rule, Sighting
from eakte.domain.ids import Digest
from eakte.domain.verification import CertificateSummary, Verdict, VerificationReport
from eakte.errors import ExitCode, StoreError
from eakte.pipeline.desk import Desk
from eakte.pipeline.noted import MACHINE
from eakte.review import sampling
from eakte.services import auditing, evidence_renewing, renewing, verifying
from eakte.services.access import Permission, require
from eakte.services.desks import note

OBJECT = "audit-log"
"""What the report was made of, in the log itself."""
_SOON, _LATER = 90, 365
_FROM_LOG = "log:"


@dataclass(frozen=True)
class Head:
    """The log with its first `size` events."""

    size: int
    root: str


@dataclass(frozen=True)
class LogState:
    """What the log is worth: checked as a whole, and confirmed by checkpoints outside of it."""

    verdict: AuditVerdict
    intact: bool
    begin: Head
    """Before the first event of the period."""
    end: Head
    """With the last event of the period."""
    checkpoints: int
    """Those made in the period."""
    confirmed_since: str
    """The time of the first checkpoint that the log agrees with, "" without any."""
    confirmed_until: str


@dataclass(frozen=True)
class KeyUse:
    """A certificate with which seals of the period were made."""

    certificate: CertificateSummary
    seals: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Worth:
    """What the seals of the period are, as the reports say that were made when they were sealed."""

    levels: Counts
    """PAdES levels, as found in the files."""
    qualifications: Counts
    keys: tuple[KeyUse, ...]
    without_report: int
    """Seals whose report is not in the store, or is damaged."""


@dataclass(frozen=True)
class Dues:
    """How many need another time-stamp, counted from when the report is made; each line once."""

    overdue: int
    soon: int
    """Within 90 days."""
    later: int
    """Within a year."""


@dataclass(frozen=True)
class Failed:
    """A sealed original that is not VALID."""

    document: str
    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class Originals:
    """The sealed originals of the period, verified for this report."""

    verdicts: Counts
    failed: tuple[Failed, ...]


@dataclass(frozen=True)
class AuditReport:
    """All that the yearly report says."""

    organisation: str
    version: str
    """Of eakte."""
    made_at: datetime
    period: Period
    log: LogState
    figures: Figures
    seals: Worth
    seals_due: Dues
    evidence_due: Dues
    originals: Originals | None
    """None: not verified for this report."""
    anomalies: tuple[Anomaly, ...]
    limits: Limits


def make(
    desk: Desk,
    period: Period,
    anchors: tuple[Path, ...] = (),
    *,
    verify: bool = False,
) -> AuditReport:
    """Gather the report; `verify` verifies every original sealed in the period, which takes time.

    `anchors` are those of `auditing.verify`; the home's trust decides on their signatures.
    """
    require(desk, Permission.AUDIT)
    now, (kept, unreadable) = desk.clock.now(), auditing.anchors_of(desk, anchors, ())
    counting = (each.checkpoint for each in kept if each.checkpoint and not each.flaw)
    latest_first = sorted(counting, key=lambda each: each.at, reverse=True)
    checkpoints = tuple({each.size: each for each in latest_first}.values())
    tally, watch = Tally(period), Watch(period, _confirmations(checkpoints))
    with snapshot(desk.engine) as connection:
        verdict = audit.verify(connection, kept, unreadable)
        _read(connection, tally, watch)
        figures = tally.figures()
        state = _state(connection, verdict, figures, checkpoints, period)
        found = watch.anomalies_until(now)
        _look_at_draws(connection, tally.draws, found)
    return AuditReport(
        organisation=desk.home.settings.organisation,
        version=__version__,
        made_at=now,
        period=period,
        log=state,
        figures=figures,
        seals=_worth(desk, tally, found),
        seals_due=_dues((each.by for each in renewing.due(desk, _LATER)), now),
        evidence_due=_dues((each.by for each in evidence_renewing.due(desk, _LATER)), now),
        originals=_originals(desk, tally.seals) if verify else None,
        anomalies=found.anomalies(),
        limits=LIMITS,
    )


def note_export(desk: Desk, report: AuditReport, sha256: str) -> None:
    """Note in the log that a report was taken out of it; a log that was changed is left alone."""
    if report.log.intact:
        period = f"{report.period.first}/{report.period.last}"
        note(desk, Action.EXPORTED, OBJECT, period=period, sha256=sha256)


def exit_code(report: AuditReport) -> ExitCode:
    """Give INVALID for a changed log or original, INDETERMINATE for what cannot be decided."""
    verdicts = {} if report.originals is None else report.originals.verdicts
    if not report.log.intact or verdicts.get(Verdict.INVALID):
        return ExitCode.INVALID
    doubtful = verdicts.get(Verdict.INDETERMINATE) or report.log.verdict.unproven
    return ExitCode.INDETERMINATE if doubtful else ExitCode.OK


def _read(connection: Connection, tally: Tally, watch: Watch) -> None:
    for position, event in log.every(connection):
        if event is None:
            tally.unreadable += 1
        else:
            tally.take(position, event)
            watch.take(position, event)


def _confirmations(checkpoints: Iterable[Checkpoint]) -> list[Confirmation]:
    moments = ((each.size, _moment(each)) for each in checkpoints)
    return [Confirmation(size, at) for size, at in moments if at is not None]


def _moment(checkpoint: Checkpoint) -> datetime | None:
    """Give when a checkpoint was made; None if it does not say so."""
    try:
        at = datetime.fromisoformat(checkpoint.at)
    except ValueError:
        return None
    return None if at.tzinfo is None else at


def _state(
    connection: Connection,
    verdict: AuditVerdict,
    figures: Figures,
    checkpoints: tuple[Checkpoint, ...],
    period: Period,
) -> LogState:
    confirming = [each.at for each in checkpoints if each.size <= verdict.anchored]
    made = [each for each in map(_moment, checkpoints) if each is not None]
    return LogState(
        verdict=verdict,
        intact=verdict.intact,
        begin=_head(connection, figures.size_before),
        end=_head(connection, figures.size_after),
        checkpoints=sum(period.covers(each) for each in made),
        confirmed_since=min(confirming, default=""),
        confirmed_until=max(confirming, default=""),
    )


def _head(connection: Connection, size: int) -> Head:
    return Head(size, log.root_at(connection, size) if size else tree.EMPTY_ROOT.hex())


def _look_at_draws(connection: Connection, draws: Iterable[Draw], found: Sightings) -> None:
    """Draw every sample again, with the root that its seed is to be."""
    for each in draws:
        sighting = Sighting(each.position, each.at, each.batch, MACHINE)
        if not each.origin.startswith(_FROM_LOG):
            found.add(Rule.KNOWN_SEED, sighting)
        if not _is_honest(connection, each):
            found.add(Rule.OTHER_SAMPLE, sighting)


def _is_honest(connection: Connection, draw: Draw) -> bool:
    """Tell whether seed and sample are what the log makes of them."""
    try:
        drawn = sampling.draw(draw.seed, sampling.read(draw.candidates))
        from_log = draw.origin.startswith(_FROM_LOG)
        size = int(draw.origin.removeprefix(_FROM_LOG)) if from_log else 0
    except ValueError:
        return False
    root = log.root_at(connection, size) if size else draw.seed
    return (root, ",".join(drawn)) == (draw.seed, draw.drawn)


def _worth(desk: Desk, tally: Tally, found: Sightings) -> Worth:
    """Read the reports of the seals, one after the other, and see whether the key changed."""
    levels, qualifications = Counter[str](), Counter[str]()
    keys, missing = dict[str, KeyUse](), 0
    before = _signer(desk, tally.seal_before) if tally.seal_before else None
    for seal in tally.seals:
        report = _report(desk, seal)
        if report is None or not report.signatures:
            missing += 1
            continue
        made = report.signatures[-1]
        levels[made.level] += 1
        qualifications[made.qualification.value] += 1
        if made.signer is None:
            continue
        signer = made.signer
        if before is not None and before.sha256 != signer.sha256:
            detail = f"{before.sha256[:16]} > {signer.sha256[:16]}"
            sighting = Sighting(seal.position, seal.at, seal.document, MACHINE, detail)
            found.add(Rule.OTHER_KEY, sighting)
        before, known = signer, keys.get(signer.sha256)
        first, count = (known.first, known.seals) if known else (seal.at, 0)
        keys[signer.sha256] = KeyUse(signer, count + 1, first, seal.at)
    return Worth(
        levels=dict(sorted(levels.items())),
        qualifications=dict(sorted(qualifications.items())),
        keys=tuple(keys.values()),
        without_report=missing,
    )


def _signer(desk: Desk, seal: Seal) -> CertificateSummary | None:
    report = _report(desk, seal)
    return report.signatures[-1].signer if report and report.signatures else None


def _report(desk: Desk, seal: Seal) -> VerificationReport | None:
    try:
        return from_json(VerificationReport, desk.store.get(Digest(seal.report)))
    except (StoreError, ValueError):
        return None


def _dues(ends: Iterable[datetime], now: datetime) -> Dues:
    counted = Counter[str]()
    for end in ends:
        soon = "soon" if end <= now + timedelta(days=_SOON) else "later"
        counted["overdue" if end <= now else soon] += 1
    return Dues(counted["overdue"], counted["soon"], counted["later"])


def _originals(desk: Desk, seals: Iterable[Seal]) -> Originals:
    names = dict.fromkeys(each.document for each in seals)
    verified = verifying.verify_letters(desk, names, desk.home.trust)
    counted = Counter(each.report.verdict.value for each in verified)
    failed = tuple(
        Failed(each.name, each.report.verdict, each.report.reason)
        for each in verified
        if each.report.verdict is not Verdict.VALID
    )
    return Originals(dict(sorted(counted.items())), failed)
