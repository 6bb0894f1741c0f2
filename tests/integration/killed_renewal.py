"""Renew a home's seals as of a moment, and die right after a function did its work."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from eakte.config import open_home
from eakte.domain.clock import FixedClock
from eakte.domain.events import Action
from eakte.pipeline import preserving
from eakte.pipeline.context import Context
from eakte.services import renewing
from eakte.store.local import LocalBlobStore

POINTS: dict[str, Any] = {
    "put_file": LocalBlobStore,
    "_judged": preserving,
    "add": preserving.former_seals,
    "append": preserving.log,
    "_record": preserving,
}


def main(home: str, name: str, moment: str, *letters: str) -> None:
    """Be killed on the way."""
    work = getattr(POINTS[name], name)

    def deadly(*args: Any) -> None:
        work(*args)
        if name != "append" or args[1].action is Action.RENEWED:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(POINTS[name], name, deadly)
    clock = FixedClock(datetime.fromisoformat(moment))
    tuple(renewing.renew(Context(open_home(Path(home)), clock), 90, letters))


if __name__ == "__main__":
    main(*sys.argv[1:])
