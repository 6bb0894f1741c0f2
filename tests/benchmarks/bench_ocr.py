"""What a page costs from the inbox to the Akte, beside OCRmyPDF and bare Tesseract.

    python -m tests.benchmarks.bench_ocr            (25 minutes; make bench-ocr)
    EAKTE_BENCH_FILES=4 python -m …                 (so many invoices and as many letters)

The German invoices of ../shared/corpus and letters of our generator are drawn at 300 dpi in colour,
damaged as everyday scans are (fixed seeds), and put into PDFs as a scanner does. The same files go,
in this run, through

* OCRmyPDF in a virtualenv of its own, its defaults (PDF/A by pikepdf, checked), a process a file;
* eakte: a fresh demo home and a running `eakte watch`, into whose inbox the files are dropped:
  receive, inspect, read, classify, convert, seal B-LTA (the demo time-stamp authority runs in our
  process and is counted), verify, file, index. What waits in review is released by this program,
  as a clerk would; that is not counted;
* bare Tesseract, one process a page, text and PDF from the same JPEG: the limit.

CPU is that of all processes of a program, start and end included; the wall of eakte begins when
the first file is dropped, and has the two seconds in it until a file counts as whole. OCRmyPDF
gives itself a low priority: walls can be compared on a quiet machine only. Two files (or two
workers) at a time; then eakte again with one. Three such rounds, since a machine is faster now and
slower then; figures are medians of them. Our modules are compiled before, as pip has compiled those
of OCRmyPDF. Words are compared as `scans.words` and `peers.found` say.
"""

from __future__ import annotations

import compileall
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import eakte
from tests.benchmarks import peers, scans
from tests.benchmarks.mailroom import Mailroom
from tests.benchmarks.measured import Cost

_AT_ONCE = 2
_WORST = 8
_ROUNDS = 3


