"""The picture for the OCR engine: upright, level, evenly lit, black on white unless that is worse.

What is done is chosen by measurement (see eakte.pages.clarity). The stored page stays as it is.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from eakte.domain.mail import POINTS_PER_INCH, MediaType
from eakte.domain.text import Preparation, PreparedPicture
from eakte.pages.clarity import COARSE_DPI, Clarity, clarity
from eakte.pages.jpeg_pages import jpeg_page
from eakte.pages.light import even_light
from eakte.pages.limits import MAX_READ_PIXELS
from eakte.pages.pictures import as_grey, compressed_hard, draft_grey, grey_in, resolution
from eakte.pages.polarity import dark_on_light
from eakte.pages.render import draw, drawable_dpi, largest_picture, open_document
from eakte.pages.straighten import fall, levelled
from eakte.pages.thresholds import threshold
from eakte.pictures.laid_down import orientation_of, stored_size
from eakte.pictures.large import is_large

OCR_DPI = 300.0

_KEPT_DPI = (180.0, 330.0)
"""Pictures within this range are read as they are, others are brought to OCR_DPI."""
_FAX_RADIUS, _GRAIN_RADIUS, _SPECKS_RADIUS = 1.5, 1.3, 2.0
"""Pixels at 300 dpi by which steps of bitonal pictures, grain, and specks are smoothed.

Of the words of 6 grainy pages 0.912 are read with 2.0, 0.94 to 0.95 with 1.0 to 1.5.
"""
_SHARPEN, _SHARPEN_BLURRED, _SHARPEN_RINGS = (4.0, 1.5), (4.0, 2.2), (3.0, 0.6)
"""Radius of an unsharp mask in pixels, and how much of the difference it adds.

