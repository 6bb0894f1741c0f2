"""Pages of picture files as PDF pages, with the pictures that an archive copy would get."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Page
from PIL import Image

from eakte.domain.findings import FindingCode
from eakte.domain.mail import POINTS_PER_INCH, MediaType
from eakte.pages.pictures import resolution
from eakte.pages.sniff import refusal
from eakte.pictures.image import image_of
from eakte.pictures.laid_down import orientation_of, stored_size
from eakte.pictures.refusing import CannotKeepError


def picture_pages(
    pdf: pikepdf.Pdf, source: Path, media_type: MediaType, numbers: list[int]
) -> Iterator[Page]:
    """Give pages of `pdf` that show the numbered pages (from 1) of a picture file, one at a time.

    Raises UnusableInputError (`unknown_type`) for pictures that PDF cannot hold without loss.
    """
    for number in numbers:
        with Image.open(source) as file:
            file.seek(number - 1)
            dpi, rotation, size = resolution(file), orientation_of(file).degrees, stored_size(file)
        try:
            picture = image_of(pdf, source, media_type, number)
        except CannotKeepError as problem:
            raise refusal(FindingCode.UNKNOWN_TYPE, str(problem)) from None
        wide, high = (edge * POINTS_PER_INCH / each for edge, each in zip(size, dpi, strict=True))
        yield _page(pdf, picture, (wide, high), rotation)


def _page(
    pdf: pikepdf.Pdf, picture: pikepdf.Stream, size: tuple[float, float], rotation: int
) -> Page:
    content = f"q {size[0]:.4f} 0 0 {size[1]:.4f} 0 0 cm /Scan Do Q".encode()
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, round(size[0], 4), round(size[1], 4)]),
        Resources=Dictionary(XObject=Dictionary(Scan=pdf.make_indirect(picture))),
        Contents=pdf.make_stream(content),
        Rotate=rotation,
    )
    return Page(pdf.make_indirect(page))
