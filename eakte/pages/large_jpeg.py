"""A PDF page that is a JPEG too large for PDFium, which would decode all of it."""

from __future__ import annotations

import pypdfium2
from PIL import Image

from eakte.domain.mail import POINTS_PER_INCH
from eakte.pages.limits import MAX_READ_PIXELS
from eakte.pages.render import drawable_dpi
from eakte.pictures.large import is_large, small_jpeg

_COVERED = 0.9


def large_jpeg(
    document: pypdfium2.PdfDocument, number: int, dpi: float
) -> tuple[Image.Image, float] | None:
    """Give page `number` in grey as stored, with its dpi, if it is one large upright JPEG."""
    page = document[number - 1]
    try:
        found = list(page.get_objects())
        if len(found) != 1 or not isinstance(found[0], pypdfium2.PdfImage):
            return None
        (picture,) = found
        if not is_large(picture.get_px_size()) or picture.get_filters() != ["DCTDecode"]:
            return None
        a, b, c, d, _e, _f = picture.get_matrix().get()
        turned = int(page.get_rotation()) % 180
        wide, high = reversed(page.get_size()) if turned else page.get_size()
        if b or c or a < _COVERED * wide or d < _COVERED * high:
            return None
        dpi = drawable_dpi((wide, high), dpi, MAX_READ_PIXELS)
        size = round(wide * dpi / POINTS_PER_INCH), round(high * dpi / POINTS_PER_INCH)
        return small_jpeg(bytes(picture.get_data()), size).resize(size), dpi
    finally:
        page.close()
