"""What a seal, a signature or a time-stamp is worth by eIDAS: an answer beside its validity."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from eakte.i18n import N_


class Rank(StrEnum):
    """The ranks of Regulation (EU) 910/2014; it says nothing of whether bytes were changed."""

    QUALIFIED_SEAL = N_("qualified seal")
    QUALIFIED_SIGNATURE = N_("qualified signature")
    ADVANCED_SEAL = N_("advanced seal with qualified certificate")
    ADVANCED_SIGNATURE = N_("advanced signature with qualified certificate")
    QUALIFIED_TIMESTAMP = N_("qualified time-stamp")
    NOT_QUALIFIED = N_("not qualified")
    DEMO = N_("demo certificate, not qualified")
    UNKNOWN = N_("not assessed")


@dataclass(frozen=True)
class Qualification:
    """A rank, and on which list, service and status it rests, in words."""

    rank: Rank
    basis: str = ""
