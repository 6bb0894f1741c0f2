"""The letter of a new scan stays with the person who asked for it."""

from __future__ import annotations

import pytest

from eakte.domain.akten import DocumentState
from eakte.domain.findings import Finding, FindingCode
from eakte.pipeline.closing import _heir
from tests.unit.review.letters import letter


@pytest.mark.parametrize("state", [DocumentState.REVIEW, DocumentState.HELD])
def test_it_waits_for_a_person_though_a_rule_could_have_released_it(state: DocumentState) -> None:
    old = letter(1, state=DocumentState.RESCAN, deadline="2026-11-05", deadline_rule="one month")
    new = letter(2, state=state, findings=(Finding(FindingCode.QA_HELD),))
    heir = _heir(old, new)
    assert heir.state is DocumentState.REVIEW
    assert FindingCode.RESCANNED in {each.code for each in heir.findings}
    assert (heir.deadline, heir.deadline_rule) == ("2026-11-05", "one month")
    held = FindingCode.QA_HELD in {each.code for each in heir.findings}
    assert held is (state is DocumentState.REVIEW)


def test_what_is_filed_keeps_its_state_and_findings() -> None:
    new = letter(2, state=DocumentState.FILED)
    assert _heir(letter(1, state=DocumentState.RESCAN), new) == new
