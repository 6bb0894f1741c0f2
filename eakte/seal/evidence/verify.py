"""Judge an evidence record over data objects: offline, and never VALID in doubt.

The checks are in `checks`. The caller's duties: run this through `eakte.sandbox`, since hostile
files can use up time and memory, and outside of any event loop; and give only anchors that it
believes in. Whether a record is about all that it should be about is the caller's question, too.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from eakte.domain.verification import Check, TimestampSummary, VerificationReport
from eakte.errors import NotFoundError
from eakte.i18n import N_
from eakte.seal.checks import Outcome, verdict_of
from eakte.seal.cms_file import pieces_of
from eakte.seal.cms_signers import digests_of
from eakte.seal.evidence import checks, stamps
from eakte.seal.evidence.checks import Hashed
from eakte.seal.evidence.hashtree import DIGESTS
from eakte.seal.evidence.stamps import JudgedStamp
from eakte.seal.evidence.syntax import EvidenceRecord, UnreadableRecordError, read
from eakte.seal.lists.assess import Assessor
from eakte.seal.revocation import RevocationData
from eakte.seal.summary import timestamp
from eakte.seal.trust import TrustAnchors

_LONGEST_PROBLEM = 300
_OF_FILES = "sha256"
_SEQUENCE = 0x30


@dataclass(frozen=True)
class Case:
    """An evidence record before the judge."""

    record: Path
    """The record: DER, or base64 of it."""
    objects: tuple[Path, ...]
    """The data objects that it shall be about; without any it is never VALID."""
    trust: tuple[Path, ...]
    revocation: tuple[Path, ...] = ()
    """Revocation lists and OCSP answers (DER) that are younger than those in the record."""


def check_record(case: Case, at: datetime) -> VerificationReport:
    """Judge a record; digest and size in the report are the first object's, else the record's.

    No bytes in it make it raise. Raises NotFoundError without one of the files, ConfigurationError
    for unusable anchors.
    """
    if at.tzinfo is None:
        raise ValueError("the moment of a verification needs a time zone")
    for path in (case.record, *case.objects, *case.revocation):
        if not path.is_file():
            raise NotFoundError(kind=N_("file"), name=path)
    anchors = TrustAnchors.load_several(case.trust)
    return _report(case, anchors, at, *_examined(case, anchors, at))


def broken_down(case: Case, at: datetime, problem: str) -> VerificationReport:
    """Give the report on a record whose examination broke down: INDETERMINATE, with the cause."""
    return _report(case, TrustAnchors.load_several(case.trust), at, checks.unreadable(problem), ())


def _report(
    case: Case,
    anchors: TrustAnchors,
    at: datetime,
    outcomes: list[Outcome],
    summaries: tuple[TimestampSummary, ...],
) -> VerificationReport:
    verdict, reason = verdict_of(outcomes)
    first = (*case.objects, case.record)[0]
    return VerificationReport(
        verdict=verdict,
        reason=reason,
        sha256=digests_of(pieces_of(first), [_OF_FILES])[_OF_FILES].hex(),
        size=first.stat().st_size,
        verified_at=at,
        trusted=anchors.describe(),
        signatures=(),
        timestamps=summaries,
        checks=tuple(
            Check(number, each.name, each.passed, each.detail)
            for number, each in enumerate(outcomes, start=1)
        ),
    )


def _examined(
    case: Case, anchors: TrustAnchors, at: datetime
) -> tuple[list[Outcome], tuple[TimestampSummary, ...]]:
    """Read and judge: the one border to hostile input (signing.md, trap 8)."""
    try:
        record = read_file(case.record)
        judged = stamps.judge(checks.held(record, at), anchors, _revocation(case.revocation))
        outcomes = checks.judge(
            record, [_hashed(record, each) for each in case.objects], judged, at
        )
        summaries = tuple(_summaries(judged, Assessor(anchors.lists, at)))
    except Exception as problem:  # noqa: BLE001 - asn1crypto, pyHanko and others raise anything
        text = f"{type(problem).__name__}: {problem}"[:_LONGEST_PROBLEM]
        return checks.unreadable(text), ()
    return outcomes, summaries


def read_file(path: Path) -> EvidenceRecord:
    """Read a record from a file, DER or base64; raises OSError, UnreadableRecordError."""
    data = path.read_bytes()
    if data[:1] == bytes([_SEQUENCE]):
        return read(data)
    try:
        return read(base64.b64decode(b"".join(data.split()), validate=True))
    except binascii.Error as problem:
        raise UnreadableRecordError("neither DER nor base64") from problem


def _hashed(record: EvidenceRecord, path: Path) -> Hashed:
    used = {each.digest for chain in record.chains for each in chain}
    return digests_of(pieces_of(path), sorted(used & DIGESTS))


def _revocation(paths: tuple[Path, ...]) -> RevocationData:
    found = RevocationData([], [])
    for path in paths:
        data = path.read_bytes()
        found += RevocationData([data], []) if _is_list(data) else RevocationData([], [data])
    return found


def _is_list(data: bytes) -> bool:
    try:
        x509.load_der_x509_crl(data)
    except ValueError:
        return False
    return True


def _summaries(judged: Iterable[JudgedStamp], lists: Assessor) -> Iterable[TimestampSummary]:
    for number, each in enumerate(judged, start=1):
        yield timestamp("archive", str(number), each, lists)
