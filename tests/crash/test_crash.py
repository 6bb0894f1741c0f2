"""Issue 3: whatever kills the watcher, and wherever, nothing is lost and nothing is doubled.

`make crash` runs the full form: every fault point, 50 random kills, 345 files and more. Without
CRASH_FULL=1 a short form runs: some of the points (chosen at random, by seed) and a few kills.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.crash.letters import drop_again
from tests.crash.mailroom import Mailroom

_FULL = bool(os.environ.get("CRASH_FULL"))
_SEED = int(os.environ.get("CRASH_SEED", "20261122"))
_KILLS, _TERMS, _LONGEST = (50, 10, 6.0) if _FULL else (4, 1, 2.0)
_POINTS = 1000 if _FULL else 6
_FILES = 345 if _FULL else 30
_BUNDLE = 12
"""So many files, one of each kind, are there when the points are noted."""


def _kill_at_points(mailroom: Mailroom, points: list[str]) -> list[str]:
    """Kill the watcher once at each point, with new mail each time; gives the points not passed."""
    return [
        point
        for number, point in enumerate(points)
        if not _kill_at(mailroom, point, _BUNDLE + 2 * number)
    ]


def _kill_at(mailroom: Mailroom, point: str, number: int) -> bool:
    """Drop two new files and one that came before, and kill the watcher at the point."""
    known = mailroom.home.parent / "known.jpg"
    mailroom.drop(number, number + 1 if "quarantine" not in point else _broken(number))
    mailroom.dropped.append(drop_again(mailroom.inbox, known, number))
    return mailroom.kill_at(point)


def _broken(number: int) -> int:
    """Give the number of a file that cannot become a letter, not used otherwise."""
    return 12_011 + 12 * number


def _prepared(folder: Path) -> tuple[Mailroom, list[str]]:
    """Make a home with a first bundle in it that is done; gives it with all fault points."""
    folder.mkdir(exist_ok=True)
    mailroom = Mailroom(folder / "home")
    mailroom.drop(*range(_BUNDLE))
    (folder / "known.jpg").write_bytes((mailroom.inbox / "brief-0000.jpg").read_bytes())
    return mailroom, list(mailroom.points())


@pytest.mark.slow
def test_killed_anywhere_it_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    """Demands 1, 5 and 16: SIGKILL at every point and at random moments, and SIGTERM."""
    chance = random.Random(_SEED)
    mailroom, points = _prepared(tmp_path / "many")
    assert any(point.startswith("step:") and point.endswith(":effect") for point in points)
    chosen = sorted(chance.sample(points, min(_POINTS, len(points))), key=points.index)
    missed = _kill_at_points(mailroom, chosen)
    for number, point in enumerate(missed):  # what happens once per home: in a home of its own
        fresh = Mailroom(tmp_path / f"fresh-{number}")
        fresh.drop(*range(_BUNDLE))
        assert fresh.kill_at(point), f"{point} was not passed again"
        fresh.finish()
        fresh.check()
    if _FULL:
        mailroom.drop_samples()
    rest = max(4, _FILES - len(mailroom.dropped))
    mailroom.drop(*range(5000, 5000 + rest))
    for _time in range(_TERMS):
        assert mailroom.terminate_at_random(chance, _LONGEST) < 10
    amid_work = sum(mailroom.kill_at_random(chance, _LONGEST) for _time in range(_KILLS))
    assert amid_work == _KILLS, "each kill must hit a watcher with work under way"
    mailroom.finish()
    print(f"{len(chosen)} points, {len(missed)} of them in homes of their own, {amid_work} kills,")
    print(f"{len(mailroom.dropped)} files, {len(mailroom.lines())} lines of status")
    mailroom.check()
    mailroom.verify_sample(chance, 40 if _FULL else 3)
    print(f"{mailroom.check_repair()} intermediate results removed, 0 left")
