"""What a received file turned out to be when it was opened."""

from __future__ import annotations

from dataclasses import dataclass

from eakte.domain.findings import Finding
from eakte.domain.ids import Digest
from eakte.domain.mail import PAGED, Enclosure, EnclosureRole, MediaType


@dataclass(frozen=True)
class Member:
    """A file out of a container that is to be received on its own, with its signatures."""

    name: str
    digest: Digest
    size: int
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True)
class Signed:
    """A signature and what it signs."""

    name: str
    content: Digest
    signature: Digest


@dataclass(frozen=True)
class Opened:
    """What a received file turned out to be."""

    media_type: MediaType
    enclosures: tuple[Enclosure, ...] = ()
    members: tuple[Member, ...] = ()
    findings: tuple[Finding, ...] = ()
    signed: tuple[Signed, ...] = ()
    """Signatures over a part of the file (S/MIME)."""
    invoice: Digest | None = None
    """The XML of a readable e-invoice: an enclosure's, or the file itself."""
    belongs_to: Digest | None = None
    """For a lone signature: the received file that it signs."""
    report: Digest | None = None
    """For a lone signature: what its verification found."""

    def first(self, role: EnclosureRole) -> Digest | None:
        """Give the digest of the first enclosure of that role."""
        return next((each.digest for each in self.enclosures if each.role is role), None)

    @property
    def view(self) -> Digest | None:
        """Give the PDF that stands for pages that the file itself does not show."""
        return self.first(EnclosureRole.VIEW)

    @property
    def has_pages(self) -> bool:
        """Tell whether there are pages to make letters of."""
        return self.media_type in PAGED or self.view is not None
