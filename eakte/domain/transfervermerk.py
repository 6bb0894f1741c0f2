"""The Transfervermerk: who vouches that the scan equals the paper, and what was checked.

Its items follow BSI TR-03138 (RESISCAN) A.NB.4: (a) creator, (b) environment, (c) anomalies,
(d) times, (e) result of quality assurance with completeness, (f) statement of the match.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eakte.domain.findings import Finding
from eakte.domain.levels import Lack
from eakte.domain.preservation import SealLevel
from eakte.domain.quality import CheckKind, QualityCheck


class ReleaseKind(StrEnum):
    """Whether a person looked, or a rule that a person answers for decided."""

    PERSON = "person"
    RULE = "rule"


@dataclass(frozen=True)
class Look:
    """The first of two persons: who looked at the letter, from which account, and when."""

    person: str
    account: str
    at: datetime
    remark: str = ""
    """What the person says of the paper."""


_LOOKED_AT = QualityCheck(CheckKind.FULL)


@dataclass(frozen=True)
class Release:
    """The decision to seal; `person` is a natural person (or a resolvable pseudonym) either way."""

    kind: ReleaseKind
    person: str
    rule: str
    """Name and version of the rule, empty when a person looked."""
    at: datetime
    account: str
    """The account that released: where a person is named by another, this tells who did."""
    check: QualityCheck = _LOOKED_AT
    """How the letter was checked; the transition that releases it fills this in."""
    first: Look | None = None
    """The first of two persons, where two must release it."""
    remark: str = ""
    """What the person says of the paper: it is a copy, a page is missing …"""

    @property
    def remarks(self) -> tuple[tuple[str, str], ...]:
        """Give what was remarked on the paper: who said it, and the text."""
        said = (self.first.person, self.first.remark) if self.first else ("", "")
        return tuple(each for each in (said, (self.person, self.remark)) if each[1])


@dataclass(frozen=True)
class Verfahren:
    """A Verfahrensdokumentation: its version, and the digest of its text."""

    version: str
    sha256: str

    def __str__(self) -> str:
        """Name it in one line."""
        return f"Version {self.version}, SHA-256 {self.sha256}"


@dataclass(frozen=True)
class Transfervermerk:
    """One per sealed document; it travels in its XMP and beside it."""

    document: str
    source_sha256: str
    """Digest of the scan as the scanner delivered it."""
    pages: tuple[int, ...]
    creator: str
    """(a) the natural person who answers for this Transfervermerk."""
    organisation: str
    environment: str
    """(b) station, software and versions."""
    verfahrensdokumentation: Verfahren
    """(b) the Verfahrensdokumentation in force."""
    anomalies: tuple[Finding, ...]
    """(c)"""
    anomalies_statement: str
    """(c) in words, also if there are none."""
    received_at: datetime
    """(d) capture: intake and integrity protection by hash."""
    recognised_at: datetime
    """(d) metadata were captured."""
    released_at: datetime
    """(d) quality assurance ended."""
    made_at: datetime
    """(d) this Transfervermerk was written; the seal, with its time-stamp, follows at once."""
    release: Release
    complete: bool
    """(e) every page of the part is in the archive copy."""
    qa_result: str
    """(e) in words: what was checked, by whom or by which rule."""
    match_statement: str
    """(f) whether the scan matches the paper in picture and content, and who claims it."""
    schutzbedarf: str
    level_reached: str
    """Which protection level the seal reaches; a demo certificate reaches 'demo' only."""
    seal_level: SealLevel
    """The PAdES level that it is sealed for: a file with less of it is not what was sealed."""
    level_missing: tuple[Lack, ...] = ()
    """What the Schutzbedarf demands and the seal does not have."""
