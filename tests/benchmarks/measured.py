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
import subprocess
import sys
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


def measured(command: list[str], folder: Path, **environment: str) -> Cost:
    """Run a command from a process of its own and give its cost; what it prints goes to a log."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = folder / "cost.json"
    with (folder / "log").open("ab") as log:
        subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.measured", str(figures), *command],
            env=os.environ | environment,
            stdout=log,
            stderr=log,
            check=True,
        )
    return Cost(**json.loads(figures.read_text()))


def main() -> None:
    """Run, wait for everything, write the figures."""
    if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError("prctl")
    begun = time.monotonic()
    code = subprocess.call(sys.argv[2:])
    wall = time.monotonic() - begun
    with suppress(ChildProcessError):
        while True:
            os.wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, code)
    Path(sys.argv[1]).write_text(json.dumps(asdict(cost)))


if __name__ == "__main__":
    main()
