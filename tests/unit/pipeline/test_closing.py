"""The letter of a new scan stays with the person who asked for it, and keeps what is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from eakte.domain.akten import Document, DocumentState
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.letters import Classification
from eakte.domain.transfervermerk import Look, Release, ReleaseKind
from eakte.errors import RefusedError
from eakte.pipeline import closing, heritage
from eakte.pipeline.definition import load_definitions
from eakte.resources import data_dir
from tests.unit.review.letters import RECEIVED, letter

_DEFINITIONS = load_definitions(data_dir("pipelines"))
_FIRST_OF_MAY = datetime(2026, 4, 30, 22, 30, tzinfo=UTC)
"""In Germany."""
_APPEAL = Classification("widerspruch", 0.95)
_TENDER = Classification("vergabe_glasfaser", 0.95)
_BILL = Classification("rechnung", 0.95)


def _heir(old: Document, new: Document) -> Document:
    return closing._heir(old, new, "probst", _DEFINITIONS)


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


def test_deadlines_count_from_the_first_receipt_whatever_was_known_then() -> None:
    """The old letter's class set none; the day is Germany's, not that of UTC."""
    old = letter(1, state=DocumentState.RESCAN, received_at=_FIRST_OF_MAY, classification=_BILL)
    new = heritage.with_deadline(letter(2, classification=_APPEAL), _DEFINITIONS)
    assert new.deadline == "2026-11-05"
    heir = _heir(old, new)
    assert heir.deadline == "2026-06-01"
    assert "2026-05-01 + 1 month" in heir.deadline_rule
    assert Finding(FindingCode.RESCANNED, None, f"{old.id}, 2026-05-01") in heir.findings
    assert heir.received_at == RECEIVED, "the Transfervermerk tells when this scan came"
    corrected = replace(heir, classification=Classification("einspruch_bussgeld", 1.0))
    assert heritage.with_deadline(corrected, _DEFINITIONS).deadline == "2026-05-15"
    again = _heir(replace(heir, state=DocumentState.RESCAN), letter(3, classification=_APPEAL))
    assert again.deadline == "2026-06-01", "scanned a third time"


def test_parts_of_a_new_scan_count_from_the_first_receipt_too() -> None:
    whole = letter(1, first_received_at=_FIRST_OF_MAY, classification=_BILL)
    part = heritage.heir(letter(2, classification=_APPEAL), (whole,), _DEFINITIONS)
    assert (part.first_receipt, part.deadline) == (_FIRST_OF_MAY, "2026-06-01")


def test_what_was_due_and_is_done_is_not_due_again() -> None:
    old = letter(1, state=DocumentState.RESCAN, received_at=_FIRST_OF_MAY)
    done = letter(2, state=DocumentState.FILED, classification=_APPEAL, deadline_rule="counted")
    assert _heir(old, done).deadline == ""


def test_who_calls_it_the_new_scan_does_not_lower_the_schutzbedarf_alone() -> None:
    old = letter(1, state=DocumentState.RESCAN, classification=_TENDER, lowered_by=("ohlsen",))
    assert _heir(old, letter(2, classification=_BILL)).lowered_by == ("ohlsen", "probst")
    assert _heir(old, letter(2, classification=_TENDER)).lowered_by == ("ohlsen",)


@pytest.mark.parametrize(
    ("kind", "first", "enough"),
    [
        (ReleaseKind.RULE, None, False),
        (ReleaseKind.PERSON, None, False),
        (ReleaseKind.PERSON, Look("B. Yilmaz", "yilmaz", RECEIVED), True),
    ],
)
def test_what_is_sealed_must_have_been_released_as_the_old_letter_needs(
    kind: ReleaseKind, first: Look | None, *, enough: bool
) -> None:
    """Else a better scan would be a way around the second person."""
    old = letter(1, state=DocumentState.RESCAN, classification=_TENDER)
    release = Release(kind, "A. Probst", "", RECEIVED, "probst", first=first)
    filed = letter(2, state=DocumentState.FILED, classification=_BILL, release=release)
    heir = closing._heir(old, filed, "ohlsen", _DEFINITIONS)
    if enough:
        closing._require_enough(old, heir, _DEFINITIONS)
        return
    with pytest.raises(RefusedError, match="less than"):
        closing._require_enough(old, heir, _DEFINITIONS)
