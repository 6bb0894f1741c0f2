"""Every rule for anomalies finds what it says, and leaves alone what is just allowed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from eakte.audit.anomalies import Confirmation
from eakte.domain.events import Action
from eakte.domain.figures import SENTENCES, Rule
from tests.unit.audit.making import MONDAY, after, anomalies, event


def _released(name: str = "a-1", at: datetime = MONDAY, actor: str = "amt", first: str = ""):
    return event(Action.RELEASED, name, at, actor, kind="person", first=first)


def test_every_rule_has_a_sentence():
    assert list(SENTENCES) == list(Rule)


def test_an_honest_day_has_none():
    assert not anomalies(
        event(Action.PROPOSED, "a-1", after(seconds=-60)),
        event(Action.CORRECTED, "a-1", after(seconds=-30), "chef"),
        _released(),
        event(Action.FILED, "a-1", after(seconds=60)),
        confirmations=(Confirmation(4, after(seconds=90)),),
        now=after(seconds=120),
    )


@pytest.mark.parametrize(
    ("at", "odd"),
    [
        (datetime(2026, 6, 1, 3, 59, 59, tzinfo=UTC), True),  # 05:59:59 in Germany
        (datetime(2026, 6, 1, 4, 0, tzinfo=UTC), False),
        (datetime(2026, 6, 5, 17, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 6, 5, 18, 0, tzinfo=UTC), True),
        (datetime(2026, 6, 6, 10, 0, tzinfo=UTC), True),  # Saturday
        (datetime(2026, 6, 7, 21, 59, tzinfo=UTC), True),  # Sunday
        (datetime(2026, 1, 5, 4, 59, tzinfo=UTC), True),  # winter: 05:59
        (datetime(2026, 1, 5, 5, 0, tzinfo=UTC), False),
    ],
)
def test_releases_outside_office_hours(at, odd):
    assert (Rule.OUTSIDE_HOURS in anomalies(_released(at=at))) is odd


def test_a_rule_works_at_any_hour():
    night = datetime(2026, 6, 7, 1, 0, tzinfo=UTC)
    by_rule = event(Action.RELEASED, "a-1", night, kind="rule", rule="standard 1", first="")
    assert not anomalies(by_rule, by_rule)


def test_releases_within_seconds_of_the_same_person():
    found = anomalies(
        _released("a-1"),
        _released("a-2", after(seconds=4.9)),
        _released("a-3", after(seconds=5), actor="chef"),
        _released("a-4", after(seconds=9.9)),
    )
    (only,) = found[Rule.HASTY].first
    assert (only.object, only.detail, only.position) == ("a-2", "4.9 s", 1)


def test_a_first_look_counts_as_a_release_too():
    look = event(Action.FIRST_LOOK, "a-1", actor="amt", person="Amt")
    assert Rule.HASTY in anomalies(look, _released("a-2", after(seconds=1)))


def test_a_person_alone_releasing_an_own_correction():
    correction = event(Action.CORRECTED, "a-1", after(-300), "amt")
    assert anomalies(correction, _released())[Rule.OWN_CORRECTION].count == 1
    assert not anomalies(correction, _released(first="Chef"))
    assert not anomalies(correction, _released(actor="chef"))
    assert not anomalies(correction, _released("a-2"))


class TestWaiting:
    def test_a_letter_that_is_filed_late(self):
        letters = event(Action.PROPOSED, "a-1"), event(Action.PROPOSED, "a-2")
        ends = event(Action.FILED, "a-1", after(30.5)), event(Action.REJECTED, "a-2", after(30))
        found = anomalies(*letters, *ends, now=after(31))[Rule.WAITING_LONG]
        assert [(each.object, each.detail) for each in found.first] == [("a-1", "30.5 d")]

    def test_a_letter_and_a_file_that_wait_still(self):
        waiting = (
            event(Action.PROPOSED, "a-1"),
            event(Action.QUARANTINED, "scan", reason="encrypted"),
            event(Action.QUARANTINED, "tried again", reason="encrypted"),
            event(Action.RETRIED, "tried again"),
        )
        assert Rule.WAITING_LONG not in anomalies(*waiting, now=after(30))
        found = anomalies(*waiting, now=after(31))[Rule.WAITING_LONG]
        assert [each.object for each in found.first] == ["a-1", "scan"]

    def test_waiting_ends_with_the_period(self):
        late = datetime(2026, 12, 20, 10, 0, tzinfo=UTC)
        assert Rule.WAITING_LONG not in anomalies(
            event(Action.PROPOSED, "a-1", late), now=datetime(2027, 6, 1, tzinfo=UTC)
        )


def test_times_that_run_backwards_beyond_what_waiting_explains():
    found = anomalies(
        event(Action.VIEWED),
        event(Action.VIEWED, "kept waiting", after(seconds=-300)),
        event(Action.VIEWED, "dated back", after(seconds=-301)),
        event(Action.RECEIVED, "member of a delivery", after(-1)),
        event(Action.VIEWED, "before the period", after(-400)),
    )[Rule.CLOCK_BACK]
    assert [each.object for each in found.first] == ["dated back", "before the period"]
    assert found.first[0].detail == "301 s"


class TestCheckpoints:
    def test_in_time_even_if_another_confirms_it_again(self):
        confirmations = (Confirmation(2, after(1)), Confirmation(2, after(9)))
        events = (event(Action.VIEWED), event(Action.VIEWED, at=after(0.5)))
        assert not anomalies(*events, confirmations=confirmations, now=after(20))

    def test_one_that_comes_late_and_is_told_once(self):
        events = [event(Action.VIEWED, str(n), after(n)) for n in range(5)]
        confirmations = (Confirmation(1, after(1)), Confirmation(5, after(4.5)))
        late = anomalies(*events, confirmations=confirmations, now=after(5))[Rule.LATE_CHECKPOINT]
        assert [(each.object, each.detail) for each in late.first] == [("1", "3.5 d, 5")]

    def test_none_for_the_newest_events(self):
        assert Rule.LATE_CHECKPOINT not in anomalies(event(Action.VIEWED), now=after(2))
        assert Rule.LATE_CHECKPOINT in anomalies(event(Action.VIEWED), now=after(2.1))
        confirmed = (Confirmation(1, after(1)),)
        assert not anomalies(event(Action.VIEWED), confirmations=confirmed, now=after(9))


def test_an_akte_that_is_reopened_again_and_again_is_told_once():
    reopened = [event(Action.AKTE_REOPENED, "32.1-1/2026-1", after(n / 100)) for n in range(4)]
    assert Rule.REOPENED not in anomalies(reopened[0], event(Action.AKTE_REOPENED, "other"))
    assert anomalies(*reopened)[Rule.REOPENED].count == 1


def test_ten_refusals_on_one_day_of_one_person():
    refused = [event(Action.ACCESS_REFUSED, "access", actor="amt") for _n in range(9)]
    other = event(Action.ACCESS_REFUSED, "access", actor="chef")
    next_day = event(Action.ACCESS_REFUSED, "access", after(1), actor="amt")
    assert Rule.REFUSED_OFTEN not in anomalies(*refused, other, next_day, now=after(1))
    assert anomalies(*refused, refused[0], refused[0])[Rule.REFUSED_OFTEN].count == 1


def test_all_are_counted_and_the_first_are_shown():
    found = anomalies(*(_released(f"a-{n}", after(seconds=n)) for n in range(40)))[Rule.HASTY]
    assert (found.count, len(found.first)) == (39, 20)


def test_what_was_before_the_period_is_not_told():
    old = after(-300)
    night = datetime(2025, 6, 1, 1, 0, tzinfo=UTC)
    assert not anomalies(
        _released(at=night), _released(at=night),
        event(Action.AKTE_REOPENED, "a", old), event(Action.AKTE_REOPENED, "a", old),
        event(Action.PROPOSED, "a-9", after(-500)), event(Action.FILED, "a-9", old),
    )  # fmt: skip
