"""Deadlines after BGB §§ 187 to 193, against dates counted by hand with a printed calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte.domain.codec import from_plain
from eakte.domain.deadlines import (
    DeadlineRule,
    counted,
    end_of_period,
    is_working_day,
    next_working_day,
)
from eakte.domain.letters import ClassDefinition
from eakte.domain.moments import local_day

_DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("received", "period", "due"),
    [
        ("2026-03-02", "1 month", "2026-04-02"),  # Thursday
        ("2026-03-03", "1 month", "2026-04-07"),  # Good Friday .. Easter Monday
        ("2026-01-31", "1 month", "2026-03-02"),  # no 31 February; the 28th is a Saturday
        ("2024-01-31", "1 month", "2024-02-29"),  # leap year, Thursday
        ("2025-11-30", "3 months", "2026-03-02"),  # 28 February is a Saturday
        ("2025-12-23", "2 weeks", "2026-01-07"),  # Heilige Drei Könige
        ("2026-05-21", "2 weeks", "2026-06-05"),  # Fronleichnam 2026
        ("2023-10-18", "2 weeks", "2023-11-02"),  # Allerheiligen, a Wednesday
        ("2026-04-30", "2 weeks", "2026-05-15"),  # Christi Himmelfahrt
        ("2026-12-11", "2 weeks", "2026-12-28"),  # Christmas, a Friday, and the weekend
        ("2026-09-19", "2 weeks", "2026-10-05"),  # 3 October on a Saturday
        ("2026-12-30", "2 days", "2027-01-04"),  # New Year, a Friday
        ("2025-02-28", "1 year", "2026-03-02"),  # a Saturday
    ],
)
def test_periods_end_as_the_civil_code_says(received: str, period: str, due: str) -> None:
    found = counted(DeadlineRule(period, "x"), date.fromisoformat(received))
    assert found.day.isoformat() == due


@pytest.mark.parametrize(
    "holiday",
    [
        "2026-01-06", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25",
        "2026-06-04", "2023-11-01", "2025-10-03", "2025-12-25", "2025-12-26", "2024-05-30",
        "2027-05-27",
    ],
)  # fmt: skip
def test_holidays_of_baden_wuerttemberg(holiday: str) -> None:
    assert not is_working_day(date.fromisoformat(holiday))


@pytest.mark.parametrize(
    "day",
    ["2023-08-15", "2025-10-31", "2023-11-22", "2025-12-24", "2025-12-31", "2022-03-08"],
)
def test_holidays_of_other_laender_are_working_days(day: str) -> None:
    assert is_working_day(date.fromisoformat(day))


@given(_DAYS, st.integers(1, 999), st.sampled_from(("day", "week", "month", "year")))
def test_a_deadline_is_a_working_day_soon_after_the_period(day: date, count: int, unit: str):
    count = min(count, 99) if unit == "year" else count
    end = end_of_period(day, f"{count} {unit}s")
    due = next_working_day(end)
    assert day < end <= due <= end + timedelta(days=5)
    assert is_working_day(due)
    assert not any(is_working_day(end + timedelta(days=n)) for n in range((due - end).days))


@given(_DAYS, st.integers(1, 48))
def test_months_end_on_the_same_number_or_the_last_day(day: date, count: int) -> None:
    end = end_of_period(day, f"{count} months")
    months = (end.year - day.year) * 12 + end.month - day.month
    assert months == count
    assert end.day == day.day or (end + timedelta(days=1)).day == 1


def test_the_rule_says_how_it_was_counted() -> None:
    found = counted(DeadlineRule("1 month", "Wiedervorlage"), date(2026, 3, 3))
    assert found.rule == "Wiedervorlage: 2026-03-03 + 1 month = 2026-04-03 → 2026-04-07 (§ 193 BGB)"


@pytest.mark.parametrize("period", ["", "soon", "0 days", "1 fortnight", "1000 days", "1 month "])
def test_a_period_that_cannot_be_counted_is_refused(period: str) -> None:
    with pytest.raises(ValueError, match="period"):
        from_plain(ClassDefinition, _class(period))


def _class(period: str) -> dict[str, object]:
    rule = {"period": period, "name": "x"}
    return {"id": "x", "name": "x", "description": "x", "deadline": rule}


def test_the_day_of_receipt_is_the_german_one() -> None:
    assert local_day(datetime(2026, 3, 1, 23, 30, tzinfo=UTC)) == date(2026, 3, 2)
    assert local_day(datetime(2026, 7, 1, 21, 59, tzinfo=UTC)) == date(2026, 7, 1)
    assert local_day(datetime(2026, 7, 1, 22, 0, tzinfo=UTC)) == date(2026, 7, 2)
