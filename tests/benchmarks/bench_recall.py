"""How many words are read on pages scanned badly: eakte, bare Tesseract and OCRmyPDF.

    python -m tests.benchmarks.bench_recall

The same scans for all three, German; see tests.benchmarks.scans for pages and conditions. eakte's
share is what it reads (choosing and making the picture, OCR), bare Tesseract gets the scan as it
is, OCRmyPDF runs with --deskew --rotate-pages and without, and the better of the two counts.
Printed per condition: word recall of each, CPU seconds a page of eakte and of bare Tesseract.
Ends with 1 if eakte reads fewer words than another, by more than 0.002, in any condition.
BENCH_PAGES: pages of invoices and of letters each (default 12); BENCH_CONDITIONS: parts of names,
by commas.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path

from PIL import Image

from eakte.pages.inspect import inspect
from eakte.pipeline.jobs import read_page
from tests.benchmarks.measured import Cost
from tests.benchmarks.peers import Run, found, ocrmypdf, tesseract
from tests.benchmarks.scans import (
    CONDITIONS,
    INVOICES,
    Condition,
    Printed,
    Scan,
    noisy,
    pages,
    picture_file,
    scanned,
    skewed,
    sources,
)

TOLERANCE = 0.002
SECONDS = 600.0
_QUARTER = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def turned(picture: Image.Image, seed: int, degrees: int) -> Image.Image:
    """Put the sheet in the wrong way round."""
    del seed
    return picture.transpose(_QUARTER[degrees])


def banded(picture: Image.Image, seed: int) -> Image.Image:
    """Lay coloured bands under the print, as tables have them, one of them dark with light type."""
    del seed
    page = picture.convert("RGB")
    step = page.height // 12
    for number, colour in enumerate(((190, 215, 250), (250, 225, 180), (205, 205, 205))):
        _tint(page, (3 + 2 * number) * step, step, colour)
    band = (0, 10 * step, page.width, 11 * step)
    page.paste(page.crop(band).point(lambda level: 255 - round(level * 0.8)), band)
    return page


def _tint(page: Image.Image, top: int, rows: int, colour: tuple[int, int, int]) -> None:
    band = (0, top, page.width, top + rows)
    layers = [
        layer.point([round(level * share / 255) for level in range(256)])
        for layer, share in zip(page.crop(band).split(), colour, strict=True)
    ]
    page.paste(Image.merge("RGB", layers), band)


WORSE = (
    *(Condition(f"skew of {each} degrees", (partial(skewed, degrees=each),)) for each in (1, 3, 6)),
    Condition("coloured bands", (banded, partial(noisy, spread=4.0))),
    *(
        Condition(f"turned by {each} degrees", (partial(turned, degrees=each), noisy))
        for each in (90, 180, 270)
    ),
)


@dataclass
class Total:
    """Words found, words there, CPU seconds and pages so far."""

    found: int = 0
    words: int = 0
    cpu_seconds: float = 0.0
    pages: int = 0

    def add(self, scan: Scan, run: Run) -> None:
        """Count a page."""
        self.found += found(scan.words, run.text)
        self.words += len(scan.words)
        self.cpu_seconds += run.cost.cpu_seconds
        self.pages += 1

    @property
    def recall(self) -> float:
        """Share of the words that were read."""
        return self.found / max(self.words, 1)

    @property
    def seconds(self) -> float:
        """CPU seconds a page."""
        return self.cpu_seconds / max(self.pages, 1)


def eakte(scan: Path, out: Path) -> Run:
    """Let eakte choose and make the picture of a page and read it; looking into it counts not."""
    inspection = inspect(scan)
    begun = sum(os.times()[:4])
    page = inspection.pages[0]
    read = read_page(scan, inspection.media_type, page, "deu", SECONDS, out)
    tempfile.tempdir = None  # read_page, at home in a process of its own, set it
    return Run(Cost(sum(os.times()[:4]) - begun, 0.0, 0.0), read.text, 0)


_READERS: dict[str, Callable[[Path, Path], Run]] = {
    "eakte": eakte,
    "tesseract": tesseract,
    "OCRmyPDF": ocrmypdf,
    "OCRmyPDF, level": lambda scan, out: ocrmypdf(scan, out, 1, "--deskew", "--rotate-pages"),
}


def printed(count: int) -> tuple[Printed, ...]:
    """Give so many pages of invoices and so many of letters, from all over the set."""
    invoices = sources(letters=0)[:: max(1, len(sources(letters=0)) // count)]
    letters = sources(invoices=0)
    drawn = (islice(chain.from_iterable(map(pages, each)), count) for each in (invoices, letters))
    return tuple(page for page in chain(*drawn) if page.words)


def totals(condition: Condition, sheets: tuple[Printed, ...], folder: Path) -> dict[str, Total]:
    """Let every reader read the pages in one condition."""
    sums = {name: Total() for name in _READERS}
    for page in sheets:
        scan = scanned(page, condition)
        file = folder / f"{page.name}{scan.suffix}"
        file.write_bytes(picture_file(scan))
        for name, read in _READERS.items():
            sums[name].add(scan, read(file, folder))
        file.unlink()
    return sums


def told(name: str, sums: dict[str, Total]) -> bool:
    """Print the line of a condition; tell whether eakte is best or equal."""
    ours, bare = sums["eakte"], sums["tesseract"]
    peer = max(sums["OCRmyPDF"].recall, sums["OCRmyPDF, level"].recall)
    good = ours.recall >= max(bare.recall, peer) - TOLERANCE
    print(
        f"{name:<26} {ours.recall:>7.4f} {bare.recall:>9.4f} {peer:>9.4f}"
        f" {ours.seconds:>7.2f} {bare.seconds:>7.2f}{'' if good else '   below'}",
        flush=True,
    )
    return good


def main() -> int:
    """Measure the conditions asked for, or all."""
    wanted = os.environ.get("BENCH_CONDITIONS", "").split(",")
    sheets = printed(int(os.environ.get("BENCH_PAGES", "12")))
    origin = "" if INVOICES.is_dir() else f" (no {INVOICES}: letters only)"
    print(f"Word recall on {len(sheets)} pages{origin}; CPU seconds a page\n")
    print(f"{'':<26} {'eakte':>7} {'tesseract':>9} {'OCRmyPDF':>9} {'eakte':>7} {'tess.':>7}")
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for condition in (*CONDITIONS, *WORSE):
            if any(part in condition.name for part in wanted):
                good &= told(condition.name, totals(condition, sheets, Path(folder)))
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
