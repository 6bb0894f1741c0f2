"""How long the proof in a sealed original holds, and which bytes stood for it when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eakte.domain.ids import Digest


class SealLevel(StrEnum):
    """How far a seal is preserved (ETSI EN 319 142-1): by itself, in time, with evidence, renewed.

    What each needs: B-B nothing but the key, B-T a time-stamp in the seal, B-LT also certificates
    and revocation data in the file, B-LTA also a time-stamp over all of that.
    """

    B = "B-B"
    T = "B-T"
    LT = "B-LT"
    LTA = "B-LTA"

    @property
    def pades(self) -> str:
        """Give the name in reports: `PAdES-B-LTA`."""
        return f"PAdES-{self.value}"

    @property
    def rank(self) -> int:
        """Give 0 for B-B to 3 for B-LTA."""
        return list(SealLevel).index(self)

    @property
    def has_time(self) -> bool:
        """Say whether it needs a time-stamp."""
        return self is not SealLevel.B

    @property
    def has_evidence(self) -> bool:
        """Say whether the file itself says that no certificate was revoked."""
        return self.rank >= SealLevel.LT.rank


@dataclass(frozen=True)
class Protection:
    """What the proof in a sealed original rests on: its last time-stamp, or the bare seal."""

    level: SealLevel
    """The level that these bytes have, by seal or renewal."""
    stamped_at: datetime | None
    """None: no time-stamp is in it (B-B)."""
    until: datetime
    """When the first certificate behind it ends: by then another time-stamp must cover it."""
    algorithms: tuple[str, ...]
    """What it rests on, by table and name in the policy: `digests:sha256`, `rsa:3072`."""


@dataclass(frozen=True)
class SealedVersion:
    """Bytes of a sealed original, with the report that judged them."""

    sealed: Digest
    report: Digest
    verdict: str
    protection: Protection | None
