"""What runs in a limited child process: stages that read the bytes of a scan."""

from __future__ import annotations

import tempfile
from pathlib import Path

from eakte.domain.archive import ArchiveCopy
from eakte.domain.mail import Inspection, MediaType, PageKind, SourcePage
from eakte.domain.text import RecognisedPage
from eakte.domain.transfervermerk import Transfervermerk
from eakte.ocr.interface import OcrEngine
from eakte.ocr.tesseract import recognise
from eakte.pages.inspect import inspect
from eakte.pages.own_text import own_text
from eakte.pages.prepare import prepare
from eakte.pdfa.build import build
from eakte.pdfa.check import page_count
from eakte.pdfa.metadata import with_transfervermerk


def inspect_scan(source: Path) -> Inspection:
    """Look into a scan; see eakte.pages.inspect."""
    return inspect(source)


_ENGINE: OcrEngine = recognise


def read_page(
    source: Path,
    media_type: MediaType,
    page: SourcePage,
    languages: str,
    seconds: float,
    work: Path,
) -> RecognisedPage:
    """Read one page: its own text if a program wrote it, else OCR on a prepared picture."""
    if page.kind is PageKind.BORN_DIGITAL:
        text = own_text(source, page.number)
        if text is not None:
            return text
    with tempfile.TemporaryDirectory(dir=work) as folder:
        tempfile.tempdir = folder  # the OCR library's own files too: this process is for one page
        picture = prepare(source, media_type, page.number, Path(folder) / "page")
        return _ENGINE(seconds, picture, page.number, page.width, page.height, languages)


def make_archive_copy(
    source: Path,
    media_type: MediaType,
    pages: tuple[SourcePage, ...],
    recognised: tuple[RecognisedPage, ...],
    out: Path,
) -> ArchiveCopy:
    """Build the PDF/A of one part; see eakte.pdfa.build."""
    return build(source, media_type, pages, recognised, out)


def count_pages(source: Path) -> int:
    """Count the pages that an archive copy really has."""
    return page_count(source)


def attach_transfervermerk(
    source: Path, transfervermerk: Transfervermerk, out: Path
) -> ArchiveCopy:
    """Write the Transfervermerk into the XMP; see eakte.pdfa.metadata."""
    return with_transfervermerk(source, transfervermerk, out)
