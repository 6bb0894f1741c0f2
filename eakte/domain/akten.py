"""Akte > Vorgang > Dokument, and the Aktenzeichen that names an Akte."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from eakte.domain.archive import Conversion
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.findings import Finding
from eakte.domain.ids import Digest, DocumentId, new_uuid
from eakte.domain.letters import Classification, Extraction
from eakte.domain.preservation import Protection, SealLevel
from eakte.domain.transfervermerk import Look, Release, Transfervermerk

AKTENZEICHEN = re.compile(
    r"(?P<office>\d{2}(?:\.\d{1,2})?)-(?P<unit>\d{3}\.\d{2})/(?P<year>\d{4})-(?P<number>\d{4})",
    re.ASCII,
)
"""Office - unit of the Aktenplan / year - running number, as in 32.1-112.05/2026-0417.

Digits are 0 to 9 only: those of other scripts would make another name that looks the same.
"""


def is_aktenzeichen(text: str) -> bool:
    """Tell whether text is an Aktenzeichen in canonical form."""
    return AKTENZEICHEN.fullmatch(text) is not None


def unit_of(aktenzeichen: str) -> str:
    """Give the key of the unit of the Aktenplan that an Aktenzeichen names, "" if none."""
    found = AKTENZEICHEN.fullmatch(aktenzeichen)
    return found["unit"] if found else ""


@dataclass(frozen=True)
class Akte:
    """A case file."""

    aktenzeichen: str
    title: str
    office: str
    """Federführend."""
    opened_at: datetime
    uuid: str = field(default_factory=new_uuid)
    unit: str = ""
    """Key of its unit of the Aktenplan, as in 112.05."""
    confidentiality: Confidentiality = Confidentiality.OFFEN
    begins: str = ""
    """Laufzeit: its first day, ISO 8601."""
    ends: str = ""
    """Laufzeit: its last day, empty while it is not known."""
    closed_at: datetime | None = None
    """Since when it is zu den Akten (ZdA); a closed Akte takes nothing."""
    version: int = 1
    """Counts its changes; writers name the version they saw (optimistic locking)."""


@dataclass(frozen=True)
class Vorgang:
    """A transaction within an Akte; documents are filed into one."""

    id: int
    aktenzeichen: str
    number: int
    title: str
    uuid: str = field(default_factory=new_uuid)
    closed_at: datetime | None = None
    version: int = 1


class DocumentState(StrEnum):
    """Where a letter is on its way; it is in exactly one state."""

    REVIEW = "review"
    HELD = "held"
    """A rule may release it as soon as the sample of its batch has passed."""
    RELEASED = "released"
    DELAYED = "waiting-for-time-stamp"
    """Released; sealed as soon as time-stamps and revocation data can be had again."""
    FILED = "filed"
    REJECTED = "rejected"
    RESCAN = "rescan"
    """Closed: the paper is to be scanned again; a letter of the new scan may name this one."""
    REGROUPING = "regrouping"
    """A person divided or joined it; new letters are being made of its pages."""
    SUPERSEDED = "superseded"
    """Other letters stand for it: those of its pages, or of a better scan. It is kept."""


CLOSED = frozenset({DocumentState.REJECTED, DocumentState.RESCAN, DocumentState.SUPERSEDED})
"""A letter in these states is kept and never sealed."""


@dataclass(frozen=True)
class Delay:
    """Since when a released letter waits for its seal, and why."""

    since: datetime
    reason: str
    """An English sentence; it is translated for display."""
    detail: str
    """Which service said what."""


@dataclass(frozen=True)
class Document:
    """A letter: one part of a scan, with what is known and where its bytes are."""

    id: DocumentId
    scan: Digest
    part: int
    pages: tuple[int, ...]
    state: DocumentState
    received_at: datetime
    classification: Classification
    subject: str
    sender: str
    letter_date: str
    """ISO 8601, empty if none was found."""
    aktenzeichen: str
    """The Akte it is (to be) filed in; empty while nobody knows."""
    extraction: Extraction
    findings: tuple[Finding, ...]
    """What a person should know; those that hold it in review are in it."""
    text: Digest
    """JSON list of RecognisedPage."""
    alto: Digest
    """The words with their places and confidence as ALTO 4 XML."""
    archive_copy: Digest
    """PDF/A before Transfervermerk and seal."""
    conversion: Conversion
    """How the archive copy was made."""
    recognised_at: datetime
    release: Release | None = None
    transfervermerk: Transfervermerk | None = None
    sealed: Digest | None = None
    report: Digest | None = None
    """JSON VerificationReport of the read-back."""
    verdict: str = ""
    protection: Protection | None = None
    """What the proof in the sealed original rests on, and until when."""
    vorgang_id: int | None = None
    version: int = 1
    """Counts changes of this record; writers name the version they saw (optimistic locking)."""
    deadline: str = ""
    """ISO 8601: until when its class says that it be dealt with; empty if its class sets none."""
    deadline_rule: str = ""
    """How the deadline was counted, for a person to check."""
    successors: tuple[DocumentId, ...] = ()
    """The letters that stand for it (state superseded), or will do so (regrouping)."""
    batch: str = ""
    """The batch for quality assurance that it belongs to (QaBatch.id)."""
    sampled: bool = False
    """It was drawn: a person looks at it, and until then its batch is held."""
    first_look: Look | None = None
    """Where two persons must release it: the first of them."""
    first_received_at: datetime | None = None
    """When its paper was first received, if it was scanned again: deadlines count from then."""
    lowered_by: tuple[str, ...] = ()
    """Accounts that led it to a class of less Schutzbedarf: none of them alone releases it."""
    confidentiality: Confidentiality = Confidentiality.OFFEN
    """Its own; the effective one is the highest of this and that of its Akte."""
    delay: Delay | None = None
    """Set from the moment it had to wait for its seal until it is filed, or back in review."""

    @property
    def first_receipt(self) -> datetime:
        """Give the moment that its deadline counts from."""
        return self.first_received_at or self.received_at

    @property
    def level_reached(self) -> str:
        """Give the protection level of its seal as its Transfervermerk says, "" before sealing."""
        return self.transfervermerk.level_reached if self.transfervermerk else ""

    @property
    def seal_level(self) -> SealLevel:
        """Give the PAdES level that its sealed original must have: of its seal, or of a renewal."""
        sealed = self.transfervermerk.seal_level if self.transfervermerk else SealLevel.LTA
        renewed = self.protection.level if self.protection else sealed
        return max(sealed, renewed, key=lambda level: level.rank)
