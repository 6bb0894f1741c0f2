"""What a Schutzbedarf demands of a seal, and what is missing (BSI TR-03138 A.AM.IN)."""

from __future__ import annotations

from eakte.domain.letters import Schutzbedarf
from eakte.domain.levels import Lack, Level, Reach, missing

_SEAL = (Lack.QUALIFIED, Lack.DEVICE, Lack.LISTED)


def test_what_is_missing_is_what_the_need_demands() -> None:
    """Issue 6: "hoch" demands a qualified seal, "sehr hoch" a qualified time-stamp, too."""
    demo = Reach(Level.DEMO, tuple(Lack))
    advanced = Reach(Level.ADVANCED, (*_SEAL, Lack.TIME))
    qualified = Reach(Level.QUALIFIED, (Lack.TIME,))
    best = Reach(Level.QUALIFIED_WITH_TIME)
    expected = {
        (demo, Schutzbedarf.NORMAL): (Lack.CERTIFICATE,),
        (demo, Schutzbedarf.HOCH): (Lack.CERTIFICATE, *_SEAL),
        (demo, Schutzbedarf.SEHR_HOCH): tuple(Lack),
        (advanced, Schutzbedarf.NORMAL): (),
        (advanced, Schutzbedarf.HOCH): _SEAL,
        (advanced, Schutzbedarf.SEHR_HOCH): (*_SEAL, Lack.TIME),
        (qualified, Schutzbedarf.HOCH): (),
        (qualified, Schutzbedarf.SEHR_HOCH): (Lack.TIME,),
        (best, Schutzbedarf.SEHR_HOCH): (),
    }
    assert {key: missing(*key) for key in expected} == expected
