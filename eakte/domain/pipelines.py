"""What a pipeline file may say: languages, what waits for a person, and the release rule."""

from __future__ import annotations

from dataclasses import dataclass

from eakte.domain.findings import FindingCode


@dataclass(frozen=True)
class ReleaseRule:
    """Which classes may be sealed without a person looking, and the person who answers for that."""

    rule: str
    version: str
    owner: str
    min_confidence: float
    classes: tuple[str, ...]
    measured: bool = False
    """Whether it may release only what is measured: letters of classes whose precision confirmed
    letters prove, from the confidence on from which they do (`eakte classify train`). If not, the
    owner answers for `min_confidence` without a proof."""


@dataclass(frozen=True)
class PipelineDefinition:
    """One file of pipelines/; the order of the stages is code, never configuration."""

    name: str
    title: str
    languages: str
    hold: tuple[FindingCode, ...]
    """Findings with which a letter waits for a person."""
    release: ReleaseRule
