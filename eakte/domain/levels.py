"""Protection levels of seals, and which Schutzbedarf needs which (BSI TR-03138 A.AM.IN)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from eakte.domain.letters import Schutzbedarf
from eakte.domain.preservation import SealLevel
from eakte.i18n import N_


class Level(StrEnum):
    """What a seal reaches, as it stands in Transfervermerke."""

    DEMO = "demo"
    NOT_ASSESSED = N_("not assessed")
    ADVANCED = N_("advanced")
    QUALIFIED = N_("qualified")
    QUALIFIED_WITH_TIME = N_("qualified, qualified time-stamp")


class Lack(StrEnum):
    """What keeps a seal from a level."""

    CERTIFICATE = N_("a certificate that is no demo's")
    QUALIFIED = N_("a qualified certificate for seals or signatures")
    DEVICE = N_("a qualified device for the key")
    LISTED = N_("a trusted list that confirms the certificate")
    TIME = N_("a time-stamp that a trusted list confirms as qualified")
    EVIDENCE = N_("evidence in the file for the time when certificates have ended (B-LT)")


@dataclass(frozen=True)
class Reach:
    """The level that seals of a key reach, and what keeps them from the levels above."""

    level: Level
    lacks: tuple[Lack, ...] = ()


_KEPT_FROM = {
    Lack.CERTIFICATE: Level.ADVANCED,
    Lack.QUALIFIED: Level.QUALIFIED,
    Lack.DEVICE: Level.QUALIFIED,
    Lack.LISTED: Level.QUALIFIED,
    Lack.TIME: Level.QUALIFIED_WITH_TIME,
    Lack.EVIDENCE: Level.QUALIFIED,
}
_ORDER = tuple(Level)
_NEEDED = {
    Schutzbedarf.NORMAL: Level.ADVANCED,
    Schutzbedarf.HOCH: Level.QUALIFIED,
    Schutzbedarf.SEHR_HOCH: Level.QUALIFIED_WITH_TIME,
}


def needed(schutzbedarf: Schutzbedarf) -> Level:
    """Give the lowest level that suffices."""
    return _NEEDED[schutzbedarf]


def needed_seal(schutzbedarf: Schutzbedarf) -> SealLevel:
    """Give the lowest level of a seal that suffices.

    What must be qualified must be provable as such when its certificate has ended.
    """
    return SealLevel.B if schutzbedarf is Schutzbedarf.NORMAL else SealLevel.LT


def sealed_at(reach: Reach, level: SealLevel) -> Reach:
    """Give what seals of a key reach at a level: without evidence in the file advanced at most."""
    if level.has_evidence:
        return reach
    lacks = {*reach.lacks, Lack.EVIDENCE} | ({Lack.TIME} if not level.has_time else set())
    reached = min(reach.level, Level.ADVANCED, key=_ORDER.index)
    return Reach(reached, tuple(lack for lack in Lack if lack in lacks))


def suffices(reached: str, schutzbedarf: Schutzbedarf) -> bool:
    """Tell whether a level suffices; one that nobody knows never does."""
    known = [level.value for level in _ORDER]
    return reached in known and known.index(reached) >= _ORDER.index(needed(schutzbedarf))


def missing(reach: Reach, schutzbedarf: Schutzbedarf) -> tuple[Lack, ...]:
    """Give what is missing for a Schutzbedarf; nothing if the level suffices."""
    if suffices(reach.level.value, schutzbedarf):
        return ()
    wanted = _ORDER.index(needed(schutzbedarf))
    return tuple(lack for lack in reach.lacks if _ORDER.index(_KEPT_FROM[lack]) <= wanted)
