"""A letter that kills the watcher each time ends in quarantine; the others do not."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.mailroom import Mailroom

_ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_letter_that_kills_the_watcher_is_put_aside(tmp_path: Path) -> None:
    """Demand 5, and rule 5 of the design: a poison document ends in quarantine, not in a loop."""
    mailroom = Mailroom(tmp_path / "home")
    mailroom.drop(0, 1, 2)
    poison = hashlib.sha256((mailroom.inbox / "brief-0001.jpg").read_bytes()).hexdigest()
    ends = [_watch(mailroom.home, poison) for _time in range(2)]
    assert ends == [-signal.SIGKILL, 4], "it dies once, then it knows"
    lines = {line["file"]: line for line in mailroom.lines()}
    assert lines["brief-0001.jpg"]["state"] == "quarantine"
    assert "stage_failed" in str(lines["brief-0001.jpg"]["reasons"])
    assert lines["brief-0000.jpg"]["state"] == lines["brief-0002.jpg"]["state"] == "filed"


def _watch(home: Path, poison: str) -> int:
    site = os.pathsep.join([str(_ROOT / "tests" / "crash" / "poison"), str(_ROOT)])
    variables = {"EAKTE_HOME": str(home), "PYTHONPATH": site}
    variables |= {"POISON": poison, "POISON_STEP": "convert"}
    command = [sys.executable, "-m", "eakte", "watch", "--once"]
    return subprocess.run(
        command, env=os.environ | variables, cwd=_ROOT, capture_output=True, check=False
    ).returncode
