"""What a yearly report counts: figures of a period, as an auditor could count them in the log.

Names of persons are those of the log, texts of letters do not occur.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from eakte.domain.moments import local_midnight
from eakte.i18n import N_


@dataclass(frozen=True)
class Period:
    """Days in Germany, the first and the last one included."""

    first: date
    last: date

    @property
    def begin(self) -> datetime:
        """Give the moment at which it begins."""
        return local_midnight(self.first)

    @property
    def end(self) -> datetime:
        """Give the first moment after it."""
        return local_midnight(self.last, 1)

    def covers(self, moment: datetime) -> bool:
        """Tell whether a moment is in it."""
        return self.begin <= moment < self.end


@dataclass(frozen=True)
class Limits:
    """From where on something is an anomaly."""

    day_begins: int = 6
    """Hour in Germany; releases before it are outside office hours."""
    day_ends: int = 20
    """Hour in Germany; releases from it on are outside office hours, as on Saturday and Sunday."""
    hasty_seconds: int = 5
    clock_back_seconds: int = 300
    """Events wait for each other to be written: a little disorder of their times is no sign."""
    checkpoint_days: int = 2
    waiting_days: int = 30
    reopened: int = 2
    refused_a_day: int = 10


class Rule(StrEnum):
    """The rules for anomalies: each is a question to ask, none is a proof of anything."""

    OUTSIDE_HOURS = "outside-hours"
    HASTY = "hasty"
    OWN_CORRECTION = "own-correction"
    WAITING_LONG = "waiting-long"
    REOPENED = "reopened"
    REFUSED_OFTEN = "refused-often"
    CLOCK_BACK = "clock-back"
    LATE_CHECKPOINT = "late-checkpoint"
    OTHER_KEY = "other-key"
    OTHER_SAMPLE = "other-sample"
    KNOWN_SEED = "known-seed"


SENTENCES = {
    Rule.OUTSIDE_HOURS: N_(
        "a person released a letter on a Saturday or Sunday, before {day_begins}:00 or from "
        "{day_ends}:00 on (German time; public holidays are not counted)"
    ),
    Rule.HASTY: N_("a person released a letter within {hasty_seconds} seconds of another one"),
    Rule.OWN_CORRECTION: N_("a person alone released a letter that the same person had corrected"),
    Rule.WAITING_LONG: N_(
        "a letter was not filed or closed, or a file stayed in quarantine, for more than "
        "{waiting_days} days"
    ),
    Rule.REOPENED: N_("an Akte was reopened {reopened} times"),
    Rule.REFUSED_OFTEN: N_("access was refused to a person {refused_a_day} times on one day"),
    Rule.CLOCK_BACK: N_(
        "an event is dated more than {clock_back_seconds} seconds before one that is older in "
        "the log (receipts are not counted: what is in a delivery bears its time)"
    ),
    Rule.LATE_CHECKPOINT: N_(
        "an event was not confirmed by a checkpoint within {checkpoint_days} days"
    ),
    Rule.OTHER_KEY: N_("a seal was made with another certificate than the one before it"),
    Rule.OTHER_SAMPLE: N_("a sample is not the one that its seed draws, or the seed is not the "
                          "root that the log had then"),
    Rule.KNOWN_SEED: N_("the seed of a sample came from the settings: it could be known before"),
}  # fmt: skip
"""What each rule finds; the braces are filled in with the limits."""


@dataclass(frozen=True)
class Sighting:
    """One event that a rule found."""

    position: int
    at: datetime
    object: str
    actor: str
    detail: str = ""
    """Figures, digests or codes, in no language."""


@dataclass(frozen=True)
class Anomaly:
    """What a rule found: how often, and the first of them."""

    rule: Rule
    count: int
    first: tuple[Sighting, ...]


@dataclass(frozen=True)
class Volume:
    """What arrived, and what became of it."""

    files: int = 0
    """New files; the same bytes again are duplicates."""
    octets: int = 0
    """Their size."""
    duplicates: int = 0
    pages: int = 0
    """Of files that became letters."""
    letters: int = 0
    """Proposed, also those made of others by dividing and joining."""
    quarantined: int = 0
    rejected: int = 0
    filed: int = 0


@dataclass(frozen=True)
class Batch:
    """A batch of quality assurance whose sample was drawn or concluded in the period."""

    name: str
    station: str
    at: datetime
    """When its seed was noted."""
    seed: str
    origin: str
    """`log:<n>`: the root of the log when it had n events; `settings`: a fixed seed."""
    candidates: int
    drawn: int
    result: str = ""
    """`passed`, `failed`, empty: not concluded in the period."""
    reason: str = ""
    """Why it failed, and of which letter."""


@dataclass(frozen=True)
class Trees:
    """Hash trees of evidence records: how many, over how many objects."""

    trees: int = 0
    objects: int = 0


Counts = dict[str, int]


@dataclass(frozen=True)
class Figures:
    """All figures of a period."""

    events: int
    """Events whose time is in the period."""
    unreadable: int
    """Entries of the whole log that are no events; they count nowhere."""
    size_before: int
    """How many events the log had when the first one of the period was written."""
    size_after: int
    """How many it had when the last one of the period was."""
    actions: Counts
    months: dict[str, Volume]
    """By month, as 2026-01; each month of the period."""
    stations: dict[str, Volume]
    pipelines: dict[str, Volume]
    quarantine: Counts
    """By reason."""
    held: Counts
    """Letters that no rule could release, by finding; one letter may have several."""
    refused_seals: Counts
    """By reason."""
    delayed_seals: Counts
    """By reason."""
    seals: Counts
    """By level."""
    renewals: Counts
    """By level."""
    released_by_person: Counts
    """By actor."""
    released_by_rule: Counts
    """By rule with its version."""
    two_persons: int
    """Of those by a person: released by a second one."""
    first_looks: Counts
    """By actor."""
    checks: Counts
    """Releases by how the letter was checked: full, sample, rule."""
    corrected_by: Counts
    corrected_fields: Counts
    rejected_by: Counts
    verdicts: Counts
    """Verifications by what they found."""
    evidence_created: dict[str, Trees]
    """By kind of tree."""
    evidence_renewed: dict[str, Trees]
    reads: dict[str, Counts]
    """Viewed, searched, exported, verified: by actor."""
    refused: dict[str, Counts]
    """Refused accesses: by actor and permission."""
    batches: tuple[Batch, ...]
