"""How well fields are extracted through real OCR: `python -m tests.benchmarks.bench_fields`."""

from __future__ import annotations

import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from eakte.domain.codec import from_json, to_json
from eakte.domain.text import RecognisedPage
from eakte.pages.inspect import inspect
from eakte.pipeline.jobs import read_page
from tests.benchmarks.field_letters import Written, drawn, letters
from tests.benchmarks.scans import picture_file, scanned

SECONDS = 600.0


def read(written: Written, cache: Path) -> RecognisedPage:
    """Read the letter's page by OCR, or take it from the cache."""
    kept = cache / f"{written.name}.json"
    if not kept.exists():
        with tempfile.TemporaryDirectory() as folder:
            page = _by_ocr(written, Path(folder))
        part = kept.with_suffix(".part")
        part.write_bytes(to_json(page))
        part.rename(kept)
    return from_json(RecognisedPage, kept.read_bytes())


def _by_ocr(written: Written, folder: Path) -> RecognisedPage:
    scan = scanned(drawn(written), written.condition)
    file = folder / f"scan{scan.suffix}"
    file.write_bytes(picture_file(scan))
    inspection = inspect(file)
    try:
        return read_page(file, inspection.media_type, inspection.pages[0], "deu", SECONDS, folder)
    finally:
        tempfile.tempdir = None  # read_page, at home in a process of its own, set it


if __name__ == "__main__":
    cache = Path(os.environ["BENCH_CACHE"])
    for each in letters(int(sys.argv[2]), int(sys.argv[1]), sys.argv[3]):
        read(each, cache)
