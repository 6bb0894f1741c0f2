"""Drawing samples: a pure function of a recorded seed and the document id.

An auditor repeats the draw with `eakte qa draw`, or with any SHA-256:
the first 64 bits of SHA-256("<seed>/<document id>"), read as a fraction, are below the rate.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from eakte.domain.ids import DocumentId
from eakte.domain.letters import ClassDefinition
from eakte.domain.pipelines import PipelineDefinition
from eakte.domain.quality import Candidate, QualitySettings

_BITS = 64
_RANGE = 1 << _BITS


def is_drawn(seed: str, candidate: Candidate) -> bool:
    """Tell whether a letter is in the sample: 0 draws none, 1 draws all."""
    digest = hashlib.sha256(f"{seed}/{candidate.document}".encode()).digest()
    return int.from_bytes(digest[: _BITS // 8], "big") < candidate.rate * _RANGE


def draw(seed: str, candidates: Iterable[Candidate]) -> tuple[DocumentId, ...]:
    """Give the letters that are in the sample, in the order of their ids."""
    return tuple(sorted(each.document for each in candidates if is_drawn(seed, each)))


def rate_of(
    definition: ClassDefinition, pipeline: PipelineDefinition, settings: QualitySettings
) -> float:
    """Give the share that is drawn: the operator's, else the class's, else the pipeline's."""
    if settings.sample_rate is not None:
        return settings.sample_rate
    own = definition.sample_rate
    return pipeline.release.sample_rate if own is None else own


def written(candidates: Iterable[Candidate]) -> str:
    """Write candidates for the audit log: `<id>:<rate>,<id>:<rate>`, by id."""
    ordered = sorted(candidates, key=lambda each: each.document)
    return ",".join(f"{each.document}:{each.rate!r}" for each in ordered)


def read(text: str) -> tuple[Candidate, ...]:
    """Read candidates as `written` wrote them; raises ValueError if it is not that."""
    pairs = (each.rpartition(":") for each in text.split(",") if each)
    return tuple(Candidate(DocumentId(name), float(rate)) for name, _colon, rate in pairs)
