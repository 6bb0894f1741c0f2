"""Run a command and tell what it cost, all its descendants included.

    python -m tests.benchmarks.measured FILE COMMAND [ARGUMENT …]

The process becomes the reaper of all that the command leaves behind (prctl PR_SET_CHILD_SUBREAPER),
so that helpers nobody waited for are counted too; the figures are the kernel's (getrusage of
children). FILE gets them as JSON.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Cost:
    """CPU and wall seconds, and the most memory that any one of the processes ever held in MB."""

    cpu_seconds: float
    wall_seconds: float
    peak_mb: float
    code: int = 0


class Running:
    """A command at work in a process of its own; what it prints goes to a log."""

    def __init__(self, command: list[str], folder: Path, **environment: str) -> None:
        """Start it; `folder` (made if missing) gets log and figures."""
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, figures = tempfile.mkstemp(dir=folder)
        os.close(descriptor)
        self._figures = Path(figures)
        with (folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.benchmarks.measured", figures, *command],
                env=os.environ | environment,
                stdout=log,
                stderr=log,
            )

    def stop(self) -> None:
        """Ask the command to end (SIGTERM)."""
        self.process.terminate()

    def cost(self) -> Cost:
        """Wait for the end and give the cost."""
        if self.process.wait():
            raise RuntimeError(self.process.args)
        told = self._figures.read_text()
        self._figures.unlink()
        return Cost(**json.loads(told))


def measured(command: list[str], folder: Path, **environment: str) -> Cost:
    """Run a command to its end and give its cost."""
    return Running(command, folder, **environment).cost()


def main() -> None:
    """Run, wait for everything, write the figures; SIGTERM is passed on."""
    if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError("prctl")
    begun = time.monotonic()
    with subprocess.Popen(sys.argv[2:]) as child:
        signal.signal(signal.SIGTERM, lambda *_args: child.terminate())
        code = child.wait()
    wall = time.monotonic() - begun
    with suppress(ChildProcessError):
        while True:
            os.wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, code)
    Path(sys.argv[1]).write_text(json.dumps(asdict(cost)))


if __name__ == "__main__":
    main()
