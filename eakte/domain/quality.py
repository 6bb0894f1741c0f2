"""Quality assurance: batches of letters, the samples drawn from them, and what was checked.

BSI TR-03138 (RESISCAN) A.SC.8, A.O.1: samples at Schutzbedarf normal, everything above.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eakte.domain.ids import DocumentId
from eakte.i18n import N_


def german_percent(share: float) -> str:
    """Write a share as German texts do: 3,0 %."""
    return f"{100 * share:.1f} %".replace(".", ",")


class BatchState(StrEnum):
    """Where a batch is on its way."""

    OPEN = N_("open")
    """Its station is still at work: letters come."""
    SAMPLING = N_("sampling")
    """Its sample is drawn, and a person has not passed all of it."""
    PASSED = N_("passed")
    FULL_CHECK = N_("full check")
    """Its sample failed: a person looks at every letter that is left."""


@dataclass(frozen=True)
class QaBatch:
    """The letters that a station scanned in one go; ends when nothing of it is in work any more."""

    id: str
    """`<day of opening, UTC>/<running number of that day>/<station>`."""
    station: str
    opened_at: datetime
    state: BatchState
    seed: str = ""
    """What the sample was drawn with; empty while nothing was to be drawn from."""
    closed_at: datetime | None = None
    candidates: str = ""
    """What the sample was drawn from: `<document>:<rate>,…`."""


@dataclass(frozen=True)
class Candidate:
    """A letter that a rule may release, with the share of its kind that a person looks at."""

    document: DocumentId
    rate: float


class CheckKind(StrEnum):
    """How a letter was checked before its release."""

    FULL = "full"
    """A person looked at it."""
    SAMPLE = "sample"
    """A person looked at it because it was drawn."""
    RULE = "rule"
    """Nobody looked at it; the sample of its batch passed."""


@dataclass(frozen=True)
class QualityCheck:
    """How a letter was checked, and how the sample of its batch was drawn."""

    kind: CheckKind
    batch: str = ""
    seed: str = ""
    rate: float = 0.0
    """The share of letters of its kind that is drawn, 0 to 1."""
    letters: int = 0
    """So many letters of the batch could be drawn."""
    sampled: int = 0
    """So many of them were."""


@dataclass(frozen=True)
class QualitySettings:
    """What an operator sets for all pipelines: see `quality` in eakte.toml."""

    sample_rate: float | None = None
    """In place of the rates of pipelines and classes, if given."""
    sample_seed: str = ""
    """In place of the root of the audit log."""
    batch_letters: int = 50
    batch_minutes: float = 60.0
