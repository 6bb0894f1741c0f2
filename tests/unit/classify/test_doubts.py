from __future__ import annotations

from datetime import date

import pytest

from eakte.classify.doubts import doubts, judged
from eakte.domain.findings import FindingCode
from eakte.domain.letters import Extraction, Field, FieldName

RECEIVED = date(2026, 3, 5)


def dated(value: str, confidence: float = 0.9) -> Extraction:
    return Extraction((Field(FieldName.DATE, value, value, confidence, "rule", 2),))


@pytest.mark.parametrize("value", ["2026-03-06", "2015-12-31", "2062-03-02"])
def test_a_date_after_receipt_or_long_before_it_is_a_doubt_and_no_value(value):
    found = judged(dated(value), RECEIVED)
    assert (found.fields[0].value, found.fields[0].read) == ("", value)
    (finding,) = doubts(found)
    assert (finding.code, finding.page) == (FindingCode.DOUBTFUL_DATE, 2)
    assert value in finding.detail


@pytest.mark.parametrize("value", ["2026-03-05", "2026-03-02", "2016-01-01"])
def test_a_plausible_date_is_not(value):
    found = judged(dated(value), RECEIVED)
    assert found == dated(value)
    assert doubts(found) == ()


def test_a_guess_is_doubtful():
    found = judged(dated("2026-03-02", 0.2), RECEIVED)
    assert found.fields[0].value == ""
    assert doubts(found)


def test_no_date_is_no_doubt():
    assert doubts(judged(Extraction(), RECEIVED)) == ()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (FieldName.AKTENZEICHEN, FindingCode.DOUBTFUL_AKTENZEICHEN),
        (FieldName.IBAN, FindingCode.DOUBTFUL_IBAN),
    ],
)
def test_doubtful_references_and_ibans_become_findings(name, code):
    field = Field(name, "", "as read", 0.0, "rule", 3, None, "why")
    assert [(each.code, each.page) for each in doubts(Extraction((field,)))] == [(code, 3)]
    assert doubts(Extraction((Field(name, "x", "x", 0.9, "rule", 3),))) == ()
