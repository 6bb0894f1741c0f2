"""Writing an archive copy: one way, the same bytes for the same pages, through the gate."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pikepdf
from pikepdf import Name, pdfa

from eakte.domain.archive import ArchiveCopy, Claim, way_of
from eakte.domain.ids import Digest
from eakte.pdfa.check import PASS, require_pass, verdict
from eakte.pdfa.guilty import told_guilty
from eakte.pdfa.plan import UnfitError
from eakte.pdfa.xmp import Facts, packet

_READ_SIZE = 1 << 20


def save(pdf: pikepdf.Pdf, facts: Facts, out: Path) -> None:
    """Write `pdf` to `out` as the PDF/A claimed; raises UnusableInputError unless it conforms."""
    write(pdf, facts, out)
    require_pass(out, facts)


def attempt(pdf: pikepdf.Pdf, facts: Facts, out: Path) -> None:
    """Do the same; raises UnfitError with the pages to be blamed, counted from 1 in the file."""
    write(pdf, facts, out)
    answer = verdict(out, facts)
    if answer != PASS:
        raise UnfitError(answer, told_guilty(out, facts.claim.flavour))


def write(pdf: pikepdf.Pdf, facts: Facts, out: Path) -> None:
    """Write `pdf` with its XMP: always the same bytes for the same pages.

    The file ends with a newline after %%EOF: later revisions are appended to it.
    """
    metadata = pikepdf.Stream(pdf, packet(facts), Type=Name.Metadata, Subtype=Name.XML)
    pdf.Root.Metadata = pdf.make_indirect(metadata)
    if Name.Info in pdf.trailer:
        del pdf.trailer[Name.Info]
    options = pdfa.resolve_save_kwargs(
        facts.claim.flavour, deterministic_id=True, force_version="1.7"
    )
    pdf.save(out, **options)


def archive_copy(path: Path, pages: int, claim: Claim, rasterised: tuple[int, ...]) -> ArchiveCopy:
    """Describe a file that has passed the gate."""
    way = way_of(pages, 0, len(rasterised))
    return ArchiveCopy(digest_of(path), pages, PASS, claim, way, rasterised)


def digest_of(path: Path) -> Digest:
    """Give the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_READ_SIZE):
            digest.update(chunk)
    return Digest(digest.hexdigest())
