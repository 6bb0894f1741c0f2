"""`eakte backup create` that is killed right before something appears in the folder."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from eakte.services import backing_up
from eakte.services.desks import open_desk
from eakte.store.backups import BackupFolder


def main(home: str, destination: str, name: str, count: str) -> None:
    """Die at the `count`th call of a method of the folder, before it does anything."""
    work, calls = getattr(BackupFolder, name), iter(range(int(count) - 1))

    def deadly(*args: Any, **named: Any) -> Any:
        if next(calls, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return work(*args, **named)

    setattr(BackupFolder, name, deadly)
    backing_up.create(open_desk(Path(home)), Path(destination))


if __name__ == "__main__":
    main(*sys.argv[1:])
