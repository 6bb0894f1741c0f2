"""How long the proof in a sealed original holds, and which bytes stood for it when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eakte.domain.ids import Digest


@dataclass(frozen=True)
class Protection:
    """The last document time-stamp of a sealed original: all before it rests on it."""

    stamped_at: datetime
    until: datetime
    """When the first certificate behind it ends: by then another one must cover it."""
    algorithms: tuple[str, ...]
    """What it rests on, by table and name in the policy: `digests:sha256`, `rsa:3072`."""


@dataclass(frozen=True)
class SealedVersion:
    """Bytes of a sealed original, with the report that judged them."""

    sealed: Digest
    report: Digest
    verdict: str
    protection: Protection | None
