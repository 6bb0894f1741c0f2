"""The watcher makes evidence records once a day, beside its work; what fails is told."""

from __future__ import annotations

import threading
import time

import pytest

from eakte.audit import log
from eakte.config import open_home
from eakte.domain.clock import SystemClock
from eakte.domain.events import Action
from eakte.pipeline.context import Context
from eakte.pipeline.desk import Desk
from eakte.records import evidence_records as records
from eakte.services import checkup, overview
from eakte.services.daily_evidence import DailyEvidence
from eakte.services.sources import Inboxes
from eakte.services.watching import Watcher
from tests.integration.evidence_home import DAY, NOW, add_letters, at, new_desk
from tests.integration.manifest_home import ONE, file_letters, open_akten
from tests.tools import homes

_DEAD = '\n[[tsa]]\nurl = "http://127.0.0.1:1/"\ntimeout_seconds = 0.2\n'


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    desk = new_desk(tmp_path_factory.mktemp("daily") / "home")
    open_akten(desk, ONE)
    file_letters(desk, ONE, b"Bescheid 1", b"Bescheid 2")
    desk.engine.dispose()
    return desk.home.root


@pytest.fixture
def desk(kept, tmp_path):
    copied = at(Desk(open_home(homes.copy(kept, tmp_path / "home")), SystemClock()), NOW)
    yield copied
    copied.engine.dispose()


def run(desk, moment=None):
    """Let a watcher of its own look once, and wait for what it begins."""
    there = at(Desk(open_home(desk.home.root), desk.clock), moment or desk.clock.now())
    evidence = DailyEvidence(there)
    evidence.keep_up()
    began = time.monotonic()
    while evidence.is_working():
        assert time.monotonic() - began < 60
        time.sleep(0.01)
    assert not evidence.is_working()
    there.engine.dispose()


def trees(desk):
    with desk.engine.connect() as connection:
        return len(records.trees(connection))


def events(desk, action):
    with desk.engine.connect() as connection:
        return log.of_action(connection, action)


def told(desk):
    return overview.status(desk).evidence, checkup._evidence(desk)


def configure(desk, text):
    settings = desk.home.root / "eakte.toml"
    settings.write_text(settings.read_text() + text)


def test_once_a_day_what_is_new_and_nothing_without_news(desk):
    run(desk)
    assert trees(desk) == 1
    (made,) = events(desk, Action.EVIDENCE_CREATED)
    assert (made.actor, made.after["members"]) == ("eakte", "3")
    add_letters(desk, b"Bescheid 3")
    run(desk, NOW + DAY / 2)
    assert trees(desk) == 1, "the day is not over"
    run(desk, NOW + DAY)
    assert trees(desk) == 2
    run(desk, NOW + 2 * DAY)
    assert trees(desk) == 2, "there is nothing new"
    assert told(desk) == (None, checkup._evidence(desk))
    assert checkup._evidence(desk).fine


def test_without_an_authority_it_is_told_and_done_as_soon_as_there_is_one(desk):
    before = (desk.home.root / "eakte.toml").read_text()
    configure(desk, _DEAD)
    run(desk)
    run(desk, NOW + DAY)
    assert trees(desk) == 0
    (delayed,) = events(desk, Action.EVIDENCE_DELAYED)
    delay, health = told(desk)
    assert (delay.since, delay.reason) == (NOW, delayed.after["reason"])
    assert "127.0.0.1" in delay.reason
    assert not health.fine
    assert delay.reason in health.detail
    (desk.home.root / "eakte.toml").write_text(before)
    run(desk, NOW + 2 * DAY)
    assert trees(desk) == 1
    delay, health = told(at(desk, NOW + 2 * DAY))
    assert (delay, health.fine) == (None, True)


def test_an_akte_that_was_changed_behind_us_is_told(desk):
    homes.execute(desk.home.root, "UPDATE akte SET title = 'x'")
    run(desk)
    assert trees(desk) == 1, "the others get theirs"
    run(desk, NOW + DAY)
    _delay, health = told(at(desk, NOW + DAY))
    assert not health.fine
    assert f"{ONE}: Present state" in health.detail


def test_a_setting_leaves_it_to_the_command(desk):
    settings = desk.home.root / "eakte.toml"
    settings.write_text(settings.read_text().replace("every_hours = 24.0", "every_hours = 0"))
    run(desk)
    assert trees(desk) == 0


def test_the_watcher_does_it_unless_it_runs_once(desk, monkeypatch):
    context = Context(open_home(desk.home.root), SystemClock())
    watcher = Watcher(context, Inboxes(context.home), threading.Event())
    began = []
    monkeypatch.setattr(watcher._evidence, "keep_up", lambda: began.append("evidence"))
    watcher._keep_up(once=True)
    assert began == []
    watcher._next_upkeep = 0.0
    watcher._keep_up(once=False)
    assert began == ["evidence"]
    context.engine.dispose()
