"""A home under test: dropping files, running and killing its watcher, and checking the end."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections import Counter
from pathlib import Path

from eakte.config import open_home
from eakte.domain.clock import SystemClock
from eakte.domain.ids import Digest
from eakte.pipeline.desk import Desk
from eakte.services.auditing import verify
from eakte.services.casework import new_akte
from eakte.services.repair import Leftovers, look
from sample_mail.check import SAMPLES, expectations
from tests.acceptance.conftest import run_eakte
from tests.crash.letters import Dropped, drop

_FAST = {
    "settle_seconds = 2.0": "settle_seconds = 0.1",
    "grace_seconds = 10.0": "grace_seconds = 0.3",
}
_STATES = {"filed", "review", "quarantine", "duplicate", "enclosed"}
_WITH_FAULTS = "from tests.crash.faults import main; main()"
_ROOT = Path(__file__).parents[2]


class Mailroom:
    """A home, what was dropped into it, and its watcher."""

    def __init__(self, home: Path) -> None:
        """Make a demo home with short waiting times and the Akten of the sample letters."""
        self.home = home
        self.inbox = home / "inbox" / "poststelle"
        self.dropped: list[Dropped] = []
        made = run_eakte(home, "init", "--demo")
        assert made.returncode == 0, made.stderr
        settings = home / "eakte.toml"
        text = settings.read_text(encoding="utf-8")
        for slow, fast in _FAST.items():
            assert slow in text
            text = text.replace(slow, fast)
        settings.write_text(text, encoding="utf-8")
        self._open_akten()

    def desk(self) -> Desk:
        """Open the home for reading."""
        return Desk(open_home(self.home), SystemClock())

    def drop(self, *numbers: int) -> None:
        """Put letters of these numbers into the inbox."""
        self.dropped += [each for number in numbers for each in drop(self.inbox, number)]

    def drop_samples(self) -> None:
        """Put every sample letter into the inbox."""
        for each in expectations():
            part = self.inbox / f".{each.path.name}.part"
            shutil.copyfile(each.path, part)
            part.rename(self.inbox / each.path.name)
            self.dropped.append(Dropped(each.path.name, len(each.letters)))

    def start(self, *arguments: str, **faults: str) -> subprocess.Popen[bytes]:
        """Start `watch --once`, with fault points if any are named."""
        command = (
            [sys.executable, "-c", _WITH_FAULTS] if faults else [sys.executable, "-m", "eakte"]
        )
        return subprocess.Popen(
            [*command, "watch", *(arguments or ("--once",))],
            env=os.environ | {"EAKTE_HOME": str(self.home), "LANG": "C.UTF-8"} | faults,
            cwd=_ROOT,
            stdout=subprocess.DEVNULL,
            stderr=(self.home.parent / "watch.log").open("ab"),
        )

    def finish(self) -> None:
        """Run undisturbed until all is done."""
        code = self.start().wait(timeout=3600)
        assert code in {0, 4}, (self.home.parent / "watch.log").read_text()[-2000:]

    def kill_at(self, point: str, passage: int = 1, document: str = "") -> bool:
        """Run until a fault point and die there; gives False if the point was not passed."""
        faults = {"CRASH_AT": point, "CRASH_PASSAGE": str(passage), "CRASH_DOCUMENT": document}
        return self.start(**faults).wait(timeout=600) == -signal.SIGKILL

    def points(self) -> tuple[str, ...]:
        """Run undisturbed and give the names of all fault points that were passed, in order."""
        record = self.home.parent / "points"
        assert self.start(CRASH_RECORD=str(record)).wait(timeout=600) in {0, 4}
        return tuple(dict.fromkeys(record.read_text().splitlines()))

    def kill_at_random(self, chance: random.Random, longest: float) -> bool:
        """Kill the watcher at a random moment after it began to work; gives whether it lived."""
        watcher = self.start()
        self._await_work(watcher)
        time.sleep(chance.uniform(0.0, longest))
        alive = watcher.poll() is None
        watcher.kill()
        watcher.wait()
        return alive

    def terminate_at_random(self, chance: random.Random, longest: float) -> float:
        """Send SIGTERM at a random moment; gives how many seconds it took to end.

        Very early, before the program listens to it, the signal just ends it: no worse than a kill.
        """
        watcher = self.start("--home", str(self.home))
        self._await_work(watcher)
        time.sleep(chance.uniform(0.0, longest))
        watcher.terminate()
        begin = time.monotonic()
        assert watcher.wait(timeout=60) in {0, -signal.SIGTERM}
        return time.monotonic() - begin

    def lines(self) -> list[dict[str, str]]:
        """Give what `eakte status --all` says of every file and letter."""
        lines: list[dict[str, str]] = json.loads(
            run_eakte(self.home, "status", "--all", "--json").stdout
        )
        return lines

    def waiting(self) -> bool:
        """Tell whether some of what was dropped is not a filed letter yet."""
        filed = {line["file"] for line in self.lines() if line["state"] == "filed"}
        return not {each.name for each in self.dropped if each.letters and not each.held} <= filed

    def check(self) -> None:
        """Every file is accounted for once, every letter sealed once and filed once."""
        lines = self.lines()
        letters = Counter(line["file"] for line in lines if line["document"])
        assert {line["file"] for line in lines} == {each.name for each in self.dropped}, "lost"
        assert {line["state"] for line in lines} <= _STATES
        wanted = Counter({each.name: each.letters for each in self.dropped if each.letters})
        assert letters == wanted, [
            line for line in lines if letters[line["file"]] != wanted[line["file"]]
        ]
        ids = [line["document"] for line in lines if line["document"]]
        assert len(set(ids)) == len(ids), "a letter twice"
        self._check_once(lines)
        assert verify(self.desk()).intact
        assert not [path for path in (self.home / "inbox").rglob("*") if path.is_file()]

    def _check_once(self, lines: list[dict[str, str]]) -> None:
        """Each filed letter has one seal, one event of each kind, and is in no other state."""
        filed = {line["document"] for line in lines if line["state"] == "filed"}
        told = run_eakte(self.home, "audit", "log", "--limit", "999999", "--json").stdout
        events = json.loads(told)
        for action in ("sealed", "filed"):
            of = [event["object"] for _position, event in events if event["action"] == action]
            assert sorted(of) == sorted(filed), f"{action} exactly once each"
        slots = [path for path in (self.home / "store/slots/sealed").rglob("*") if path.is_file()]
        assert {path.parent.name for path in slots} == filed
        assert len(slots) == len(filed), "a letter sealed twice"

    def check_repair(self) -> int:
        """`doctor --repair` leaves no orphan and loses nothing; gives how many there were."""
        before, desk = self.lines(), self.desk()
        orphans = len(look(desk).orphans)
        done = run_eakte(self.home, "doctor", "--repair", "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        left = look(desk, thorough=True)
        empty = frozenset[Digest]()
        nothing = Leftovers(empty, 0, (), 0, (), empty, empty, empty)
        assert left == nothing, left
        assert self.lines() == before
        self._check_once(before)
        return orphans

    def verify_sample(self, chance: random.Random, size: int) -> None:
        """A sample of the sealed originals verifies as VALID."""
        filed = [line["document"] for line in self.lines() if line["state"] == "filed"]
        for document in chance.sample(filed, min(size, len(filed))):
            done = run_eakte(self.home, "verify", document)
            assert done.returncode == 0, done.stdout

    def _await_work(self, watcher: subprocess.Popen[bytes]) -> None:
        """Wait until the watcher works: its helper process runs, or it took a file."""
        before = self._taken()
        while watcher.poll() is None and watcher.pid not in _parents() and self._taken() == before:
            time.sleep(0.02)

    def _taken(self) -> set[str]:
        return {place.name for place in self.inbox.glob(".taken/*")}

    def _open_akten(self) -> None:
        desk = self.desk()
        plain = tomllib.loads((SAMPLES / "akten.toml").read_text(encoding="utf-8"))
        for each in plain["akte"]:
            new_akte(desk, each["aktenzeichen"], each["title"], each["office"])
        desk.engine.dispose()


def _parents() -> set[int]:
    """Give the parents of all processes (the fourth item of /proc/PID/stat)."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            found.add(int(stat.read_text().rpartition(")")[2].split()[1]))
    return found
