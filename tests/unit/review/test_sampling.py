"""Samples: a pure function of seed and id, at the rate that was asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte.domain.ids import DocumentId, digest_of, document_id
from eakte.domain.letters import ClassDefinition
from eakte.domain.pipelines import PipelineDefinition, ReleaseRule
from eakte.domain.quality import Candidate, QualitySettings
from eakte.review.sampling import draw, is_drawn, rate_of, read, written

_IDS = [document_id(digest_of(str(number).encode()), 1) for number in range(4000)]
_RULE = ReleaseRule("r", "1", "M. Brandt", 0.8, ())
_PIPELINE = PipelineDefinition("p", "P", "deu", (), _RULE)
_CLASS = ClassDefinition("rechnung", "Rechnung", "")


def test_the_draw_is_fixed_for_all_time() -> None:
    """An auditor repeats it in years: this value must never change."""
    candidates = [Candidate(each, 0.03) for each in _IDS[:200]]
    assert draw("seed", candidates) == draw("seed", reversed(candidates))
    assert draw("seed", candidates) == _expected("seed", 0.03, _IDS[:200])
    assert draw("another seed", candidates) != draw("seed", candidates)


def _expected(seed: str, rate: float, ids: list[DocumentId]) -> tuple[DocumentId, ...]:
    import hashlib

    share = {
        each: int(hashlib.sha256(f"{seed}/{each}".encode()).hexdigest()[:16], 16) / 2**64
        for each in ids
    }
    return tuple(sorted(each for each in ids if share[each] < rate))


@pytest.mark.parametrize("rate", [0.03, 0.2, 0.5])
def test_it_draws_the_share_that_was_asked_for(rate: float) -> None:
    drawn = len(draw("seed", (Candidate(each, rate) for each in _IDS)))
    assert abs(drawn / len(_IDS) - rate) < 0.02


@given(seed=st.text(), rate=st.floats(0, 1), name=st.sampled_from(_IDS))
def test_none_at_0_all_at_1_and_never_fewer_at_a_higher_rate(
    seed: str, rate: float, name: DocumentId
) -> None:
    assert not is_drawn(seed, Candidate(name, 0.0))
    assert is_drawn(seed, Candidate(name, 1.0))
    if is_drawn(seed, Candidate(name, rate)):
        assert is_drawn(seed, Candidate(name, min(1.0, rate * 1.5)))


@given(st.dictionaries(st.sampled_from(_IDS), st.floats(0, 1)))
def test_candidates_are_read_back_from_the_log(rates: dict[DocumentId, float]) -> None:
    candidates = tuple(Candidate(name, rate) for name, rate in sorted(rates.items()))
    assert read(written(candidates)) == candidates


def test_whose_rate_counts() -> None:
    normal = QualitySettings()
    assert rate_of(_CLASS, _PIPELINE, normal) == 0.03
    assert rate_of(replace(_CLASS, sample_rate=0.0), _PIPELINE, normal) == 0
    assert rate_of(replace(_CLASS, sample_rate=0.5), _PIPELINE, normal) == 0.5
    every = QualitySettings(sample_rate=1.0)
    assert rate_of(replace(_CLASS, sample_rate=0.5), _PIPELINE, every) == 1


@pytest.mark.parametrize("rate", [-0.1, 3.0])
def test_a_rate_that_is_no_share_is_refused(rate: float) -> None:
    """3 for 3 % would check everything, a slip of the other kind nothing."""
    with pytest.raises(ValueError, match="sample_rate"):
        replace(_CLASS, sample_rate=rate)
    with pytest.raises(ValueError, match="sample_rate"):
        replace(_RULE, sample_rate=rate)
