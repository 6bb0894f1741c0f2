"""What a Schutzbedarf demands of a seal, and what is missing (BSI TR-03138 A.AM.IN)."""

from __future__ import annotations

from eakte.domain.letters import Schutzbedarf
from eakte.domain.levels import Lack, Level, Reach, missing, needed_seal, sealed_at
from eakte.domain.preservation import SealLevel

_KEY = tuple(lack for lack in Lack if lack is not Lack.EVIDENCE)
_SEAL = (Lack.QUALIFIED, Lack.DEVICE, Lack.LISTED)


def test_what_is_missing_is_what_the_need_demands() -> None:
    """Issue 6: "hoch" demands a qualified seal, "sehr hoch" a qualified time-stamp, too."""
    demo = Reach(Level.DEMO, _KEY)
    advanced = Reach(Level.ADVANCED, (*_SEAL, Lack.TIME))
    qualified = Reach(Level.QUALIFIED, (Lack.TIME,))
    best = Reach(Level.QUALIFIED_WITH_TIME)
    expected = {
        (demo, Schutzbedarf.NORMAL): (Lack.CERTIFICATE,),
        (demo, Schutzbedarf.HOCH): (Lack.CERTIFICATE, *_SEAL),
        (demo, Schutzbedarf.SEHR_HOCH): _KEY,
        (advanced, Schutzbedarf.NORMAL): (),
        (advanced, Schutzbedarf.HOCH): _SEAL,
        (advanced, Schutzbedarf.SEHR_HOCH): (*_SEAL, Lack.TIME),
        (qualified, Schutzbedarf.HOCH): (),
        (qualified, Schutzbedarf.SEHR_HOCH): (Lack.TIME,),
        (best, Schutzbedarf.SEHR_HOCH): (),
    }
    assert {key: missing(*key) for key in expected} == expected


def test_what_must_be_qualified_needs_its_evidence_in_the_file() -> None:
    """Its certificate ends; at B-B and B-T the file alone proves nothing any more then."""
    best = Reach(Level.QUALIFIED_WITH_TIME)
    demo = Reach(Level.DEMO, (Lack.CERTIFICATE,))
    for level in SealLevel:
        enough = {need: level.rank >= needed_seal(need).rank for need in Schutzbedarf}
        found = sealed_at(best, level)
        assert enough == {need: missing(found, need) == () for need in Schutzbedarf}, level
    assert sealed_at(best, SealLevel.B) == Reach(Level.ADVANCED, (Lack.TIME, Lack.EVIDENCE))
    assert sealed_at(best, SealLevel.T) == Reach(Level.ADVANCED, (Lack.EVIDENCE,))
    assert sealed_at(best, SealLevel.LT) == sealed_at(best, SealLevel.LTA) == best
    assert sealed_at(demo, SealLevel.T).level is Level.DEMO
