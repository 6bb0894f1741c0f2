"""What AdES validation answers about one signature or time-stamp (ETSI EN 319 102-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from asn1crypto import x509


class Indication(StrEnum):
    """The three answers of EN 319 102-1 §5.1.3."""

    PASSED = "TOTAL-PASSED"
    FAILED = "TOTAL-FAILED"
    INDETERMINATE = "INDETERMINATE"


@dataclass(frozen=True)
class Judgement:
    """What AdES validation says: indication, why, and whether the bytes are the signed ones."""

    indication: Indication
    sub_indication: str
    detail: str
    intact: bool | None
    """Digest and signature value fit; None if that could not be computed."""
    chain: tuple[x509.Certificate, ...]
    """From the signer to the trust anchor; empty if there is no such path."""
    best_time: datetime | None = None
