from __future__ import annotations

from datetime import date

import pytest

from eakte.classify.doubts import doubts
from eakte.domain.findings import FindingCode
from eakte.domain.letters import Extraction, Field, FieldName

RECEIVED = date(2026, 3, 5)


def dated(value: str, confidence: float = 0.9) -> Extraction:
    return Extraction((Field(FieldName.DATE, value, value, confidence, "rule", 2),))


@pytest.mark.parametrize("value", ["2026-03-06", "2015-12-31", "2062-03-02"])
def test_a_date_after_receipt_or_long_before_it_is_doubtful(value):
    (finding,) = doubts(dated(value), RECEIVED)
    assert (finding.code, finding.page) == (FindingCode.DOUBTFUL_DATE, 2)
    assert value in finding.detail


@pytest.mark.parametrize("value", ["2026-03-05", "2026-03-02", "2016-01-01"])
def test_a_plausible_date_is_not(value):
    assert doubts(dated(value), RECEIVED) == ()


def test_a_guess_is_doubtful():
    assert doubts(dated("2026-03-02", 0.2), RECEIVED)


def test_no_date_is_no_doubt():
    assert doubts(Extraction(), RECEIVED) == ()
