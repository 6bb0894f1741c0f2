"""When a service may be asked again, and how often; all processes of a home agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eakte.seal.endpoints import Endpoint

_URL = "http://tsa.example/"
_START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class _Hand:
    """A clock that is turned by hand."""

    def __init__(self):
        self.moment = _START

    def now(self):
        return self.moment

    def turn(self, seconds):
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return _Hand()


def test_each_failure_doubles_the_pause_up_to_five_minutes(clock):
    endpoint, pauses = Endpoint(_URL, clock), []
    for _failure in range(12):
        endpoint.failed("no route")
        pauses.append(endpoint.paused_seconds())
        clock.turn(pauses[-1] + 0.001)
    for number, pause in enumerate(pauses):
        expected = min(2.0 * 2**number, 300.0)
        assert expected * 0.75 <= pause <= expected * 1.25
    assert endpoint.memory().failures == 12


def test_pauses_are_spread_so_that_not_all_come_back_at_once(clock):
    endpoints = [Endpoint(_URL, clock) for _number in range(20)]
    for each in endpoints:
        each.failed("no route")
    assert len({each.paused_seconds() for each in endpoints}) > 10


def test_requests_that_were_under_way_when_it_failed_are_one_failure(clock):
    endpoint = Endpoint(_URL, clock)
    for _request in range(8):
        endpoint.failed("hangs")
    assert endpoint.memory().failures == 1
    assert endpoint.paused_seconds() <= 2.5


def test_a_good_answer_ends_it(clock):
    endpoint = Endpoint(_URL, clock)
    endpoint.failed("no route")
    endpoint.worked()
    assert endpoint.paused_seconds() == 0
    assert endpoint.memory().failures == 0


def test_another_process_hears_of_a_failure_and_of_its_end(clock, tmp_path):
    one, other = (Endpoint(_URL, clock, tmp_path / "services") for _process in range(2))
    one.failed("no route")
    assert other.memory().why == "no route"
    assert other.paused_seconds() == one.paused_seconds() > 0
    other.worked()
    assert one.paused_seconds() == 0
    (file,) = (tmp_path / "services").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert Endpoint("http://other.example/", clock, tmp_path / "services").memory().why == ""


def test_a_torn_file_is_as_good_as_none(clock, tmp_path):
    endpoint = Endpoint(_URL, clock, tmp_path)
    endpoint.failed("no route")
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:9])
    assert endpoint.paused_seconds() == 0
    endpoint.failed("no route")
    assert endpoint.memory().failures == 1


@pytest.mark.parametrize(
    ("wish", "least", "most"),
    [
        ("90", 90, 90),
        ("Mon, 02 Mar 2026 09:32:00 GMT", 120, 120),
        ("999999999", 3600, 3600),
        ("Mon, 02 Mar 2020 09:32:00 GMT", 1.5, 2.5),
        ("soon", 1.5, 2.5),
        ("", 1.5, 2.5),
    ],
)
def test_retry_after_is_respected_within_reason(clock, wish, least, most):
    endpoint = Endpoint(_URL, clock)
    endpoint.failed("HTTP 429", wish)
    assert least <= endpoint.paused_seconds() <= most


def test_a_later_retry_after_prolongs_the_pause(clock):
    endpoint = Endpoint(_URL, clock)
    endpoint.failed("hangs")
    endpoint.failed("HTTP 429", "60")
    assert endpoint.paused_seconds() == 60


def test_turns_keep_the_rate_in_all_processes_together(clock, tmp_path):
    one, other = (Endpoint(_URL, clock, tmp_path, per_minute=20) for _process in range(2))
    assert [each.take_turn() for each in (one, other, one)] == [0, 3, 6]
    assert other.queue_seconds() == 9
    clock.turn(60)
    assert other.queue_seconds() == 0
    assert other.take_turn() == 0


def test_without_a_rate_nobody_waits(clock):
    endpoint = Endpoint(_URL, clock)
    assert [endpoint.take_turn() for _request in range(3)] == [0, 0, 0]
