"""What a pipeline file may say: languages, what waits for a person, and the release rule."""

from __future__ import annotations

from dataclasses import dataclass

from eakte.domain.findings import FindingCode
from eakte.domain.preservation import SealLevel


@dataclass(frozen=True)
class ReleaseRule:
    """Which classes may be sealed without a person looking, and the person who answers for that."""

    rule: str
    version: str
    owner: str
    min_confidence: float
    classes: tuple[str, ...]
    sample_rate: float = 0.03
    """Share of the letters it may release that a person looks at first (TR-03138 A.SC.8)."""
    measured: bool = False
    """Whether it may release only what is measured: letters of classes whose precision confirmed
    letters prove, from the confidence on from which they do (`eakte classify train`). If not, the
    owner answers for `min_confidence` without a proof."""

    def __post_init__(self) -> None:
        """Refuse a rate that is no share: a typing error must not switch sampling off."""
        if not 0 <= self.sample_rate <= 1:
            raise ValueError("sample_rate must be from 0 to 1")
        if self.classes and not any(map(str.isalnum, self.owner)):
            raise ValueError("owner must name a natural person")


@dataclass(frozen=True)
class PipelineDefinition:
    """One file of pipelines/; the order of the stages is code, never configuration."""

    name: str
    title: str
    languages: str
    hold: tuple[FindingCode, ...]
    """Findings with which a letter waits for a person."""
    release: ReleaseRule
    seal_level: SealLevel = SealLevel.LTA
    """How far its seals are preserved."""
