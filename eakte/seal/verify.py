"""Judge a sealed PDF: VALID, INVALID or INDETERMINATE, offline, from what the file carries.

VALID means all of it: each signature passes the rules of its level (EN 319 102-1), nothing but
evidence was added since, its time-stamps are in force and every byte is covered. Of our own
originals a level is demanded, B-LTA where nothing else is said. Whether the certificate is a
qualified one is another question with an answer of its own.

The caller's duties: run these functions through `eakte.sandbox` for files from outside, since
hostile ones can use up time and memory; and outside of any event loop.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from eakte.domain.preservation import SealLevel
from eakte.domain.verification import (
    OutsideEvidence,
    SignatureSummary,
    TimestampSummary,
    VerificationReport,
)
from eakte.errors import NotFoundError
from eakte.i18n import N_, _
from eakte.seal import checks, summary
from eakte.seal.checks import Outcome
from eakte.seal.examine import examine
from eakte.seal.facts import FileFacts
from eakte.seal.lists.assess import Assessor
from eakte.seal.structure import without_path
from eakte.seal.trust import TrustAnchors

_LONGEST_PROBLEM = 300


_State = tuple[int, int, int]
"""Size of a file, and when its bytes and anything about it changed last, in nanoseconds."""


@dataclass(frozen=True)
class _Case:
    """One file before the judge."""

    path: Path
    """The open file, under a name that stays with it, whatever its folder names meanwhile."""
    state: _State
    sha256: str
    anchors: TrustAnchors
    at: datetime


@dataclass(frozen=True)
class _Found:
    """What came of the examination; without facts if the file could not be analysed."""

    outcomes: list[Outcome]
    facts: FileFacts | None = None
    signatures: tuple[SignatureSummary, ...] = ()
    timestamps: tuple[TimestampSummary, ...] = ()


@dataclass(frozen=True)
class SealedAs:
    """What a file of ours was sealed for, by its record: no less of it is VALID."""

    level: SealLevel = SealLevel.LTA
    outside: tuple[OutsideEvidence, ...] = ()
    """Evidence beside the file, where the level has none inside."""


_LASTING = SealedAs()


@dataclass(frozen=True)
class _Demand:
    """What is asked of a file beside the rules for all of them."""

    level: SealLevel | None = None
    future: bool = False
    outside: tuple[OutsideEvidence, ...] = ()


_NOTHING = _Demand()
_More = Callable[[FileFacts | None], list[Outcome]]


def verify(pdf: Path, anchors: Path, at: datetime) -> VerificationReport:
    """Judge any PDF as of `at`; anchors are a trust folder, a folder of PEM files or one PEM file.

    No bytes in the file make it raise. Raises NotFoundError without a file, ConfigurationError
    without anchors.
    """
    with _open(pdf, anchors, at) as case:
        return _judge(case)


def verify_any(pdf: Path, anchors: tuple[Path, ...], at: datetime) -> VerificationReport:
    """Judge a PDF as `verify` does, with anchors from several places."""
    trusted = TrustAnchors.load_several(anchors)
    with _open(pdf, anchors[0], at, lambda _source: trusted) as case:
        return _judge(case)


def broken_down(
    pdf: Path, anchors: tuple[Path, ...], at: datetime, problem: str
) -> VerificationReport:
    """Give the report on a file whose examination broke down: INDETERMINATE, with the cause."""
    trusted = TrustAnchors.load_several(anchors)
    with _open(pdf, anchors[0], at, lambda _source: trusted) as case:
        return _report(case, _Found(checks.not_analysable(problem)))


def verify_foreign(pdf: Path, anchors: Path, at: datetime) -> VerificationReport:
    """Judge a PDF that arrived signed, as `verify` does; there may be no anchors: none is VALID."""
    with _open(pdf, anchors, at, TrustAnchors.load_any) as case:
        return _judge(case)


def verify_own(
    pdf: Path,
    anchors: Path,
    at: datetime,
    expected_sha256: str,
    expected_pages: int,
    *,
    future: bool = False,
    sealed: SealedAs = _LASTING,
) -> VerificationReport:
    """Judge a sealed original of ours against its record too: its digest, its pages, its level.

    The digest comes first: bytes that are not ours may be hostile, and are not even read then.
    `future` is for a file that was just sealed: will renewals keep it valid, too? `sealed` says at
    which level, and what is known of the certificates where that is not in the file.
    """
    with _open(pdf, anchors, at) as case:
        if case.sha256 != expected_sha256.lower():
            record = checks.record(case.sha256, expected_sha256, None, expected_pages)
            return _report(case, _Found([*checks.not_examined(), *record]))

        def against_record(facts: FileFacts | None) -> list[Outcome]:
            pages = facts.structure.pages if facts else None
            record = checks.record(case.sha256, expected_sha256, pages, expected_pages)
            renewed = [checks.preservable(facts.future if facts else None)] if future else []
            return [*record, *renewed]

        demand = _Demand(sealed.level, future=future, outside=sealed.outside)
        return _judge(case, against_record, demand)


def accept(
    pdf: Path,
    anchors: Path,
    at: datetime,
    expected_sha256: str,
    expected_pages: int,
    *,
    sealed: SealedAs = _LASTING,
) -> VerificationReport:
    """Judge a file that was just sealed: is it valid now, and will renewal keep it so?

    Renewal is asked about at level B-LTA only: the lower ones do not promise it.
    """
    return verify_own(
        pdf,
        anchors,
        at,
        expected_sha256,
        expected_pages,
        future=sealed.level is SealLevel.LTA,
        sealed=sealed,
    )


@contextmanager
def _open(
    pdf: Path,
    anchors: Path,
    at: datetime,
    load: Callable[[Path], TrustAnchors] = TrustAnchors.load,
) -> Iterator[_Case]:
    """Open a file once and for all: who exchanges it meanwhile exchanges another one."""
    if at.tzinfo is None:
        raise ValueError("the moment of a verification needs a time zone")
    try:
        file = pdf.open("rb")
    except OSError as problem:
        raise NotFoundError(kind=N_("file"), name=pdf) from problem
    with file:
        path = Path(f"/dev/fd/{file.fileno()}")
        state = _state(path)
        yield _Case(path, state, _digest(path), load(anchors), at)


def _state(path: Path) -> _State:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _digest(pdf: Path) -> str:
    with pdf.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _judge(
    case: _Case, more: _More = lambda _facts: [], demand: _Demand = _NOTHING
) -> VerificationReport:
    found = _examined(case, demand)
    report = _report(case, replace(found, outcomes=[*found.outcomes, *more(found.facts)]))
    return replace(report, outside=demand.outside)


def _report(case: _Case, found: _Found) -> VerificationReport:
    verdict, reason = checks.verdict_of(found.outcomes)
    return VerificationReport(
        verdict=verdict,
        reason=reason,
        sha256=case.sha256,
        size=case.state[0],
        verified_at=case.at,
        trusted=case.anchors.describe(),
        signatures=found.signatures,
        timestamps=found.timestamps,
        checks=checks.numbered(found.outcomes),
    )


def _examined(case: _Case, demand: _Demand) -> _Found:
    """Examine, check and summarise: the one border to hostile input (trap 8).

    pyHanko, asn1crypto and qpdf raise KeyError, ValueError, AssertionError and more on such files;
    whatever it is, the answer is that the file could not be analysed.
    """
    try:
        wish = {"future": demand.future, "steps": not demand.future}
        facts = examine(case.path, case.anchors, case.at, demand.outside, **wish)
        facts = replace(facts, demanded=demand.level)
        if _digest(case.path) != case.sha256 or _state(case.path) != case.state:
            return _Found(checks.not_analysable(_("the file changed while it was examined")))
        outcomes = checks.judge(facts, case.at)
        lists = Assessor(case.anchors.lists, case.at)
        signatures = summary.signatures_of(facts, lists)
        return _Found(outcomes, facts, signatures, summary.timestamps_of(facts, lists))
    except Exception as problem:  # noqa: BLE001 - the border, see above
        text = without_path(f"{type(problem).__name__}: {problem}", case.path)[:_LONGEST_PROBLEM]
        return _Found(checks.not_analysable(text))
