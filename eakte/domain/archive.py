"""The archive copy: the PDF/A that is sealed and kept beside the original."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from eakte.domain.ids import Digest


class ArchiveWay(StrEnum):
    """How the pages came into the archive copy."""

    PICTURES = "pictures"
    """Every page keeps the scanner's picture: its coded bytes, or at least its pixels."""
    RASTERISED = "rasterised"
    """Every page was drawn anew as a picture."""
    MIXED = "mixed"


@dataclass(frozen=True)
class ArchiveCopy:
    """A PDF/A file that was just written and found to conform."""

    sha256: Digest
    pages: int
    verdict: str
    """Always `pass`: nothing else leaves the stage."""
    rasterised: tuple[int, ...]
    """Pages of the scan whose look was drawn anew; the original keeps text, links and structure."""
    way: ArchiveWay
