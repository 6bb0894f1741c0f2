"""What kind of pages a file has, by its content; and the words for a refusal."""

from __future__ import annotations

from pathlib import Path

from eakte.domain.findings import FindingCode
from eakte.domain.mail import PAGED, MediaType
from eakte.domain.media import HEAD_BYTES, identified
from eakte.errors import UnusableInputError


def refusal(code: FindingCode, detail: str) -> UnusableInputError:
    """Make the error that says why a file can never become a document."""
    return UnusableInputError(reason=code.value, detail=detail)


def sniff(path: Path) -> MediaType:
    """Tell the type of a file with pages; raises UnusableInputError (`empty`, `unknown_type`)."""
    with path.open("rb") as file:
        found = identified(file.read(HEAD_BYTES))
    if found not in PAGED:
        raise refusal(FindingCode.UNKNOWN_TYPE, "")
    return found
