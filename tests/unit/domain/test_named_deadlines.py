"""Deadlines as letters name them."""

from __future__ import annotations

import pytest

from eakte.domain.named_deadlines import deadlines_in


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Bitte antworten Sie mir bis zum 12.03.2026.", "2026-03-12"),
        ("Ich setze Ihnen Frist bis 3. Mai 2026.", "2026-05-03"),
        ("bis spätestens Montag, 17. August 2026", "2026-08-17"),
        ("zahlbar bis zum 20.03.2026 ohne Abzug", "2026-03-20"),
        ("fällig am 30.04.2026", "2026-04-30"),
        ("spätestens am 30.04.2026", "2026-04-30"),
        ("innerhalb von zwei Wochen", "P2W"),
        ("binnen 14 Tagen", "P14D"),
        ("innerhalb eines Monats", "P1M"),
        ("binnen einer Woche", "P1W"),
    ],
)
def test_a_named_deadline_is_found(text, value):
    assert [each.value for each in deadlines_in(text)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "in der Zeit vom 01.02.2026 bis 03.04.2026",
        "von Januar bis April",
        "Ihr Bescheid vom 01.02.2026",
        "seit zwei Wochen",
        "innerhalb der Stadt",
        "binnen 10 Werktagen",  # the receipt of the letter tells no working days
    ],
)
def test_what_is_no_deadline_is_not(text):
    assert list(deadlines_in(text)) == []
