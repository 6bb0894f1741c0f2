"""The Transfervermerk goes into the archive copy, and can be read from it again."""

from __future__ import annotations

from pathlib import Path

import pikepdf

from eakte.domain.archive import ArchiveCopy, Claim
from eakte.domain.codec import from_json
from eakte.domain.findings import FindingCode
from eakte.domain.transfervermerk import Transfervermerk
from eakte.pdfa.opening import open_pdf
from eakte.pdfa.save import archive_copy, save
from eakte.pdfa.xmp import JSON_PROPERTY, NAMESPACE, Facts


def with_transfervermerk(source: Path, transfervermerk: Transfervermerk, out: Path) -> ArchiveCopy:
    """Write the archive copy `source` with its Transfervermerk in the XMP to `out`.

    Pages are not touched. Raises UnusableInputError (`conversion_failed`) unless it conforms.
    """
    with open_pdf(source) as pdf:
        save(pdf, Facts(Claim(), transfervermerk), out)
        rasterised = tuple(
            found.page
            for found in transfervermerk.anomalies
            if found.code is FindingCode.RASTERISED and found.page is not None
        )
        return archive_copy(out, len(pdf.pages), Claim(), rasterised)


def read_transfervermerk(source: Path) -> Transfervermerk | None:
    """Read the Transfervermerk from a PDF's XMP; None if it has none that can be read."""
    try:
        with open_pdf(source) as pdf, pdf.open_metadata() as metadata:
            text = metadata.get(f"{{{NAMESPACE}}}{JSON_PROPERTY}")
        return from_json(Transfervermerk, str(text)) if text else None
    except (pikepdf.PdfError, ValueError, KeyError):
        return None
