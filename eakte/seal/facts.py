"""What a verification knows about a file before it judges: one value, no opinions in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from asn1crypto import x509

from eakte.domain.preservation import SealLevel
from eakte.seal.algorithms import Weakness
from eakte.seal.freshness import Statement
from eakte.seal.judgement import Judgement
from eakte.seal.reader import Unreadable
from eakte.seal.shape import ShapeFlaw
from eakte.seal.steps import Ran
from eakte.seal.structure import Structure


class Change(StrEnum):
    """What later revisions did to a signed one, under our strict policy."""

    NONE = "NONE"
    LTA_UPDATES = "LTA_UPDATES"
    OTHER = "OTHER"


@dataclass(frozen=True)
class Signature:
    """One seal or signature."""

    field: str
    level: SealLevel
    signer: x509.Certificate
    judgement: Judgement
    permitted: bool
    """The changes after it are within what it allows itself (DocMDP)."""
    change: Change
    change_detail: str
    statements: tuple[Statement, ...] | None
    """What its issuer says about revocation; None if nobody has to, or no chain is known."""
    issuers: tuple[tuple[Statement, ...], ...] = ()
    """The same about each CA in its chain but the anchor."""
    ran: Ran | None = None
    """The processes of the norm behind the judgement; None where nobody asked for them."""
    weak: tuple[Weakness, ...] = ()
    """The algorithms behind it that no longer hold, or did not hold at the time."""
    changed: tuple[str, ...] = ()
    """The objects that later revisions wrote, each with what it is."""


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
    issuers: tuple[tuple[Statement, ...], ...] = ()
    """As for a signature."""
    weak: tuple[Weakness, ...] = ()
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
    unreadable: tuple[Unreadable, ...]
    """Signatures that could not be examined."""
    last_is_timestamp: bool
    covers_file: bool
    bytes_after: int
    container_flaw: str | None
    shape_flaw: ShapeFlaw | None
    """What stands behind the first seal and has no business there."""
    forbids_changes: bool
    """That seal certifies the file and allows no change (DocMDP)."""
    demanded: SealLevel | None = None
    """The level that the seal must have; None: whatever it has is judged by its own rules."""
    future: Judgement | None = None
    """The simulated validation after all certificates expired, if it was asked for."""
