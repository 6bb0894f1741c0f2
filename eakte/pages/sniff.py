"""What kind of file it is, by its content; names and extensions prove nothing."""

from __future__ import annotations

from pathlib import Path

from eakte.domain.findings import FindingCode
from eakte.domain.mail import MediaType
from eakte.errors import UnusableInputError
from eakte.i18n import N_

_PDF_HEADER_WITHIN = 1024
_MAGIC = {
    b"\xff\xd8\xff": MediaType.JPEG,
    b"\x89PNG\r\n\x1a\n": MediaType.PNG,
    b"II*\x00": MediaType.TIFF,
    b"MM\x00*": MediaType.TIFF,
}

_BIG_TIFF = (b"II+\x00", b"MM\x00+")


def refusal(code: FindingCode, detail: str) -> UnusableInputError:
    """Make the error that says why a file can never become a document."""
    return UnusableInputError(reason=code.value, detail=detail)


def sniff(path: Path) -> MediaType:
    """Tell the type of a file; raises UnusableInputError (`empty`, `unknown_type`)."""
    with path.open("rb") as file:
        head = file.read(_PDF_HEADER_WITHIN)
    if not head:
        raise refusal(FindingCode.EMPTY, "")
    if head.startswith(_BIG_TIFF):
        raise refusal(FindingCode.UNKNOWN_TYPE, N_("a BigTIFF, which eakte does not read"))
    for magic, media_type in _MAGIC.items():
        if head.startswith(magic):
            return media_type
    if b"%PDF-" in head:
        return MediaType.PDF
    raise refusal(FindingCode.UNKNOWN_TYPE, "")
