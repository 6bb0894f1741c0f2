"""A PDF page that is one JPEG: decoded at a fraction of the cost of drawing, grey and small."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from pikepdf import Name
from PIL import Image
from pypdfium2 import raw

from eakte.domain.mail import POINTS_PER_INCH
from eakte.pages.limits import MAX_READ_PIXELS
from eakte.pages.pictures import compressed_hard, draft_grey
from eakte.pages.render import drawable_dpi
from eakte.pictures.large import is_large

_COVERED = 0.9
_BESIDE = 0.5
"""Points by which a picture may miss or pass the edges of its page."""
_PLAIN = (
    raw.FPDF_COLORSPACE_DEVICEGRAY,
    raw.FPDF_COLORSPACE_DEVICERGB,
    raw.FPDF_COLORSPACE_CALGRAY,
    raw.FPDF_COLORSPACE_CALRGB,
    raw.FPDF_COLORSPACE_ICCBASED,
)
_HIDDEN = (Name.SMask, Name.Mask, Name.Decode)


def jpeg_page(
    source: Path, document: pypdfium2.PdfDocument, number: int, dpi: float
) -> tuple[Image.Image, float, bool] | None:
    """Give page `number` in grey as stored, if it is one upright JPEG that fills it.

    With it come its dpi, and whether it was compressed hard. One too large for PDFium, which would
    decode all of it, need fill the page only roughly.
    """
    page = document[number - 1]
    try:
        found = list(page.get_objects())
        if len(found) != 1 or not isinstance(found[0], pypdfium2.PdfImage):
            return None
        (picture,) = found
        if picture.get_filters() != ["DCTDecode"]:
            return None
        large = is_large(picture.get_px_size())
        if not (_covers if large else _fills)(picture, page):
            return None
        if not large and not _is_plain(picture, source, number):
            return None
        turned = int(page.get_rotation()) % 180
        wide, high = reversed(page.get_size()) if turned else page.get_size()
        dpi = drawable_dpi((wide, high), dpi, MAX_READ_PIXELS)
        size = round(wide * dpi / POINTS_PER_INCH), round(high * dpi / POINTS_PER_INCH)
        grey, hard = _decoded(bytes(picture.get_data()), size)
        return grey, dpi, hard
    finally:
        page.close()


def _covers(picture: pypdfium2.PdfImage, page: pypdfium2.PdfPage) -> bool:
    a, b, c, d, _e, _f = picture.get_matrix().get()
    turned = int(page.get_rotation()) % 180
    wide, high = reversed(page.get_size()) if turned else page.get_size()
    return not (b or c or a < _COVERED * wide or d < _COVERED * high)


def _fills(picture: pypdfium2.PdfImage, page: pypdfium2.PdfPage) -> bool:
    """Tell whether a picture lies upright on its page from edge to edge."""
    a, b, c, d, e, f = picture.get_matrix().get()
    edges = zip((e, f, e + a, f + d), page.get_cropbox(), strict=True)
    return not (b or c) and all(abs(one - other) <= _BESIDE for one, other in edges)


def _is_plain(picture: pypdfium2.PdfImage, source: Path, number: int) -> bool:
    """Tell whether samples are light, and all of them are seen: no mask, nothing turned round."""
    if picture.get_metadata().colorspace not in _PLAIN or picture.container is not None:
        return False
    with pikepdf.open(source, access_mode=pikepdf.AccessMode.stream) as pdf:
        objects: Any = pdf.pages[number - 1].resources.get(Name.XObject, {})
        return len(objects) == 1 and not any(
            key in image for image in objects.values() for key in _HIDDEN
        )


def _decoded(data: bytes, size: tuple[int, int]) -> tuple[Image.Image, bool]:
    """Decode a JPEG in grey, small as far as libjpeg can, then bring it to its size.

    Tells besides whether it was compressed hard.
    """
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as file:
        hard = compressed_hard(file)
        draft_grey(file, size)
        file.load()
        grey = file if file.mode == "L" else file.convert("L")
    return grey if grey.size == size else grey.resize(size, reducing_gap=2.0), hard
