"""How much memory does each stage take for very large scans?

    python -m tests.benchmarks.bench_memory [name …]

Each stage runs in a child process of its own, as in the pipeline; told are the most memory that it
ever held and its CPU seconds. Every page has a text of 180 words. Ends with 1 if a stage held more
than 400 MB. Takes half an hour and 6 GB of disk.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from eakte import sandbox
from eakte.sandbox import Limits
from tests.benchmarks import memory_stages as stages
from tests.benchmarks.large_scans import jpeg, write_pdf, write_plan, write_tiff

LIMIT_MB = 400
LIMITS = Limits(3600, 3600, 2000, 4096)
"""The pipeline's address space; more time, since benchmarks may run beside other work."""
_AFTER_READING = (
    stages.convert,
    stages.describe,
    stages.attach,
    stages.seal,
    stages.accept,
    stages.verify_own,
)
_SCANS: dict[str, tuple[int, Callable[[Path], Path]]] = {
    "2,000 pages TIFF": (2000, lambda path: write_tiff(path, 2000)),
    "2,000 pages TIFF, some in colour": (2000, lambda path: write_tiff(path, 2000, 8)),
    "1 GB PDF": (400, lambda path: write_pdf(path, 400, jpeg())),
    "A0 plan, 600 dpi, Group 4": (1, lambda path: write_plan(path, "1")),
    "A0 plan, 600 dpi, grey JPEG": (1, lambda path: write_plan(path, "L")),
    "A0 plan, 600 dpi, colour JPEG": (1, lambda path: write_plan(path, "RGB")),
}


def peaks(source: Path, work: Path, pages: int) -> dict[str, int]:
    """Give the peak of every stage in MB, in order."""
    found = {each.__name__: _told(each, source, work) for each in (stages.keep, stages.inspect)}
    for number in sorted({1, max(1, pages // 2), pages}):
        found[f"prepare {number}"] = _told(stages.prepare, source, work, number)
    for stage in _AFTER_READING:
        found[stage.__name__] = _told(stage, source, work)
    return found


def _told(stage: Callable[..., stages.Cost], *args: Path | int) -> int:
    cost = sandbox.call(LIMITS, stage, *args)
    name = " ".join([stage.__name__, *(str(each) for each in args if isinstance(each, int))])
    print(f"      {name:<20} {cost.peak_mb:>4} MB {cost.cpu_seconds:>7.1f} s", flush=True)
    return cost.peak_mb


def main() -> int:
    """Measure the scans named on the command line, or all."""
    worst = 0
    for name in sys.argv[1:] or _SCANS:
        pages, write = _SCANS[name]
        with tempfile.TemporaryDirectory() as folder:
            source = write(Path(folder) / "scan")
            print(f"{name} ({source.stat().st_size / 1e6:.0f} MB)", flush=True)
            worst = max(worst, *peaks(source, Path(folder), pages).values())
    print(f"at most {worst} MB; the limit is {LIMIT_MB} MB")
    return int(worst > LIMIT_MB)


if __name__ == "__main__":
    raise SystemExit(main())
