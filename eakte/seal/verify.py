"""Judge a sealed PDF: VALID, INVALID or INDETERMINATE, offline, from what the file carries.

VALID means all of it: the seal passes its AdES level (EN 319 102-1), nothing but evidence was
added since, archive time-stamps are in force and the last one covers every byte. Whether the
certificate is a qualified one is another question with an answer of its own.

The caller's duties: run these functions through `eakte.sandbox` for files from outside, since
hostile ones can use up time and memory; and outside of any event loop.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from eakte.domain.verification import SignatureSummary, TimestampSummary, VerificationReport
from eakte.errors import NotFoundError
from eakte.i18n import N_, _
from eakte.seal import checks, summary
from eakte.seal.checks import Outcome
from eakte.seal.examine import examine
from eakte.seal.facts import FileFacts
from eakte.seal.structure import without_path
from eakte.seal.trust import TrustAnchors

_LONGEST_PROBLEM = 300


@dataclass(frozen=True)
class _Case:
    """One file before the judge."""

    path: Path
    sha256: str
    size: int
    anchors: TrustAnchors
    at: datetime


@dataclass(frozen=True)
class _Found:
    """What came of the examination; without facts if the file could not be analysed."""

    outcomes: list[Outcome]
    facts: FileFacts | None = None
    signatures: tuple[SignatureSummary, ...] = ()
    timestamps: tuple[TimestampSummary, ...] = ()


_More = Callable[[FileFacts | None], list[Outcome]]


def verify(pdf: Path, anchors: Path, at: datetime) -> VerificationReport:
    """Judge any PDF as of `at`; anchors are a trust folder, a folder of PEM files or one PEM file.

    No bytes in the file make it raise. Raises NotFoundError without a file, ConfigurationError
    without anchors.
    """
    return _judge(_open(pdf, anchors, at))


def verify_foreign(pdf: Path, anchors: Path, at: datetime) -> VerificationReport:
    """Judge a PDF that arrived signed, as `verify` does; there may be no anchors: none is VALID."""
    return _judge(_open(pdf, anchors, at, TrustAnchors.load_any))


def verify_own(
    pdf: Path, anchors: Path, at: datetime, expected_sha256: str, expected_pages: int
) -> VerificationReport:
    """Judge a sealed original of ours against its record too: its digest and its pages.

    The digest comes first: bytes that are not ours may be hostile, and are not even read then.
    """
    case = _open(pdf, anchors, at)
    if case.sha256 != expected_sha256.lower():
        record = checks.record(case.sha256, expected_sha256, None, expected_pages)
        return _report(case, _Found([*checks.not_examined(), *record]))

    def against_record(facts: FileFacts | None) -> list[Outcome]:
        pages = facts.structure.pages if facts else None
        return checks.record(case.sha256, expected_sha256, pages, expected_pages)

    return _judge(case, more=against_record)


def accept(pdf: Path, anchors: Path, at: datetime) -> VerificationReport:
    """Judge a file that was just sealed: is it valid now, and will renewal keep it so?"""

    def in_future(facts: FileFacts | None) -> list[Outcome]:
        return [checks.preservable(facts.future if facts else None)]

    return _judge(_open(pdf, anchors, at), more=in_future, future=True)


def _open(
    pdf: Path,
    anchors: Path,
    at: datetime,
    load: Callable[[Path], TrustAnchors] = TrustAnchors.load,
) -> _Case:
    if at.tzinfo is None:
        raise ValueError("the moment of a verification needs a time zone")
    try:
        digest, size = _digest(pdf), pdf.stat().st_size
    except OSError as problem:
        raise NotFoundError(kind=N_("file"), name=pdf) from problem
    return _Case(pdf, digest, size, load(anchors), at)


def _digest(pdf: Path) -> str:
    with pdf.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _judge(
    case: _Case, more: _More = lambda _facts: [], *, future: bool = False
) -> VerificationReport:
    found = _examined(case, future=future)
    return _report(case, replace(found, outcomes=[*found.outcomes, *more(found.facts)]))


def _report(case: _Case, found: _Found) -> VerificationReport:
    verdict, reason = checks.verdict_of(found.outcomes)
    return VerificationReport(
        verdict=verdict,
        reason=reason,
        sha256=case.sha256,
        size=case.size,
        verified_at=case.at,
        trusted=case.anchors.describe(),
        signatures=found.signatures,
        timestamps=found.timestamps,
        checks=checks.numbered(found.outcomes),
    )


def _examined(case: _Case, *, future: bool) -> _Found:
    """Examine, check and summarise: the one border to hostile input (trap 8).

    pyHanko, asn1crypto and qpdf raise KeyError, ValueError, AssertionError and more on such files;
    whatever it is, the answer is that the file could not be analysed.
    """
    try:
        facts = examine(case.path, case.anchors, case.at, future=future)
        if _digest(case.path) != case.sha256:
            return _Found(checks.not_analysable(_("the file changed while it was examined")))
        outcomes = checks.judge(facts, case.at)
        return _Found(outcomes, facts, summary.signatures_of(facts), summary.timestamps_of(facts))
    except Exception as problem:  # noqa: BLE001 - the border, see above
        text = without_path(f"{type(problem).__name__}: {problem}", case.path)[:_LONGEST_PROBLEM]
        return _Found(checks.not_analysable(text))
