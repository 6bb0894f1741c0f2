"""The server that tests use ends with whoever started it, also when that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.tools.postgres import VARIABLE

_SHOW = f'echo "${VARIABLE}"; kill -9 $PPID; sleep 60'


def test_the_server_is_gone_when_its_starter_was_killed() -> None:
    command = [sys.executable, "-m", "tests.tools.postgres", "bash", "-c", _SHOW]
    done = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    assert done.stdout is not None
    folder = Path(done.stdout.readline().decode().strip().rpartition("=")[2])
    assert done.wait(10) == -signal.SIGKILL
    try:
        end = time.monotonic() + 10
        while (folder / "data" / "postmaster.pid").exists() and time.monotonic() < end:
            time.sleep(0.05)
        assert (folder / "data").is_dir(), "it was there"
        assert not (folder / "data" / "postmaster.pid").exists()
    finally:
        os.killpg(done.pid, signal.SIGKILL)
        subprocess.run(["rm", "-rf", folder], check=True)
