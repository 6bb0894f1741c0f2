"""What AdES validation answers about one signature or time-stamp (ETSI EN 319 102-1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from asn1crypto import x509

from eakte.i18n import _


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


def within_life(judgement: Judgement, holder: x509.Certificate, at: datetime) -> Judgement:
    """Take back a PASSED for a signature made outside the life of its certificate.

    It was made at the proven moment, or else `at` (EN 319 102-1 §5.2.6.4, §5.5.4). pyHanko asks
    that neither of a certificate that is itself an anchor, nor that it began before a time-stamp.
    """
    made = judgement.best_time or at
    if judgement.indication is not Indication.PASSED:
        return judgement
    if made < holder.not_valid_before:
        reason, detail = "NOT_YET_VALID", _("its certificate was not yet valid")
    elif made > holder.not_valid_after:
        reason, detail = "OUT_OF_BOUNDS_NO_POE", _("its certificate had ended")
    else:
        return judgement
    open_ = Indication.INDETERMINATE
    return replace(judgement, indication=open_, sub_indication=reason, detail=detail)