The second where a page is out of focus: 0.969 instead of 0.960 of the words of 6 such pages. The
third where a JPEG was compressed hard: what sharpens edges, sharpens the rings beside them.
Of the words of 24 pages at quality 12 it leaves 0.980, the first 0.978; of clear ones 0.979, 0.980.
"""
_BLUR_STEP = 4
"""Unsharp masks are blurred on a picture smaller by this factor: a quarter of the time."""
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _WHITE_IS_ZERO = 256, 257, 258, 259, 262
_PLACE, _SAMPLES, _ROWS, _SIZE = 273, 277, 278, 279
"""Tags of TIFF 6.0, in the order in which they have to stand."""
_TIFF_HEAD = 14
_CLOCKWISE = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class _Sheet:
    """A page in grey with square pixels, the degrees asked for, and how its picture is stored.

    `hard`: as a JPEG of low quality.
    """

    grey: Image.Image
    dpi: float
    asked: int
    own_dpi: float
    bitonal: bool
    hard: bool = False


def prepare(
    source: Path,
    media_type: MediaType,
    number: int,
    out: Path,
    preparation: Preparation | None = None,
    turned: int | None = None,
) -> PreparedPicture:
    """Write the picture of page `number` (from 1) to `out`: a bitonal or a grey TIFF.

    `preparation` and `turned` (degrees clockwise), if given, are done instead of what measurement
    says and what the file asks for.
    """
    if media_type is MediaType.PDF:
        sheet = _from_document(source, number)
    else:
        sheet = _from_picture(source, number)
    turned = sheet.asked if turned is None else turned
    if turned:
        sheet = replace(sheet, grey=sheet.grey.transpose(_CLOCKWISE[turned]))
    picture = _write(sheet, out, preparation)
    return replace(picture, turned=turned, asked=sheet.asked)


def _write(sheet: _Sheet, out: Path, preparation: Preparation | None) -> PreparedPicture:
    grey, dpi = dark_on_light(np.asarray(sheet.grey)), sheet.dpi
    even = _lit(sheet, grey)
    clear = clarity(grey, even, enlarged=dpi / sheet.own_dpi if sheet.own_dpi else 1.0)
    chosen = preparation or clear.preparation(
        sheet.own_dpi if sheet.bitonal else dpi, bitonal=sheet.bitonal
    )
    if chosen is Preparation.SMOOTHED:
        blur = ImageFilter.GaussianBlur(_smoothing(sheet, clear) * dpi / OCR_DPI)
        even = _lit(sheet, np.asarray(Image.fromarray(grey).filter(blur)))
    page = Image.fromarray(even)
    askew = fall(page, dpi)
    page, margin = levelled(page, askew)
    black = (np.asarray(page) if askew else even) <= threshold(even, clear.grain)
    if chosen is Preparation.BITONAL:
        _save_bitonal(black, out)
    else:
        if chosen is Preparation.SHARPENED:
            page = _sharpened(page, *_mask(sheet, clear))
        page.save(out, "TIFF", dpi=(dpi, dpi))
    ink = np.count_nonzero(black) / black.size
    return PreparedPicture(
        out, *page.size, dpi, askew=askew, margin=margin, ink=ink, preparation=chosen
    )


def _smoothing(sheet: _Sheet, clear: Clarity) -> float:
    """Give the radius; the grain of a picture that was enlarged is as coarse as specks."""
    if sheet.bitonal:
        return _FAX_RADIUS
    coarse = clear.specked or sheet.own_dpi < _KEPT_DPI[0]
    return _SPECKS_RADIUS if coarse else _GRAIN_RADIUS


def _mask(sheet: _Sheet, clear: Clarity) -> tuple[float, float]:
    if sheet.hard:
        return _SHARPEN_RINGS
    return _SHARPEN_BLURRED if clear.blurred else _SHARPEN


def _sharpened(page: Image.Image, radius: float, more: float) -> Image.Image:
    small = page.reduce(_BLUR_STEP).filter(ImageFilter.GaussianBlur(radius / _BLUR_STEP))
    return Image.blend(small.resize(page.size, Image.Resampling.BILINEAR), page, 1 + more)


def _save_bitonal(black: np.ndarray, out: Path) -> None:
    """Write a TIFF of one strip, not compressed: Leptonica reads a portable bitmap byte by byte."""
    height, width = black.shape
    bits = np.packbits(black, axis=1)
    told = {_WIDTH: width, _HEIGHT: height, _BITS: 1, _COMPRESSION: 1, _WHITE_IS_ZERO: 0}
    told |= {_PLACE: 0, _SAMPLES: 1, _ROWS: height, _SIZE: bits.nbytes}
    told[_PLACE] = _TIFF_HEAD + 12 * len(told)
    with out.open("wb") as file:
        file.write(struct.pack("<2sHIH", b"II", 42, 8, len(told)))
        for tag, value in told.items():
            file.write(struct.pack("<HHII", tag, 4, 1, value))
        file.write(bytes(4))
        file.write(bits.data)


def _lit(sheet: _Sheet, grey: np.ndarray) -> np.ndarray:
    """Light the page evenly; the paper of a bitonal picture is white, its solid areas are ink."""
    return grey if sheet.bitonal else even_light(grey)


def _from_document(source: Path, number: int) -> _Sheet:
    """Draw a PDF page as stored; give the degrees that its /Rotate asks for, too."""
    with open_document(source) as document:
        own = largest_picture(document, number)
        dpi = _ocr_dpi(own.dpi, own.bitonal)
        jpeg = jpeg_page(source, document, number, dpi)
        grey, dpi, hard = jpeg or (*draw(document, number, dpi, MAX_READ_PIXELS), False)
        return _Sheet(grey, dpi, own.rotation, own.dpi, own.bitonal, hard)


def _from_picture(source: Path, number: int) -> _Sheet:
    with Image.open(source) as file:
        file.seek(number - 1)
        (dpi_x, dpi_y), (width, height) = resolution(file), stored_size(file)
        rotation, bitonal = orientation_of(file).degrees, file.mode == "1"
        page = width * POINTS_PER_INCH / dpi_x, height * POINTS_PER_INCH / dpi_y
        own_dpi = min(dpi_x, dpi_y)
        dpi = drawable_dpi(page, _ocr_dpi(own_dpi, bitonal), MAX_READ_PIXELS)
        size = max(1, round(width * dpi / dpi_x)), max(1, round(height * dpi / dpi_y))
        hard = compressed_hard(file)
        if is_large(file.size):
            return _Sheet(grey_in(file, size), dpi, rotation, own_dpi, bitonal)
        if file.format == "JPEG":
            draft_grey(file, file.size)
        grey = as_grey(file)
    if size != grey.size:
        grey = grey.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    return _Sheet(grey, dpi, rotation, own_dpi, bitonal, hard)


def _ocr_dpi(own: float, bitonal: bool) -> float:  # noqa: FBT001 - what is known of a picture
    least = COARSE_DPI if bitonal else _KEPT_DPI[0]
    return own if least <= own <= _KEPT_DPI[1] else OCR_DPI