@dataclass(frozen=True)
class Page:
    """A page of the set: its picture lies beside the PDF, as NAME.jpg."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Paper:
    """A file of the set, and its pages."""

    pdf: Path
    pages: tuple[Page, ...]


@dataclass(frozen=True)
class Result:
    """What a program made of the set: cost, bytes written, words found on each page."""

    cost: Cost
    size: int
    found: dict[str, int]


def papers(folder: Path) -> list[Paper]:
    """Write the set into a folder."""
    limit = int(os.environ.get("EAKTE_BENCH_FILES", "99"))
    made = []
    for source in scans.sources(limit, limit):
        scanned = tuple(scans.scanned(page, scans.EVERYDAY) for page in scans.pages(source))
        pdf = folder / f"{source}.pdf"
        pdf.write_bytes(scans.pdf_file(scanned))
        for scan in scanned:
            (folder / f"{scan.name}.jpg").write_bytes(scans.picture_file(scan))
        made.append(Paper(pdf, tuple(Page(scan.name, scan.words) for scan in scanned)))
    return made


def ocrmypdf(papers: list[Paper], out: Path) -> tuple[Result, int]:
    """Let OCRmyPDF make PDF/A of all files, two at a time."""
    begun = time.monotonic()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        runs = list(pool.map(lambda paper: peers.ocrmypdf(paper.pdf, out), papers))
    wall, found = time.monotonic() - begun, dict[str, int]()
    for paper, run in zip(papers, runs, strict=True):
        texts = run.text.split("\f")
        for page, text in zip(paper.pages, texts, strict=False):
            found[page.name] = peers.found(page.words, text)
    return Result(_together(runs, wall), sum(run.size for run in runs), found), 0


def tesseract(papers: list[Paper], out: Path) -> tuple[Result, int]:
    """Let bare Tesseract read all pages, two at a time."""
    pages = [page for paper in papers for page in paper.pages]
    folder, begun = papers[0].pdf.parent, time.monotonic()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        runs = list(pool.map(lambda page: peers.tesseract(folder / f"{page.name}.jpg", out), pages))
    wall = time.monotonic() - begun
    read = zip(pages, runs, strict=True)
    found = {page.name: peers.found(page.words, run.text) for page, run in read}
    return Result(_together(runs, wall), sum(run.size for run in runs), found), 0


def _together(runs: list[peers.Run], wall: float) -> Cost:
    seconds = sum(run.cost.cpu_seconds for run in runs)
    return Cost(seconds, wall, max(run.cost.peak_mb for run in runs))


def ours(papers: list[Paper], folder: Path, workers: int) -> tuple[Result, int]:
    """Let eakte receive, read, seal and file all files; the bytes are those of archive copies.

    Gives the bytes of the sealed originals, too.
    """
    room = Mailroom(folder, workers)
    cost = room.work_off([paper.pdf for paper in papers])
    made = room.made()
    found = {}
    for paper in papers:
        texts = made[paper.pdf.name].texts
        for number, page in enumerate(paper.pages, 1):
            found[page.name] = peers.found(page.words, texts.get(number, ""))
    copies = sum(each.copy_size for each in made.values())
    sealed = sum(each.sealed_size for each in made.values())
    return Result(cost, copies, found), sealed


def _recall(result: Result, pages: list[Page]) -> float:
    return sum(result.found.get(page.name, 0) for page in pages) / max(
        1, sum(len(page.words) for page in pages)
    )


def _row(name: str, result: Result, pages: list[Page], size: int) -> None:
    count, cost = len(pages), result.cost
    print(
        f"{name:<18} {cost.cpu_seconds / count:>8.2f} {cost.wall_seconds / count:>9.2f}"
        f" {cost.peak_mb:>8.0f} {result.size / size:>7.3f} {_recall(result, pages):>8.4f}"
        f" {statistics.median(_of(result, page) for page in pages):>8.4f}",
        flush=True,
    )


def _of(result: Result, page: Page) -> float:
    return _recall(result, [page]) if page.words else 1.0


def _worst(pages: list[Page], results: tuple[Result, Result, Result]) -> None:
    """Print the pages that OCRmyPDF read worst."""
    peer = results[0]
    hard = sorted(pages, key=lambda page: _of(peer, page))[:_WORST]
    print(
        f"\nthe {len(hard)} pages that OCRmyPDF reads worst: recall of OCRmyPDF, eakte, Tesseract"
    )
    for page in hard:
        figures = " ".join(f"{_of(result, page):.3f}" for result in results)
        print(f"  {figures}  {page.name}")
    together = " ".join(f"{_recall(result, hard):.3f}" for result in results)
    print(f"  {together}  together")


_PROGRAMS: dict[str, Callable[[list[Paper], Path], tuple[Result, int]]] = {
    "OCRmyPDF": ocrmypdf,
    "eakte": lambda papers, folder: ours(papers, folder, _AT_ONCE),
    "bare Tesseract": tesseract,
    "eakte, 1 worker": lambda papers, folder: ours(papers, folder, 1),
}
"""Each gives what it made, and the bytes of sealed originals."""


def _median(results: list[Result]) -> Result:
    """Give what each run found alike, with the medians of what they cost."""
    costs = [each.cost for each in results]
    cost = Cost(
        statistics.median(each.cpu_seconds for each in costs),
        statistics.median(each.wall_seconds for each in costs),
        max(each.peak_mb for each in costs),
    )
    return replace(results[0], cost=cost)


def _told(what: str, results: list[Result], count: int) -> None:
    cpu = ", ".join(f"{each.cost.cpu_seconds / count:.2f}" for each in results)
    wall = ", ".join(f"{each.cost.wall_seconds:.1f}" for each in results)
    print(f"  {what}: CPU {cpu} s a page; wall {wall} s", flush=True)


def main() -> int:
    """Measure and print."""
    compileall.compile_dir(Path(eakte.__file__).parent, quiet=1)
    with tempfile.TemporaryDirectory(prefix="eakte-bench-") as place:
        folder = Path(place)
        (folder / "in").mkdir()
        made = papers(folder / "in")
        pages = [page for paper in made for page in paper.pages]
        size = sum(paper.pdf.stat().st_size for paper in made)
        load = os.getloadavg()[0]
        print(
            f"{len(made)} files, {len(pages)} pages, {size / 1e6:.1f} MB; load before: {load:.1f}"
        )
        print(peers.ocrmypdf_version(), f"of OCRmyPDF; {_AT_ONCE} files or workers at a time")
        runs, sealed = dict[str, list[Result]](), 0
        for number in range(_ROUNDS):
            for name, run in _PROGRAMS.items():
                result, more = run(made, folder / f"{number}-{name.replace(' ', '-')}")
                runs.setdefault(name, []).append(result)
                sealed = sealed or more
                _told(name, runs[name][-1:], len(pages))
        print("\n                    CPU s/p  wall s/p  peak MB    size   recall   median")
        middle = {name: _median(results) for name, results in runs.items()}
        for name, result in middle.items():
            _row(name, result, pages, size)
        other, two, limit, one = middle.values()
        _worst(pages, (other, two, limit))
        print()
        for name, results in runs.items():
            _told(name, results, len(pages))
        added = (sealed - size) / len(pages) / 1e3
        print(f"sealed originals / input: {sealed / size:.3f}, {added:.1f} kB a page more")
        print(f"eakte/bare Tesseract CPU: {two.cost.cpu_seconds / limit.cost.cpu_seconds:.2f}")
        speed_up = one.cost.wall_seconds / two.cost.wall_seconds
        print(f"wall speed-up of 2 workers: {speed_up:.2f} (load now {os.getloadavg()[0]:.1f})")
        ratio = other.cost.cpu_seconds / two.cost.cpu_seconds
        print(f"ratio ocrmypdf/eakte CPU per page: {ratio:.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
