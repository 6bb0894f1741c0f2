"""Issue 2, point 5: kill -9 of the watcher at random moments loses nothing and doubles nothing."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from eakte.config import open_home
from eakte.database import connect
from eakte.domain.clock import SystemClock
from eakte.pipeline.desk import Desk
from eakte.services.auditing import verify
from sample_mail.check import ExpectedFile, expectations
from tests.acceptance.conftest import run_eakte

_SEED = 20261122


def _kill_at_random(home: Path, kills: int) -> int:
    """Start the watcher and kill it at a random moment, again and again.

    Gives how often work was under way at that moment.
    """
    chance = random.Random(_SEED)
    return sum(_kill_once(home, chance.uniform(0.0, 2.0)) for _attempt in range(kills))


def _kill_once(home: Path, after: float) -> bool:
    watcher = subprocess.Popen(
        [sys.executable, "-m", "eakte", "watch", "--once", "--home", str(home)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while watcher.poll() is None and not _is_working(home, watcher.pid):
        time.sleep(0.02)
    time.sleep(after)
    alive = watcher.poll() is None
    watcher.kill()
    watcher.wait()
    return alive


def _is_working(home: Path, pid: int) -> bool:
    """Tell whether the watcher has begun to work: its helper process runs, or it took a file."""
    taken = list((home / "inbox").glob("*/.taken/*"))
    return bool(taken) or pid in _parents()


def _parents() -> set[int]:
    """Give the parents of all processes (the fourth item of /proc/PID/stat)."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            found.add(int(stat.read_text().rpartition(")")[2].split()[1]))
    return found


def _drop(home: Path, files: list[ExpectedFile]) -> None:
    for each in files:
        shutil.copyfile(each.path, home / "inbox" / "poststelle" / each.path.name)


def _check(home: Path, files: list[ExpectedFile]) -> None:
    """Every file is accounted for once, every letter sealed once and filed once."""
    lines = json.loads(run_eakte(home, "status", "--all", "--json").stdout)
    assert {line["file"] for line in lines} == {each.path.name for each in files}
    letters = [line for line in lines if line["document"]]
    assert len({line["document"] for line in letters}) == len(letters)
    assert len(letters) == sum(len(each.letters) for each in files)
    assert {line["state"] for line in lines} <= {"filed", "review", "quarantine", "duplicate"}
    filed = {line["document"] for line in letters if line["state"] == "filed"}
    events = json.loads(run_eakte(home, "audit", "log", "--limit", "99999", "--json").stdout)
    for action in ("sealed", "filed", "released"):
        of = [event["object"] for _position, event in events if event["action"] == action]
        assert sorted(of) == sorted(filed), f"{action} exactly once each"
    slots = [path for path in (home / "store/slots/sealed").rglob("*") if path.is_file()]
    assert {path.parent.name for path in slots} == filed
    assert len(slots) == len(filed)
    assert run_eakte(home, "verify", "--all").returncode == 0
    assert verify(Desk(open_home(home), SystemClock())).intact
    assert not [path for path in (home / "inbox").rglob("*") if path.is_file()]


def _prepared(home: Path) -> None:
    import tomllib

    from eakte.services.records import new_akte
    from sample_mail.check import SAMPLES

    assert run_eakte(home, "init", "--demo").returncode == 0
    desk = Desk(open_home(home), SystemClock())
    for each in tomllib.loads((SAMPLES / "akten.toml").read_text(encoding="utf-8"))["akte"]:
        new_akte(desk, each["aktenzeichen"], each["title"], each["office"])
    connect(desk.home.database_url).dispose()


def _run(home: Path, files: list[ExpectedFile], kills: int) -> int:
    _prepared(home)
    _drop(home, files)
    killed = _kill_at_random(home, kills)
    finished = run_eakte(home, "watch", "--once")
    assert finished.returncode in {0, 4}, finished.stderr
    _check(home, files)
    return killed


def test_twenty_kills_over_the_whole_demo(tmp_path: Path) -> None:
    files = list(expectations())
    amid_work = _run(tmp_path / "home", files, 20)
    assert amid_work >= 20, "each kill must hit a watcher with work under way"
