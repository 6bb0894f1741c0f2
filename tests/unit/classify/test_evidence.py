"""What confirmed letters prove: a lower bound, and no threshold without enough of them."""

from __future__ import annotations

import numpy as np
import pytest

from eakte.classify.evidence import (
    LEVELS,
    Outcome,
    lower_bound,
    thresholds,
    weigh,
    weigh_classes,
)


def outcomes(right: int, wrong: int, confidence: float, said: str = "a") -> list[Outcome]:
    return [Outcome(said, said, confidence)] * right + [Outcome(said, "b", confidence)] * wrong


@pytest.mark.parametrize(("right", "of"), [(299, 299), (472, 473), (50, 50), (90, 100)])
def test_the_bound_is_that_of_clopper_and_pearson(right, of):
    """A classifier as good as its bound is as lucky as this in one of twenty cases."""
    bound = lower_bound(right, of)
    luck = (np.random.default_rng(1).binomial(of, bound, 200_000) >= right).mean()
    assert luck == pytest.approx(0.05, abs=0.003)


def test_nothing_right_proves_nothing():
    assert lower_bound(0, 0) == lower_bound(0, 10) == 0.0


def test_299_letters_without_an_error_prove_99_percent_and_298_do_not():
    (few,), (enough,) = (weigh_classes(["a"], outcomes(count, 0, 0.97)) for count in (298, 299))
    assert few.proposed is None
    assert enough.proposed == LEVELS[0]
    assert thresholds([few]) == {}
    assert thresholds([enough]) == {"a": LEVELS[0]}


def test_the_threshold_rises_until_the_bound_holds():
    mixed = [*outcomes(400, 0, 0.96), *outcomes(50, 10, 0.75)]
    (found,) = weigh_classes(["a"], mixed)
    assert found.proposed == 0.8
    assert found.chosen is not None
    assert (found.chosen.sure, found.chosen.right) == (400, 400)
    assert found.chosen.coverage == pytest.approx(400 / 460)


def test_a_lower_target_asks_for_less():
    assert weigh_classes(["a"], outcomes(60, 0, 0.97), 0.95)[0].proposed == LEVELS[0]


def test_precision_is_that_of_what_was_said_not_of_what_was_meant():
    """Letters of b that were taken for a count against a."""
    both = [*outcomes(300, 20, 0.99), *outcomes(300, 0, 0.99, "b")]
    a, b = weigh_classes(["a", "b"], both)
    assert (a.said, a.right, a.confirmed, a.proposed) == (320, 300, 300, None)
    assert (b.said, b.right, b.confirmed, b.proposed) == (300, 300, 320, LEVELS[0])


def test_who_does_not_know_says_nothing():
    everyone = weigh([*outcomes(10, 0, 0.9), Outcome(None, "a", 0.3)])
    assert everyone.levels[0].sure == 10
    assert everyone.levels[0].coverage == pytest.approx(10 / 11)
