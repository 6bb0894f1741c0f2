"""A clerk as a process: reads `DOCUMENT VERSION` lines, releases, and says what came of each."""

from __future__ import annotations

import sys
from pathlib import Path

from eakte.config import open_home
from eakte.domain.clock import SystemClock
from eakte.errors import RefusedError
from eakte.pipeline.desk import Desk
from eakte.services import reviewing
from eakte.services.reviewing import Corrections


def main(home: str, person: str) -> None:
    """Work until the input ends."""
    desk = Desk(open_home(Path(home)), SystemClock())
    reviewing.waiting(desk)
    print("ready", flush=True)
    for line in sys.stdin:
        document, version = line.split()
        try:
            reviewing.release(desk, document, Corrections(), person, int(version))
            print("released", flush=True)
        except RefusedError as refusal:
            print(refusal.message(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
