"""What a verification knows about a file before it judges: one value, no opinions in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from asn1crypto import x509

from eakte.seal.freshness import Statement
from eakte.seal.shape import ShapeFlaw
from eakte.seal.structure import Structure


class Level(StrEnum):
    """How far a signature is preserved (ETSI EN 319 142-1): by itself, in time, with evidence."""

    B = "PAdES-B-B"
    T = "PAdES-B-T"
    LT = "PAdES-B-LT"
    LTA = "PAdES-B-LTA"


class Indication(StrEnum):
    """The three answers of EN 319 102-1 §5.1.3."""

    PASSED = "TOTAL-PASSED"
    FAILED = "TOTAL-FAILED"
    INDETERMINATE = "INDETERMINATE"


class Change(StrEnum):
    """What later revisions did to a signed one, under our strict policy."""

    NONE = "NONE"
    LTA_UPDATES = "LTA_UPDATES"
    OTHER = "OTHER"


@dataclass(frozen=True)
class Judgement:
    """What AdES validation says: indication, why, and whether the bytes are the signed ones."""

    indication: Indication
    sub_indication: str
    detail: str
    intact: bool | None
    """Digest and signature value fit; None if that could not be computed."""
    chain: tuple[x509.Certificate, ...]
    """From the signer to the trust anchor; empty if there is no such path."""
    best_time: datetime | None = None


@dataclass(frozen=True)
class Signature:
    """One seal or signature."""

    field: str
    level: Level
    signer: x509.Certificate
    judgement: Judgement
    permitted: bool
    """The changes after it are within what it allows itself (DocMDP)."""
    change: Change
    change_detail: str
    statements: tuple[Statement, ...] | None
    """What its issuer says about revocation; None if nobody has to, or no chain is known."""


@dataclass(frozen=True)
class Timestamp:
    """One time-stamp; `held_until` is when the next one, or the verification, took over."""

    field: str
    kind: str
    time: datetime
    held_until: datetime
    authority: x509.Certificate
    judgement: Judgement
    change: Change
    statements: tuple[Statement, ...] | None
    """As for a signature."""


@dataclass(frozen=True)
class FileFacts:
    """Everything found out about one file."""

    structure: Structure
    read_strictly: bool
    """False: pyHanko could only read it by overlooking errors."""
    signatures: tuple[Signature, ...]
    timestamps: tuple[Timestamp, ...]
    """In the order of time: those within signatures, then document time-stamps by revision."""
    enumerated: int
    """How many signatures and document time-stamps pyHanko found."""
    last_is_timestamp: bool
    covers_file: bool
    bytes_after: int
    container_flaw: str | None
    shape_flaw: ShapeFlaw | None
    """What stands behind the first seal and has no business there."""
    forbids_changes: bool
    """That seal certifies the file and allows no change (DocMDP)."""
    future: Judgement | None = None
    """The simulated validation after all certificates expired, if it was asked for."""
