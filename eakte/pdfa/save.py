"""Writing an archive copy: one way, the same bytes for the same pages, through the gate."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pikepdf
from pikepdf import Name, pdfa

from eakte.domain.archive import ArchiveCopy, ArchiveWay, Claim
from eakte.domain.ids import Digest
from eakte.pdfa.check import PASS, require_pass
from eakte.pdfa.xmp import Facts, packet

_READ_SIZE = 1 << 20


def save(pdf: pikepdf.Pdf, facts: Facts, out: Path) -> None:
    """Write `pdf` to `out` as the PDF/A claimed; raises UnusableInputError unless it conforms.

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
    require_pass(out, facts)


def archive_copy(path: Path, pages: int, claim: Claim, rasterised: tuple[int, ...]) -> ArchiveCopy:
    """Describe a file that has passed the gate."""
    way = ArchiveWay.PICTURES
    if rasterised:
        way = ArchiveWay.RASTERISED if len(rasterised) == pages else ArchiveWay.MIXED
    return ArchiveCopy(Digest(_sha256(path)), pages, PASS, claim, way, rasterised)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_READ_SIZE):
            digest.update(chunk)
    return digest.hexdigest()
