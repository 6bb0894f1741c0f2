"""How much memory does each stage take for very large scans? Run by hand: `python -m` this module.

Each stage runs in a child process of its own, made afresh; what is told is the most memory that it
ever held (VmHWM of /proc/self/status: all pages in RAM, file-backed ones too). Ends with 1 if one
of them held more than 400 MB.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from eakte import sandbox
from eakte.domain.clock import FixedClock
from eakte.domain.codec import from_json, to_json
from eakte.domain.findings import FindingCode
from eakte.domain.ids import Digest
from eakte.domain.mail import Inspection
from eakte.domain.text import Box, RecognisedPage, Word
from eakte.domain.transfervermerk import Transfervermerk
from eakte.pipeline import jobs
from eakte.sandbox import Limits
from eakte.store.local import LocalBlobStore
from tests.benchmarks.large_scans import jpeg, write_pdf, write_tiff

LIMIT_MB = 400
LIMITS = Limits(3600, 3600, 2000, 4096)
"""As much address space as the pipeline gives; more time, since benchmarks may run beside others."""
NOW = datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC)
_WORDS = ("Widerspruch", "gegen", "den", "Bescheid", "vom", "12.03.2026")


def peak_mb() -> int:
    """Give the most memory that this process ever held, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def inspect(source: Path, work: Path) -> int:
    (work / "inspection.json").write_bytes(to_json(jobs.inspect_scan(source), Inspection))
    return peak_mb()


def prepare(source: Path, work: Path, number: int) -> int:
    found = from_json(Inspection, (work / "inspection.json").read_bytes())
    jobs.prepare(source, found.media_type, number, work / "page.tif")
    return peak_mb()


def convert(source: Path, work: Path) -> int:
    found = from_json(Inspection, (work / "inspection.json").read_bytes())
    read = tuple(_read(page.number, page.width, page.height) for page in found.pages)
    jobs.make_archive_copy(source, found.media_type, found.pages, read, work / "archive.pdf")
    return peak_mb()


def _read(number: int, width: float, height: float) -> RecognisedPage:
    words = tuple(
        Word(text, Box(50 + 60 * column, 50 + 20 * line, 100 + 60 * column, 62 + 20 * line), 0.9, line)
        for line in range(30)
        for column, text in enumerate(_WORDS)
    )
    return RecognisedPage(
        number=number,
        width=width,
        height=height,
        words=words,
        text=" ".join(_WORDS),
        rotation=0,
        confidence=0.9,
        complete=True,
        engine="bench",
    )


def attach(source: Path, work: Path) -> int:
    del source
    note = from_json(Transfervermerk, (work / "note.json").read_bytes())
    jobs.attach_transfervermerk(work / "archive.pdf", note, work / "noted.pdf")
    return peak_mb()


def keep(source: Path, work: Path) -> int:
    store = LocalBlobStore(work / "store")
    store.checked(store.put_file(source))
    return peak_mb()


def seal(source: Path, work: Path) -> int:
    del source
    from eakte.seal.signer import Sealer

    clock = FixedClock(NOW)
    Sealer(work / "trust", clock).seal(work / "noted.pdf", "bench", work / "sealed.pdf")
    return peak_mb()


def accept(source: Path, work: Path) -> int:
    del source
    from eakte.seal import verify

    report = verify.accept(work / "sealed.pdf", work / "trust", NOW)
    if report.verdict.value != "VALID":
        raise ValueError(report.reason)
    return peak_mb()


def verify_own(source: Path, work: Path) -> int:
    from eakte.seal import verify
    from eakte.store.local import file_digest

    found = from_json(Inspection, (work / "inspection.json").read_bytes())
    pdf = work / "sealed.pdf"
    report = verify.verify_own(pdf, work / "trust", NOW, file_digest(pdf), len(found.pages))
    if report.verdict.value != "VALID":
        raise ValueError(report.reason)
    del source
    return peak_mb()
