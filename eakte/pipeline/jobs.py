"""What runs in a limited child process: stages that read the bytes of a scan."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from eakte.deliveries.embedded import embedded_invoice
from eakte.deliveries.folder import describe_folder
from eakte.deliveries.invoice import invoice_of
from eakte.deliveries.unpack import unpack
from eakte.domain.archive import ArchiveCopy
from eakte.domain.deliveries import Unpacked
from eakte.domain.invoices import EmbeddedInvoice, fields_of
from eakte.domain.letters import Field
from eakte.domain.mail import Inspection, MediaType, PageKind, SourcePage
from eakte.domain.text import RecognisedPage
from eakte.domain.transfervermerk import Transfervermerk
from eakte.domain.verification import VerificationReport
from eakte.ocr.again import other_preparation, surer
from eakte.ocr.interface import OcrEngine
from eakte.ocr.tesseract import recognise
from eakte.pages.collate import collate
from eakte.pages.inspect import inspect
from eakte.pages.own_text import Worth, own_text, with_own
from eakte.pages.prepare import prepare
from eakte.pages.sniff import sniff
from eakte.pages.unlock import unlock
from eakte.pdfa.build import build
from eakte.pdfa.metadata import with_transfervermerk
from eakte.pdfa.sealed import flavour_of, verdict
from eakte.pipeline.kept_texts import KeptTexts
from eakte.seal.detached import check_detached, check_encapsulated
from eakte.seal.incoming import check_pdf, digest_signed, encapsulated, enclosed_digest
from eakte.seal.verify import SealedAs, accept
from eakte.store.local import file_digest


def unpack_container(source: Path, media_type: MediaType, out: Path) -> Unpacked:
    """Take a mail, archive or XML apart into `out`; see eakte.deliveries.unpack."""
    return unpack(source, media_type, out)


def invoice_within(source: Path, out: Path) -> EmbeddedInvoice | None:
    """Take the XML of an e-invoice out of a PDF; see eakte.deliveries.embedded."""
    return embedded_invoice(source, out)


def invoice_fields(xml: Path, page: int) -> tuple[Field, ...]:
    """Give the fields that the XML of an e-invoice tells."""
    return fields_of(invoice_of(xml), page)


def describe_files(members: tuple[tuple[str, Path], ...], out: Path) -> Unpacked:
    """Tell what each file of a delivery is, and draw the delivery's cover sheet."""
    return describe_folder(members, out)


def collate_halves(odd: Path, even: Path, out: Path, in_order: bool) -> int:  # noqa: FBT001 - it travels by name
    """Put the halves of a duplex batch together; gives the number of pages."""
    return collate(odd, sniff(odd), even, sniff(even), out, reversed_=not in_order)


def unlock_pdf(source: Path, password: str, out: Path) -> bool:
    """Write an encrypted PDF without its encryption; see eakte.pages.unlock."""
    return unlock(source, password, out)


def signed_content(source: Path, out: Path) -> bool:
    """Write what a signature encloses to `out`; gives False for a detached one."""
    return encapsulated(source, out) != ""


def signed_digest(source: Path) -> tuple[str, str]:
    """Give algorithm and digest of the content that a detached signature is for, "" if unknown."""
    return digest_signed(source) or ("", "")


def check_signature(
    content: Path, signature: Path, anchors: Path, at: datetime
) -> VerificationReport:
    """Verify a CMS signature beside a file, or around its content; see eakte.seal.detached.

    The report's digest and size are the file's either way: it says what was verified.
    """
    digest = file_digest(content)
    if enclosed_digest(signature) == digest:
        report = check_encapsulated(signature, anchors, at)
        return replace(report, sha256=digest, size=content.stat().st_size)
    return check_detached(content, signature, anchors, at)


def check_signed_pdf(source: Path, anchors: Path, at: datetime) -> VerificationReport:
    """Verify the signatures in a PDF that arrived signed; see eakte.seal.incoming."""
    return check_pdf(source, anchors, at)


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
    folder: Path,
) -> RecognisedPage:
    """Read one page: by its own text if that says all, else by OCR on a prepared picture.

    `folder`: for files of this call; the caller removes it, also if this process is killed.
    """
    own = own_text(source, page.number) if page.kind is PageKind.BORN_DIGITAL else None
    if own is not None and own.worth is Worth.ENOUGH:
        return own.page
    tempfile.tempdir = str(folder)  # the OCR library's own files: this process is for one page
    read = _recognised(source, media_type, page, languages, seconds, folder)
    return read if own is None else with_own(own, read)


def _recognised(
    source: Path,
    media_type: MediaType,
    page: SourcePage,
    languages: str,
    seconds: float,
    folder: Path,
) -> RecognisedPage:
    """Read a page by OCR; if it reads badly, once more from a picture prepared in another way."""
    deadline = time.monotonic() + seconds
    size = page.width, page.height
    picture = prepare(source, media_type, page.number, folder / "page")
    first = _ENGINE(deadline - time.monotonic(), picture, page.number, *size, languages)
    other = other_preparation(first, picture)
    if other is None:
        return first
    again = folder / "again"
    picture = prepare(source, media_type, page.number, again, other, first.rotation)
    second = _ENGINE(deadline - time.monotonic(), picture, page.number, *size, languages)
    return surer(first, second)


def make_archive_copy(
    source: Path,
    media_type: MediaType,
    pages: tuple[SourcePage, ...],
    read: tuple[Path, ...],
    out: Path,
) -> ArchiveCopy:
    """Build the PDF/A of one part; `read`: the text of each page, as read_page's result in JSON."""
    numbers = (page.number for page in pages)
    return build(source, media_type, pages, KeptTexts(dict(zip(numbers, read, strict=True))), out)


def attach_transfervermerk(
    source: Path, transfervermerk: Transfervermerk, out: Path
) -> ArchiveCopy:
    """Write the Transfervermerk into the XMP; see eakte.pdfa.metadata."""
    return with_transfervermerk(source, transfervermerk, out)


def judge_sealed(copy: Path, sealed: Path) -> str:
    """Give `pass` if a sealed file conforms as its archive copy does; see eakte.pdfa.sealed."""
    return verdict(copy, sealed)


def judge_seal(
    sealed: Path, anchors: Path, at: datetime, sha256: str, pages: int, expected: SealedAs
) -> VerificationReport:
    """Judge a file that was just sealed; see eakte.seal.verify."""
    return accept(sealed, anchors, at, sha256, pages, sealed=expected)


def claimed_flavour(copy: Path) -> str:
    """Give what an archive copy says of itself, as in `2u`."""
    return flavour_of(copy)
