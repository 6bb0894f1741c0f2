"""The order of the queue, and which findings are reasons to wait."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eakte.domain.akten import Document, DocumentState
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.letters import Classification, Extraction, Field, FieldName
from eakte.pipeline.definition import load_definitions
from eakte.resources import data_dir
from eakte.review.gate import ALWAYS_HELD
from eakte.review.queue import ordered, told
from tests.unit.review.letters import RECEIVED, letter

_PIPELINE = load_definitions(data_dir("pipelines")).pipeline("posteingang")


def _order(*letters: Document) -> tuple[Document, ...]:
    return tuple(each for each, _deadline in ordered(letters))


def _found(*codes: FindingCode) -> tuple[Finding, ...]:
    return tuple(Finding(code) for code in codes)


def test_the_nearest_deadline_comes_first_then_the_oldest_receipt() -> None:
    late = letter(1, deadline="2026-11-05")
    soon = letter(2, deadline="2026-10-20")
    old = letter(3, received_at=RECEIVED - timedelta(days=9))
    new = letter(4)
    assert _order(new, late, old, soon) == (soon, late, old, new)
    same = letter(5, deadline="2026-10-20", received_at=RECEIVED - timedelta(days=1))
    assert _order(soon, same) == (same, soon)


def test_a_sample_is_as_urgent_as_what_is_held_behind_it() -> None:
    sample = letter(1, batch="a", sampled=True, deadline="2026-12-01")
    other = letter(2, batch="a", deadline="2026-11-01")
    elsewhere = letter(3, batch="b", sampled=True)
    held = [
        letter(4, batch="a", deadline="2026-10-20", state=DocumentState.HELD),
        letter(5, batch="a", deadline="2026-10-25", state=DocumentState.HELD),
        letter(6, batch="a", state=DocumentState.HELD),
    ]
    assert ordered((other, elsewhere, sample), held) == (
        (sample, "2026-10-20"),
        (other, "2026-11-01"),
        (elsewhere, ""),
    )
    assert ordered((other, sample)) == ((other, "2026-11-01"), (sample, "2026-12-01"))


def test_reasons_are_what_holds_a_letter_and_the_rest_is_noted() -> None:
    findings = _found(FindingCode.BITONAL, FindingCode.UPSIDE_DOWN, FindingCode.NO_AKTE)
    known = told(letter(findings=findings), _PIPELINE)
    assert known.reasons == _found(FindingCode.UPSIDE_DOWN, FindingCode.NO_AKTE)
    assert known.notes == _found(FindingCode.BITONAL)


@pytest.mark.parametrize("code", sorted(ALWAYS_HELD))
def test_whatever_always_holds_is_a_reason(code: FindingCode) -> None:
    assert told(letter(findings=_found(code)), _PIPELINE).reasons == _found(code)


def test_what_a_person_corrected_is_no_reason_any_more() -> None:
    codes = (
        FindingCode.LOW_CONFIDENCE,
        FindingCode.NO_AKTE,
        FindingCode.DOUBTFUL_DATE,
        FindingCode.SEVERAL_AKTENZEICHEN,
    )
    waiting = letter(findings=_found(*codes))
    assert told(waiting, _PIPELINE).reasons == _found(*codes)
    dated = Field(FieldName.DATE, "2026-10-01", "1.10.2026", 1.0, "person:probst", 1)
    akte = "20.2-903.10/2026-0001"
    named = Field(FieldName.AKTENZEICHEN, akte, akte, 1.0, "person:probst", 1)
    settled = letter(
        findings=_found(*codes),
        classification=Classification("rechnung", 1.0, ("person:probst",)),
        aktenzeichen=akte,
        extraction=Extraction((dated, named)),
    )
    known = told(settled, _PIPELINE)
    assert known.reasons == ()
    assert known.notes == _found(*codes), "they stay findings, for the Transfervermerk"
