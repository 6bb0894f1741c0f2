"""A scan as it arrived, its pages, and the parts it is split into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eakte.domain.findings import Finding
from eakte.domain.ids import Digest

POINTS_PER_INCH = 72.0


class MediaType(StrEnum):
    """What the mailroom may drop."""

    PDF = "application/pdf"
    TIFF = "image/tiff"
    JPEG = "image/jpeg"
    PNG = "image/png"


class ScanState(StrEnum):
    """Where a received file is; every file is in exactly one state."""

    RECEIVED = "received"
    PROCESSED = "processed"
    QUARANTINE = "quarantine"


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
    """A separator sheet: it ends a part and belongs to none."""
    rotation: int = 0
    """Degrees clockwise that a viewer turns the stored page: /Rotate, or EXIF of a picture."""
    picture: PicturePlace | None = None
    """Only for picture pages of PDFs."""


@dataclass(frozen=True)
class Part:
    """A run of pages of one scan that is one letter; both numbers count from 1."""

    number: int
    pages: tuple[int, ...]


@dataclass(frozen=True)
class Inspection:
    """What looking into a scan found: all its pages in order, and findings on the whole."""

    media_type: MediaType
    pages: tuple[SourcePage, ...]
    findings: tuple[Finding, ...] = ()
