"""Seconds until 5,000 files dropped at once are recorded: python -m tests.benchmarks.bench_burst.

`--busy` lets the watcher work on them meanwhile, with one OCR worker; without it only intake runs.
`--count N` drops another number. Exit code 1 if it took more than 60 s.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

from eakte.config import open_home
from eakte.database import snapshot
from eakte.domain.clock import SystemClock
from eakte.pipeline import engine
from eakte.pipeline.context import Context
from eakte.records import scans
from eakte.services import homes
from eakte.services.intake import Intake
from eakte.services.sources import Inboxes
from eakte.services.watching import progress

_LIMIT_SECONDS = 60.0


def home(folder: Path) -> Context:
    """Make a demo home with one OCR worker and the default times."""
    homes.create(folder, SystemClock(), "Stadt Test", demo=True)
    settings = folder / "eakte.toml"
    settings.write_text(settings.read_text().replace("workers = 0", "workers = 1"))
    return Context(open_home(folder), SystemClock())


def drop(inbox: Path, count: int) -> None:
    """Put different files, each a sample letter of some 30 kB with a mark after its end."""
    sample = Path(__file__).parents[2] / "sample_mail"
    letters = sorted(sample.glob("*/*.pdf"))
    data = min((path.read_bytes() for path in letters), key=len)
    for number in range(count):
        (inbox / f"scan-{number:05}.pdf").write_bytes(data + b"%% %d\n" % number)


def burst(context: Context, count: int, *, busy: bool) -> None:
    """Print the seconds until all are recorded, and until the inbox is empty; ends the process."""
    inboxes = Inboxes(context.home)
    intake = Intake(context, inboxes)
    inbox = context.home.root / "inbox" / "poststelle"
    with engine.running(context) if busy else nullcontext():
        intake.round()
        drop(inbox, count)
        begun, recorded, left = time.monotonic(), 0.0, 1
        while left or not recorded:
            left = intake.round()
            if not recorded and progress(context).total == count:
                recorded = time.monotonic() - begun
            inboxes.wake.wait(0.25)
            inboxes.wake.clear()
        empty = time.monotonic() - begun
        intake.stop()
        _check_order(context, count)
        print(f"{count} files: recorded after {recorded:.1f} s, inbox empty after {empty:.1f} s")
        sys.stdout.flush()
        os._exit(int(recorded > _LIMIT_SECONDS))  # the engine would finish its letters first


def _check_order(context: Context, count: int) -> None:
    with snapshot(context.engine) as connection:
        names = [receipt.name for receipt in scans.receipts(connection)]
    if names != sorted(names) or len(names) != count:
        sys.stderr.write("the receipts are not in order of arrival\n")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--busy", action="store_true")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="eakte-burst-"))
    burst(home(folder / "home"), given.count, busy=given.busy)


if __name__ == "__main__":
    main()
