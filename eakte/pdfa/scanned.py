"""Pages of scanned PDFs: their picture with its coded bytes, or the whole page drawn anew."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image

from eakte.domain.mail import POINTS_PER_INCH, SourcePage
from eakte.pictures.coding import flate_image
from eakte.pictures.jpeg_picture import jpeg_image
from eakte.pictures.refusing import CannotKeepError

DRAWN_DPI = 300.0

_MAX_PIXELS = 80_000_000
_JPEG_QUALITY = 90
_CODING = {"/Filter", "/DecodeParms", "/Decode", "/Length"}
_LOOK = {"/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/SMask", "/Mask", "/Intent"}
_KEYS = {"/Type", "/Subtype"} | _CODING | _LOOK
"""What an image object keeps; /Interpolate, /Metadata, /OPI … are not the picture."""


@dataclass(frozen=True)
class Placed:
    """An image object, the matrix that lays it down, and the page's box (left, low, right, top)."""

    image: Any
    """An object of a PDF that is open, or the number of one in a file that is made."""
    matrix: tuple[float, ...]
    box: tuple[float, float, float, float]


def picture_of(sheet: pikepdf.Page, page: SourcePage) -> Placed:
    """Give the picture of a scanned page as the object of the document that it is."""
    place = page.picture
    if place is None:
        raise CannotKeepError
    holder: Any = sheet.obj
    try:
        for name in place.path:
            holder = holder.Resources.XObject[name]
    except (KeyError, AttributeError):
        raise CannotKeepError from None
    return Placed(holder, place.matrix, visible_box(sheet))


def plain_picture(image: pikepdf.Object) -> pikepdf.Object:
    """Take from a picture what is not the picture; its coded bytes stay."""
    for key in list(image.keys()):
        if key not in _KEYS:
            del image[key]
    return image


def visible_box(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """Give the crop box within the media box, as eakte.pages.inspect measured the page."""
    media, crop = ([float(value) for value in box] for box in (page.mediabox, page.cropbox))
    return (
        max(min(media[0], media[2]), min(crop[0], crop[2])),
        max(min(media[1], media[3]), min(crop[1], crop[3])),
        min(max(media[0], media[2]), max(crop[0], crop[2])),
        min(max(media[1], media[3]), max(crop[1], crop[3])),
    )


def redrawn_page(pdf: pikepdf.Pdf, sheet: pypdfium2.PdfPage, page: SourcePage) -> pikepdf.Stream:
    """Draw a page as stored (before /Rotate); grey pages stay lossless, colour becomes JPEG."""
    picture = drawn_page(sheet, page)
    red, green, blue = picture.split()
    if red.tobytes() == green.tobytes() == blue.tobytes():
        return flate_image(pdf, red)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    with Image.open(buffer) as file:
        return jpeg_image(pdf, buffer.getvalue(), file)


def drawn_page(sheet: pypdfium2.PdfPage, page: SourcePage) -> Image.Image:
    """Draw a page as stored, as fine as one that is drawn anew."""
    scale = DRAWN_DPI / POINTS_PER_INCH
    pixels = page.width * page.height * scale**2
    if pixels > _MAX_PIXELS:
        scale *= (_MAX_PIXELS / pixels) ** 0.5
    turn_back = (360 - sheet.get_rotation()) % 360
    bitmap = sheet.render(scale=scale, rotation=turn_back, rev_byteorder=True)
    picture: Image.Image = bitmap.to_pil()
    sheet.close()
    return picture.convert("RGB")
