"""PDF pages as pictures, drawn by PDFium in the orientation in which they are stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import pypdfium2
from PIL import Image

from eakte.domain.findings import FindingCode
from eakte.domain.mail import POINTS_PER_INCH
from eakte.pages.limits import MAX_GLANCE_PIXELS, MAX_RENDERED_PIXELS
from eakte.pages.sniff import refusal

_DRAWN_AT_ONCE = 16


def drawable_dpi(size: tuple[float, float], dpi: float, most: int = MAX_RENDERED_PIXELS) -> float:
    """Give dpi, lowered if the page (in points) would get more than `most` pixels."""
    pixels = size[0] * size[1] * (dpi / POINTS_PER_INCH) ** 2
    return dpi if pixels <= most else dpi * (most / pixels) ** 0.5


def draw(
    document: pypdfium2.PdfDocument, number: int, dpi: float, most: int = MAX_RENDERED_PIXELS
) -> tuple[Image.Image, float]:
    """Draw page `number` in grey, undoing its /Rotate; give the resolution used, too."""
    page = document[number - 1]
    try:
        dpi = drawable_dpi(page.get_size(), dpi, most)
        turn_back = (360 - page.get_rotation()) % 360
        bitmap = page.render(scale=dpi / POINTS_PER_INCH, grayscale=True, rotation=turn_back)
        picture: Image.Image = bitmap.to_pil()
        return picture.convert("L"), dpi
    finally:
        page.close()


@dataclass(frozen=True)
class PlacedPicture:
    """The largest picture on a page, in black and white only or not, and the page's /Rotate.

    `area` is in square points.
    """

    area: float = 0.0
    dpi: float = 0.0
    bitonal: bool = False
    rotation: int = 0


def largest_picture(document: pypdfium2.PdfDocument, number: int) -> PlacedPicture:
    """Give the largest picture on a page; one of no area and 0 dpi if there is none."""
    page = document[number - 1]
    try:
        pictures = page.get_objects(filter=(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,))
        found = max(map(_placed, pictures), key=lambda each: each.area, default=PlacedPicture())
        return replace(found, rotation=int(page.get_rotation()))
    finally:
        page.close()


def _placed(picture: pypdfium2.PdfImage) -> PlacedPicture:
    left, bottom, right, top = picture.get_bounds()
    width, height = picture.get_px_size()
    area = max(right - left, 0.1) * max(top - bottom, 0.1)
    dpi = (width * height / area) ** 0.5 * POINTS_PER_INCH
    return PlacedPicture(area, dpi, picture.get_metadata().bits_per_pixel == 1)


class Sheets:
    """The pages of one PDF as pictures, in any number.

    PDFium keeps all that it read of a file while it is open: it is opened anew now and then.
    """

    def __init__(self, path: Path) -> None:
        """Open the PDF; raises UnusableInputError (`damaged`) if PDFium cannot."""
        self._path = path
        self._drawn = 0
        self._document = open_document(path)

    @property
    def count(self) -> int:
        """Give how many pages the PDF says it has."""
        return len(self._document)

    def draw(self, number: int, dpi: float) -> tuple[Image.Image, float]:
        """Draw a page for a first look at it; see `draw`."""
        if self._drawn == _DRAWN_AT_ONCE:
            self._document.close()
            self._document, self._drawn = open_document(self._path), 0
        self._drawn += 1
        return draw(self._document, number, dpi, MAX_GLANCE_PIXELS)

    def __enter__(self) -> Self:
        """Give the open PDF."""
        return self

    def __exit__(self, *_problem: object) -> None:
        """Close it."""
        self._document.close()


def open_document(path: Path, password: str | None = None) -> pypdfium2.PdfDocument:
    """Open a PDF for drawing; raises UnusableInputError (`damaged`) if PDFium cannot."""
    try:
        document = pypdfium2.PdfDocument(path, password)
        document.init_forms()
    except pypdfium2.PdfiumError as problem:
        raise refusal(FindingCode.DAMAGED, str(problem)) from None
    return document
