"""The Transfervermerk goes into the archive copy, and can be read from it again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pikepdf

from eakte.domain.archive import ArchiveCopy
from eakte.domain.codec import from_json
from eakte.domain.findings import FindingCode
from eakte.domain.transfervermerk import Transfervermerk
from eakte.errors import UnusableInputError
from eakte.pdfa.opening import open_pdf
from eakte.pdfa.save import archive_copy, save
from eakte.pdfa.xmp import JSON_PROPERTY, NAMESPACE, Facts, read_facts


def with_transfervermerk(source: Path, transfervermerk: Transfervermerk, out: Path) -> ArchiveCopy:
    """Write the archive copy `source` with its Transfervermerk in the XMP to `out`.

    Only the XMP changes: what the copy claims, its pages, structure, attachments and e-invoice
    properties stay. Raises UnusableInputError (`conversion_failed`) if the copy is not as eakte
    wrote it, or does not conform afterwards.
    """
    with open_pdf(source) as pdf:
        facts = replace(_facts(pdf), transfervermerk=transfervermerk)
        save(pdf, facts, out)
        rasterised = tuple(
            found.page
            for found in transfervermerk.anomalies
            if found.code is FindingCode.RASTERISED and found.page is not None
        )
        return archive_copy(out, len(pdf.pages), facts.claim, rasterised)


def _facts(pdf: pikepdf.Pdf) -> Facts:
    """Read what an archive copy of ours says of itself."""
    try:
        return read_facts(pdf.Root.Metadata.read_bytes())
    except (pikepdf.PdfError, AttributeError, ValueError) as problem:
        reason = FindingCode.CONVERSION_FAILED.value
        raise UnusableInputError(reason=reason, detail=str(problem)) from None


def read_transfervermerk(source: Path) -> Transfervermerk | None:
    """Read the Transfervermerk from a PDF's XMP; None if it has none that can be read."""
    try:
        with open_pdf(source) as pdf, pdf.open_metadata() as metadata:
            text = metadata.get(f"{{{NAMESPACE}}}{JSON_PROPERTY}")
        return from_json(Transfervermerk, str(text)) if text else None
    except (pikepdf.PdfError, ValueError, KeyError):
        return None
