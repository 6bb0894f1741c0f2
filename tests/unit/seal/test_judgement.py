"""A signature is held against the life of its certificate."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from eakte.seal import demo_pki
from eakte.seal.judgement import Indication, Judgement, within_life
from eakte.seal.keys import as_asn1
from tests.unit.seal.making import NOW, YEAR

SECOND = timedelta(seconds=1)


def test_a_signature_is_made_within_the_life_of_its_certificate():
    """At the proven moment, or else now."""
    wish = demo_pki._Wish("Seal", YEAR)
    begin = NOW.replace(microsecond=0)
    holder = as_asn1(demo_pki._issue(wish, "Stadt", begin, None).certificate)
    passed = Judgement(Indication.PASSED, "", "", intact=True, chain=(holder,))
    for moment, reason in (
        (begin - SECOND, "NOT_YET_VALID"),
        (begin, ""),
        (begin + YEAR, ""),
        (begin + YEAR + SECOND, "OUT_OF_BOUNDS_NO_POE"),
    ):
        proven = within_life(replace(passed, best_time=moment), holder, begin + 9 * YEAR)
        for judged in (within_life(passed, holder, moment), proven):
            assert judged.sub_indication == reason
            assert judged.indication == ("INDETERMINATE" if reason else "TOTAL-PASSED")
            assert (judged.intact, judged.chain) == (True, (holder,))
    failed = replace(passed, indication=Indication.FAILED, sub_indication="HASH_FAILURE")
    assert within_life(failed, holder, begin + 2 * YEAR) is failed
