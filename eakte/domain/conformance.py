"""What an independent validator said of a letter's PDF/A."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from eakte.domain.findings import Finding, FindingCode
from eakte.domain.ids import Digest, DocumentId
from eakte.domain.mail import Enclosure, EnclosureRole


class Outcome(StrEnum):
    """The three ways in which asking veraPDF can end; only the first one is good."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    """It says that the file does not conform."""
    FAILED = "failed"
    """It gave no answer, or none that is about this file."""


@dataclass(frozen=True)
class Answer:
    """What veraPDF answered: its report as printed, and what that means."""

    outcome: Outcome
    detail: str
    report: str


@dataclass(frozen=True)
class Confirmation:
    """One answer that was kept; `subject` is `archive copy` or `sealed original`."""

    subject: str
    flavour: str
    """What the file claims, as in `2u`."""
    outcome: Outcome
    detail: str
    report: Digest
    """veraPDF's machine-readable report (XML), or what it said instead."""


Confirmations = tuple[Confirmation, ...]


def enclosures_of(document: DocumentId, confirmations: Confirmations) -> tuple[Enclosure, ...]:
    """Give the reports as files that belong to the scan, named after letter and outcome."""
    return tuple(
        Enclosure(
            f"{document} {one.subject} PDF/A-{one.flavour} {one.outcome.value}",
            one.report,
            EnclosureRole.CONFORMANCE,
        )
        for one in confirmations
    )


def findings_of(confirmations: Confirmations) -> tuple[Finding, ...]:
    """Give a finding for each time that veraPDF gave no answer."""
    return tuple(
        Finding(FindingCode.UNCONFIRMED, None, f"{one.subject}: {one.detail}")
        for one in confirmations
        if one.outcome is Outcome.FAILED
    )
