"""The archive copy: the PDF/A that is sealed and kept beside the original."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from eakte.domain.findings import Finding
from eakte.domain.ids import Digest
from eakte.domain.page_numbers import named
from eakte.i18n import _


class ArchiveWay(StrEnum):
    """How the pages came into the archive copy."""

    PICTURES = "pictures"
    """Every page keeps the scanner's picture: its coded bytes, or at least its pixels."""
    PROMOTED = "promoted"
    """Every page keeps what a program drew; what PDF/A forbids was taken out or replaced."""
    RASTERISED = "rasterised"
    """Every page was drawn anew as a picture."""
    MIXED = "mixed"


class Level(StrEnum):
    """Conformance levels of ISO 19005-2 and -3 that eakte claims."""

    B = "B"
    """It looks the same for ever."""
    U = "U"
    """Also every character has its Unicode value: proven, not assumed."""


@dataclass(frozen=True)
class Claim:
    """What a file says of itself (pdfaid): `part` 2, or 3 where it carries files of any type."""

    part: int = 2
    level: Level = Level.U

    @property
    def flavour(self) -> str:
        """The name that pikepdf's validator gives it; it knows only level B."""
        return f"{self.part}b"

    def __str__(self) -> str:
        """Give its usual name, as in `PDF/A-2u`."""
        return f"PDF/A-{self.part}{self.level.value.lower()}"


@dataclass(frozen=True)
class Likeness:
    """How near the worst page of a copy comes to the page that arrived.

    `difference`: mean of grey levels (0..255) at 72 dpi; `words_kept`: the share of the words of
    the page that can be read from the copy, measured where a page keeps what a program drew.
    """

    difference: float = 0.0
    words_kept: float = 1.0


_ALIKE = Likeness()


@dataclass(frozen=True)
class Conversion:
    """How an archive copy was made, as the record of its letter keeps it; pages of the scan."""

    claim: Claim
    way: ArchiveWay
    rasterised: tuple[int, ...] = ()
    promoted: tuple[int, ...] = ()
    likeness: Likeness = _ALIKE

    def sentence(self, pages: tuple[int, ...]) -> str:
        """Say it in the reader's language, of a letter with these pages."""
        others = tuple(sorted({*pages} - {*self.promoted, *self.rasterised}))
        kinds = (
            (_("the scanner's picture is kept"), others),
            (_("kept as a program drew it"), self.promoted),
            (_("drawn anew as a picture"), self.rasterised),
        )
        there = [(kind, which) for kind, which in kinds if which]
        if len(there) == 1:
            return f"{self.claim}: {there[0][0]}"
        return f"{self.claim}: " + "; ".join(f"{kind} ({named(which)})" for kind, which in there)

    def compared(self) -> str:
        """Say how near the copy comes to what arrived; words where a page keeps its own."""
        text = _("differs by {difference:.2f} of 255 levels of grey")
        looks = text.format(difference=self.likeness.difference)
        kept = _("words kept: {share:.1%}").format(share=self.likeness.words_kept)
        return f"{looks}; {kept}" if self.promoted else looks


@dataclass(frozen=True)
class ArchiveCopy:
    """A PDF/A file that was just written and found to conform to its claim."""

    sha256: Digest
    pages: int
    verdict: str
    """Always `pass`: nothing else leaves the stage."""
    claim: Claim
    way: ArchiveWay
    rasterised: tuple[int, ...]
    """Pages of the scan whose look was drawn anew; the original keeps text, links and structure."""
    promoted: tuple[int, ...] = ()
    """Pages that keep what a program drew; the pages in neither list keep the scanner's picture."""
    findings: tuple[Finding, ...] = ()
    """What else was changed on the way: fonts replaced, forms made plain, things left out …"""
    likeness: Likeness = _ALIKE

    @property
    def conversion(self) -> Conversion:
        """Give what the record of its letter keeps of it, besides the findings."""
        return Conversion(self.claim, self.way, self.rasterised, self.promoted, self.likeness)


def way_of(pages: int, promoted: int, rasterised: int) -> ArchiveWay:
    """Name the way of a copy by how many of its pages went which one."""
    ways = {
        (0, 0): ArchiveWay.PICTURES,
        (pages, 0): ArchiveWay.PROMOTED,
        (0, pages): ArchiveWay.RASTERISED,
    }
    return ways.get((promoted, rasterised), ArchiveWay.MIXED)
