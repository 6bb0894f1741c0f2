"""Protection levels of seals, and which Schutzbedarf needs which (BSI TR-03138 A.AM.IN)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from eakte.domain.letters import Schutzbedarf
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
