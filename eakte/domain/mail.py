"""A scan as it arrived, its pages, and the parts it is split into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eakte.domain.findings import Finding
from eakte.domain.ids import Digest

POINTS_PER_INCH = 72.0


class MediaType(StrEnum):
    """What may arrive, told by its content."""

    PDF = "application/pdf"
    TIFF = "image/tiff"
    JPEG = "image/jpeg"
    PNG = "image/png"
    MAIL = "message/rfc822"
    ZIP = "application/zip"
    XML = "application/xml"
    """Accepted as an e-invoice (UBL, CII) only."""
    CMS = "application/cms"
    """A signature (.p7s, detached), or signed content with its signature (.p7m)."""
    DELIVERY = "application/vnd.eakte.delivery+json"
    """Our own manifest of several files that came together: a folder, or two duplex halves."""


PAGED = frozenset({MediaType.PDF, MediaType.TIFF, MediaType.JPEG, MediaType.PNG})
"""What has pages of its own; for anything else a view (a PDF) is made."""


class ScanState(StrEnum):
    """Where a received file is; every file is in exactly one state."""

    RECEIVED = "received"
    WAITING = "waiting"
    """One half of a duplex batch, until the other half comes."""
    PROCESSED = "processed"
    QUARANTINE = "quarantine"


class EnclosureRole(StrEnum):
    """How a file belongs to the received file that it came with, or was made from."""

    SIGNATURE = "signature"
    """A detached signature that came beside it."""
    PIECE = "piece"
    """One of the files that came together as a delivery; its manifest names it."""
    MEMBER = "member"
    """A file out of a container; it is received and handled as a file of its own too."""
    TECHNICAL = "technical"
    """A file out of a container that is kept but not read (vhn.xml, a picture of a mail's HTML)."""
    INVOICE = "invoice"
    """The XML of an e-invoice, byte for byte as embedded."""
    VIEW = "view"
    """A PDF made by eakte from a file without (readable) pages of its own: a derivative."""
    REPORT = "report"
    """JSON VerificationReport of a signature that came with it."""
    CONFORMANCE = "conformance"
    """What veraPDF reported of a letter that was made of it (XML)."""


@dataclass(frozen=True)
class Enclosure:
    """A file that belongs to a received file; `name` is its path there, never used as a path."""

    name: str
    digest: Digest
    role: EnclosureRole


class DeliveryKind(StrEnum):
    """Why several files are one delivery."""

    FOLDER = "folder"
    """A folder that was dropped as a whole (XJustiz, beBPo)."""
    DUPLEX = "duplex"
    """Two halves of a batch: odd pages first, then even pages."""


@dataclass(frozen=True)
class Delivery:
    """The manifest of several files that came together; its JSON is kept and names them all."""

    kind: DeliveryKind
    name: str
    members: tuple[Enclosure, ...]
    in_order: bool = False
    """For a duplex batch: the even pages are not back to front."""


@dataclass(frozen=True)
class Scan:
    """One file that entered, named by its content; `received_at` is the date of receipt in law."""

    digest: Digest
    name: str
    station: str
    pipeline: str
    size: int
    received_at: datetime


class PageKind(StrEnum):
    """How a page holds its content."""

    PICTURE = "picture"
    """One scanner picture covers the page (always so for JPEG, PNG and TIFF)."""
    BORN_DIGITAL = "born-digital"
    """Text, vectors or several pictures: drawn by a program."""


@dataclass(frozen=True)
class PicturePlace:
    """Where a PDF page keeps its scanner picture and how it lays it down.

    `path` names the XObjects from the page inwards (a form, then the picture); `matrix` maps the
    unit square onto the page as stored: the operands of `cm`.
    """

    path: tuple[str, ...]
    matrix: tuple[float, float, float, float, float, float]


class MarkKind(StrEnum):
    """What a barcode on a page orders or names."""

    SPLIT = "split"
    """A new letter begins here."""
    AKTENZEICHEN = "aktenzeichen"
    """The Akte of the letter that the page belongs to, and of no other."""
    COVER = "cover"
    """A Vorblatt: batch number, number of pages, and which side was scanned."""


@dataclass(frozen=True)
class Mark:
    """A barcode that follows one of eakte's patterns: kind, value as read, and its symbology.

    The value of an Aktenzeichen is its canonical form, without what stood before it in the code.
    """

    kind: MarkKind
    value: str
    symbology: str = ""


class Side(StrEnum):
    """Which sides of the sheets a scan holds."""

    BOTH = "both"
    ODD = "odd"
    EVEN = "even"


@dataclass(frozen=True)
class Batch:
    """What a Vorblatt says: batch number, pages besides it in its scan (0: not told), and sides.

    `in_order` is for even sides only: False (the rule) if the turned stack was scanned, so that the
    reverse of the last sheet came first.
    """

    number: str
    pages: int = 0
    side: Side = Side.BOTH
    in_order: bool = False


@dataclass(frozen=True)
class Half:
    """One half of a duplex batch, and what is doubtful about it."""

    batch: Batch
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class SourcePage:
    """A page of a scan: number from 1, size in points as stored (before /Rotate), what it holds."""

    number: int
    width: float
    height: float
    kind: PageKind
    dpi: float | None
    """Resolution of the scanner picture, None for born-digital pages."""
    bitonal: bool
    findings: tuple[Finding, ...] = ()
    separator: bool = False
    """A separator sheet or Vorblatt: it ends a part and belongs to none."""
    rotation: int = 0
    """Degrees clockwise that a viewer turns the stored page: /Rotate, or EXIF of a picture."""
    picture: PicturePlace | None = None
    """Only for picture pages of PDFs."""
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Part:
    """A run of pages of one scan that is one letter; both numbers count from 1."""

    number: int
    pages: tuple[int, ...]
    aktenzeichen: tuple[str, ...] = ()
    """Aktenzeichen of barcodes on its pages or on the separator sheet before it."""
    findings: tuple[Finding, ...] = ()
    """What is doubtful about the splitting."""


@dataclass(frozen=True)
class Inspection:
    """What looking into a scan found: all its pages in order, and findings on the whole."""

    media_type: MediaType
    """Of the file that has the pages: the scan's, or PDF if they are those of a view."""
    pages: tuple[SourcePage, ...]
    findings: tuple[Finding, ...] = ()
    view: Digest | None = None
    """The view whose pages these are; None: the scan's own."""
