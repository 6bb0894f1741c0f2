"""Make or renew evidence records as of a moment, and die right after a function did its work."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from eakte.audit import log
from eakte.config import open_home
from eakte.domain.clock import FixedClock
from eakte.domain.events import Action
from eakte.pipeline.desk import Desk
from eakte.records import evidence_records
from eakte.seal.opening import open_archive_stamper
from eakte.services import evidence_renewing, evidence_trees
from eakte.store.local import LocalBlobStore

POINTS: dict[str, Any] = {
    "put": LocalBlobStore,
    "add": evidence_records,
    "follow": evidence_records,
    "append": log,
}
_ACTIONS = {Action.EVIDENCE_CREATED, Action.EVIDENCE_RENEWED}


def main(home: str, name: str, moment: str, renewal: str) -> None:
    """Be killed on the way; `renewal` is "", or "yes", or an algorithm to read all again by."""
    work = getattr(POINTS[name], name)

    def deadly(*args: Any) -> Any:
        done = work(*args)
        if name != "append" or args[1].action in _ACTIONS:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    setattr(POINTS[name], name, deadly)
    desk = Desk(open_home(Path(home)), FixedClock(datetime.fromisoformat(moment)))
    stamper = open_archive_stamper(desk.home, desk.clock)
    if not renewal:
        evidence_trees.create(desk, stamper)
    else:
        digest = "" if renewal == "yes" else renewal
        evidence_renewing.renew(desk, stamper, 4000, digest)


if __name__ == "__main__":
    main(*sys.argv[1:])
