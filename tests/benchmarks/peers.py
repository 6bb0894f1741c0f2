"""The programs that eakte is measured against: OCRmyPDF and bare Tesseract.

OCRmyPDF is installed with pip into a virtualenv of its own (~/.cache/eakte-bench, or
EAKTE_BENCH_CACHE), newest release, no optional programs (Ghostscript, unpaper, pngquant): it
needs none of them, and without them it has less to do. It runs with its own defaults (PDF/A by
pikepdf, checked), German, one job.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.measured import Cost, measured
from tests.benchmarks.scans import words


@dataclass(frozen=True)
class Run:
    """What a program made of a file: its cost, the text it read, the bytes of its PDF."""

    cost: Cost
    text: str
    size: int


def ocrmypdf_program() -> Path:
    """Give the path of OCRmyPDF, installed if need be."""
    cache = Path(os.environ.get("EAKTE_BENCH_CACHE", Path.home() / ".cache" / "eakte-bench"))
    folder = cache / "ocrmypdf"
    program = folder / "bin" / "ocrmypdf"
    if not program.exists():
        venv.create(folder, with_pip=True)
        pip = [folder / "bin" / "python", "-m", "pip", "install", "-q", "--upgrade", "ocrmypdf"]
        subprocess.run(pip, check=True, stdout=sys.stderr)
    return program


def ocrmypdf_version() -> str:
    """Give the release that is measured."""
    done = subprocess.run(
        [ocrmypdf_program(), "--version"], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def ocrmypdf(source: Path, out: Path, jobs: int = 1, *options: str) -> Run:
    """Let OCRmyPDF read a file (PDF, or a picture with its resolution)."""
    sidecar, pdf = out / f"{source.stem}.o.txt", out / f"{source.stem}.o.pdf"
    command = [str(ocrmypdf_program()), "-q", "-l", "deu", "--jobs", str(jobs), *options]
    cost = measured(
        [*command, "--sidecar", str(sidecar), str(source), str(pdf)], out, OMP_THREAD_LIMIT="1"
    )
    text = sidecar.read_text(encoding="utf-8") if sidecar.exists() else ""
    return Run(cost, text, pdf.stat().st_size if pdf.exists() else 0)


def tesseract(picture: Path, out: Path) -> Run:
    """Let bare Tesseract read one page picture and write text and PDF."""
    base = out / f"{picture.stem}.t"
    command = ["tesseract", str(picture), str(base), "-l", "deu", "pdf", "txt"]
    cost = measured(command, out, OMP_THREAD_LIMIT="1")
    text = Path(f"{base}.txt").read_text(encoding="utf-8")
    return Run(cost, text, Path(f"{base}.pdf").stat().st_size)


def found(truth: Iterable[str], read: str) -> int:
    """Count the words of the truth that were read: a word read twice counts twice at most if it
    is there twice; place and order do not count.
    """
    return (Counter(truth) & Counter(words(read))).total()


def recall(truth: tuple[str, ...], read: str) -> float:
    """Give the share of the words that were read (1 for a page without words)."""
    return found(truth, read) / len(truth) if truth else 1.0
