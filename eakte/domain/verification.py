"""What a verification answers, in the words of ETSI EN 319 102-1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eakte.domain.qualification import Rank
from eakte.i18n import N_


class Verdict(StrEnum):
    """The top line; INDETERMINATE is an answer, not an error."""

    VALID = "VALID"
    INVALID = "INVALID"
    INDETERMINATE = "INDETERMINATE"


@dataclass(frozen=True)
class Check:
    """One numbered check: passed True or False, None where it could not be carried out."""

    number: int
    name: str
    passed: bool | None
    detail: str = ""


@dataclass(frozen=True)
class Step:
    """One building block or process of ETSI EN 319 102-1 V1.3.1 that ran."""

    clause: str
    name: str
    result: str
    """PASSED, FAILED, INDETERMINATE, or NOT REACHED where an earlier block ended the process."""
    detail: str = ""


@dataclass(frozen=True)
class CertificateSummary:
    """Who a certificate belongs to and how long; names are RFC 4514 strings."""

    subject: str
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime
    sha256: str
    """Of the encoded certificate."""


@dataclass(frozen=True)
class TimestampSummary:
    """One RFC 3161 time-stamp: what it covers, when, by whom, whether it verified."""

    kind: str
    """`signature` (in the CMS), `document` (a DocTimeStamp revision), `archive` (in a record)."""
    field: str
    """The field or the number of the signature that it belongs to, or its own field."""
    time: datetime
    authority: CertificateSummary
    valid: bool
    indication: str
    """PASSED, FAILED or INDETERMINATE."""
    sub_indication: str
    chain: tuple[CertificateSummary, ...]
    steps: tuple[Step, ...]
    qualification: Rank
    basis: str = ""
    """As for a signature."""


@dataclass(frozen=True)
class SignatureSummary:
    """One seal or signature found in the file."""

    field: str
    indication: str
    """TOTAL-PASSED, TOTAL-FAILED or INDETERMINATE."""
    sub_indication: str
    """EN 319 102-1 sub-indication, empty if TOTAL-PASSED."""
    level: str
    """PAdES-B-B, -B-T, -B-LT or -B-LTA, as reached."""
    signer: CertificateSummary | None
    chain: tuple[CertificateSummary, ...]
    """From the signer's certificate to the trust anchor."""
    signed_at: datetime | None
    """Best signature time: the earliest proof by a time-stamp."""
    qualification: Rank
    """Second answer, beside integrity: what trusted lists make of its certificate."""
    steps: tuple[Step, ...]
    """What of the norm ran for it, in its order."""
    basis: str = ""
    """On which list, with number, date and age, and which service the answer rests."""
    changed: tuple[str, ...] = ()
    """Objects written after it, where that could not be classified."""


class OutsideKind(StrEnum):
    """What evidence is."""

    CERTIFICATE = N_("certificate")
    ANSWER = N_("OCSP answer")
    LIST = N_("revocation list")


@dataclass(frozen=True)
class OutsideEvidence:
    """Evidence beside the file, on which a verdict rests that the file alone would not bear."""

    kind: OutsideKind
    said_at: datetime | None
    """When it was said whether certificates were revoked."""
    data: str
    """DER in base64."""


@dataclass(frozen=True)
class VerificationReport:
    """Everything one verification found."""

    verdict: Verdict
    reason: str
    """Why it is not VALID, empty if it is; names the first check that failed."""
    sha256: str
    size: int
    verified_at: datetime
    trusted: str
    """Against which trust anchors."""
    signatures: tuple[SignatureSummary, ...]
    timestamps: tuple[TimestampSummary, ...]
    checks: tuple[Check, ...]
    outside: tuple[OutsideEvidence, ...] = ()
    """Seals at B-B and B-T carry no evidence: what stood beside the file instead."""
