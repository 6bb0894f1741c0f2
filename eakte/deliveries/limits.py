"""What a container may hold at most, so that a small file cannot fill disk or memory."""

from __future__ import annotations

from eakte.domain.findings import FindingCode
from eakte.errors import UnusableInputError
from eakte.i18n import N_

MAX_DEPTH = 5
"""A container in a container in … is opened so often; the outermost has depth 0."""
MAX_FILES = 1000
MAX_UNPACKED = 2 << 30
"""Bytes of all files of one container together."""
MAX_RATIO = 200
RATIO_FLOOR = 64 << 20
"""An entry may be packed tighter than MAX_RATIO up to this size: blank scans are."""
MAX_MAIL = 150 << 20
MAX_XML = 64 << 20
MAX_XML_DEPTH = 100
MAX_XML_ELEMENTS = 200_000
MAX_MIME_DEPTH = 30


def refusal(code: FindingCode, detail: str = "") -> UnusableInputError:
    """Make the error that says why a container or invoice cannot be used."""
    return UnusableInputError(reason=code.value, detail=detail)


def check_depth(depth: int) -> None:
    """Refuse a container that lies in too many others (`unsafe_archive`)."""
    if depth > MAX_DEPTH:
        raise refusal(
            FindingCode.UNSAFE_ARCHIVE, N_("containers are nested too deeply in each other")
        )


def check_files(count: int) -> None:
    """Refuse a container with too many files (`unsafe_archive`)."""
    if count > MAX_FILES:
        raise refusal(FindingCode.UNSAFE_ARCHIVE, N_("it holds more than 1,000 files"))
