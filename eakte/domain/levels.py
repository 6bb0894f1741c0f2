"""Protection levels of seals, and which Schutzbedarf needs which (BSI TR-03138 A.AM.IN)."""

from __future__ import annotations

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
