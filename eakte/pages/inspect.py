"""The first look into a scan: its type, whether it is whole, and its pages."""

from __future__ import annotations

from pathlib import Path

from eakte.domain.findings import FindingCode
from eakte.domain.mail import Inspection, MediaType
from eakte.pages.document import inspect_document
from eakte.pages.pictures import inspect_picture
from eakte.pages.sniff import sniff

REASONS = (
    FindingCode.EMPTY,
    FindingCode.UNKNOWN_TYPE,
    FindingCode.TRUNCATED,
    FindingCode.DAMAGED,
    FindingCode.ENCRYPTED,
    FindingCode.NO_PAGES,
    FindingCode.TOO_LARGE,
)
"""Why a file can be refused: the `reason` of the UnusableInputError."""


def inspect(path: Path) -> Inspection:
    """Look at all of a scan; raises UnusableInputError if it is not a whole, readable file."""
    media_type = sniff(path)
    if media_type is MediaType.PDF:
        pages, findings = inspect_document(path)
    else:
        pages, findings = inspect_picture(path, media_type)
    return Inspection(media_type, pages, findings)
