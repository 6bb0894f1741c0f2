"""The table of archive copies: every file of the corpus, its way, verdict and likeness (issue 4).

    python -m tests.benchmarks.archive_table [folder or file …]

Pages are given the text that they bring along; nothing is read by OCR.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from eakte import sandbox
from eakte.domain.archive import ArchiveCopy
from eakte.domain.mail import PAGED, PageKind
from eakte.errors import EakteError
from eakte.pages.inspect import inspect
from eakte.pages.own_text import Worth, own_text
from eakte.pages.sniff import sniff
from eakte.pdfa.build import build
from eakte.sandbox import Limits

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
FOLDERS = ("odd_pdfs", "invoices", "barcodes", "qes", "signed")
LIMITS = Limits(600, 600, 4000)


@dataclass(frozen=True)
class Row:
    """What became of one file."""

    copy: ArchiveCopy
    born_digital: int
    ratio: float
    seconds: float
    """CPU time of the conversion alone."""


def row(source: Path, out: Path) -> Row:
    """Convert a file."""
    inspection = inspect(source)
    drawn = [page for page in inspection.pages if page.kind is PageKind.BORN_DIGITAL]
    found = {page.number: own_text(source, page.number) for page in drawn}
    texts = {number: own.page for number, own in found.items() if own.worth is Worth.ENOUGH}
    before = time.process_time()
    copy = build(source, inspection.media_type, inspection.pages, texts, out)
    seconds = time.process_time() - before
    return Row(copy, len(drawn), out.stat().st_size / source.stat().st_size, seconds)


def main(places: list[Path]) -> None:
    """Print the table and its sums."""
    files = [
        each for place in places for each in sorted(place.rglob("*") if place.is_dir() else [place])
    ]
    rows, refused = list[Row](), 0
    print("file  way  claim  pages(rasterised)  difference  words kept  size ratio  CPU s")
    with tempfile.TemporaryDirectory() as folder:
        for source in files:
            try:
                if not source.is_file() or sniff(source) not in PAGED:
                    continue
                each = sandbox.call(LIMITS, row, source, Path(folder) / "out.pdf")
            except EakteError as refusal:
                refused += 1
                print(f"{source.name}  REFUSED  {refusal}")
                continue
            rows.append(each)
            copy, like = each.copy, each.copy.likeness
            codes = ",".join(dict.fromkeys(found.code.value for found in copy.findings))
            print(
                f"{source.name}  {copy.way.value}  {copy.claim}"
                f"  {copy.pages}({len(copy.rasterised)})  {like.difference:.2f}"
                f"  {like.words_kept:.3f}  {each.ratio:.2f}  {each.seconds:.2f}  {codes}"
            )
    _print_sums(rows, refused)


def _print_sums(rows: list[Row], refused: int) -> None:
    drawn = [each for each in rows if each.born_digital]
    whole = [each for each in drawn if not each.copy.rasterised]
    pages = sum(each.copy.pages for each in rows)
    seconds = sum(each.seconds for each in rows)
    proven = sum(each.copy.claim.level.value == "U" for each in rows)
    print(f"files converted: {len(rows)}, refused: {refused}, level U: {proven}")
    if drawn:
        share = len(whole) / len(drawn)
        print(f"born-digital without rasterising: {len(whole)} of {len(drawn)} = {share:.1%}")
        kept = sum(each.copy.likeness.words_kept for each in drawn) / len(drawn)
        print(f"words kept, mean of the files' worst pages: {kept:.4f}")
    print(f"CPU seconds a page: {seconds / max(pages, 1):.3f} ({pages} pages)")


if __name__ == "__main__":
    main([Path(each) for each in sys.argv[1:]] or [CORPUS / each for each in FOLDERS])
