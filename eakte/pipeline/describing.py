"""What describes a letter: findings and fields of its scan, pages, barcodes and signatures."""

from __future__ import annotations

from collections import Counter

from eakte.domain.archive import ArchiveCopy
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.letters import Extraction, Field, FieldName
from eakte.domain.mail import Inspection, Part, SourcePage
from eakte.domain.page_numbers import ranges
from eakte.domain.text import RecognisedPage
from eakte.domain.verification import VerificationReport

Pages = tuple[RecognisedPage, ...]

_MOST_FONTS, _LONGEST_NAME = 20, 64


def page_of(inspection: Inspection, number: int) -> SourcePage:
    """Give the page of that number."""
    return next(page for page in inspection.pages if page.number == number)


def scan_findings(inspection: Inspection, letter: Part, pages: Pages) -> tuple[Finding, ...]:
    """Gather what the pages of a part and the whole file showed."""
    of_pages = [
        finding for number in letter.pages for finding in page_of(inspection, number).findings
    ]
    of_reading = [finding for page in pages for finding in page.findings]
    sheets = [page.number for page in inspection.pages if page.separator]
    divided = [Finding(FindingCode.SEPARATOR_SHEET, number) for number in sheets]
    return (*inspection.findings, *divided, *letter.findings, *of_pages, *of_reading)


def with_verdicts(
    found: tuple[Finding, ...], reports: tuple[tuple[str, VerificationReport], ...]
) -> tuple[Finding, ...]:
    """Say of each signature (by its name) that came with a file whether it verified.

    That says more than the finding that there is one, and stands in its place.
    """
    told = [" ".join(filter(None, (one.verdict.value, name, one.reason))) for name, one in reports]
    others = [each for each in found if not told or each.code is not FindingCode.INCOMING_SIGNATURE]
    return (*others, *(Finding(FindingCode.INCOMING_SIGNATURE, None, each) for each in told))


def barcode_fields(letter: Part) -> tuple[Field, ...]:
    """Give the Aktenzeichen that barcodes name for this part."""
    return tuple(
        Field(FieldName.AKTENZEICHEN, value, value, 1.0, "barcode", letter.pages[0])
        for value in letter.aktenzeichen
    )


def joined(invoice: tuple[Field, ...], barcodes: tuple[Field, ...], read: Extraction) -> Extraction:
    """Put what the XML of an invoice says in the place of what its pages were read to say."""
    told = {field.name for field in invoice}
    rest = (field for field in read.fields if field.name not in told)
    return Extraction((*invoice, *barcodes, *rest))


def copy_findings(copy: ArchiveCopy) -> tuple[Finding, ...]:
    """Name the pages whose archive copy is a picture of them, and what else was changed."""
    drawn = (Finding(FindingCode.RASTERISED, number) for number in copy.rasterised)
    return (*drawn, *copy.findings)


def made_how(copy: ArchiveCopy) -> dict[str, str]:
    """Give what the audit log holds of an archive copy: digest, codes, numbers, names of fonts."""
    counted = Counter(found.code.value for found in copy.findings)
    fonts = {found.detail for found in copy.findings if found.code is FindingCode.FONT_REPLACED}
    return {
        "sha256": copy.sha256,
        "claim": str(copy.claim),
        "way": copy.way.value,
        "pages": str(copy.pages),
        "promoted": str(len(copy.promoted)),
        "rasterised": ranges(copy.rasterised),
        "changes": ",".join(f"{code}:{count}" for code, count in sorted(counted.items())),
        "fonts": ",".join(name[:_LONGEST_NAME] for name in sorted(fonts)[:_MOST_FONTS]),
        "difference": f"{copy.likeness.difference:.3f}",
        "words_kept": f"{copy.likeness.words_kept:.4f}",
    }


def text_of(field: Field | None) -> str:
    """Give what a field says, empty without one."""
    return "" if field is None else field.value
