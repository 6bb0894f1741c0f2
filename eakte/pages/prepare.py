"""The picture for the OCR engine: upright, level, evenly lit, black on white unless that is worse.

What is done is chosen by measurement (see eakte.pages.clarity). The stored page stays as it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from eakte.domain.mail import POINTS_PER_INCH, MediaType
from eakte.domain.text import Preparation, PreparedPicture
from eakte.pages.clarity import COARSE_DPI, clarity
from eakte.pages.light import even_light
from eakte.pages.pictures import as_grey, exif_rotation, resolution
from eakte.pages.polarity import dark_on_light
from eakte.pages.render import draw, largest_picture, open_document
from eakte.pages.straighten import fall, levelled
from eakte.pages.thresholds import threshold

OCR_DPI = 300.0

_KEPT_DPI = (180.0, 330.0)
"""Pictures within this range are read as they are, others are brought to OCR_DPI."""
_MOST_PIXELS = 30_000_000
"""A2 at 280 dpi; larger sheets are read coarser, so that memory stays bounded."""
_FAX_RADIUS, _GRAIN_RADIUS = 1.5, 2.0
"""Pixels at 300 dpi by which steps of bitonal pictures, and grain, are smoothed."""
_SHARPEN = ImageFilter.UnsharpMask(4, 150, 0)
_CLOCKWISE = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class _Sheet:
    """A page in grey with square pixels, the degrees asked for, and how its picture is stored."""

    grey: Image.Image
    dpi: float
    asked: int
    own_dpi: float
    bitonal: bool


def prepare(
    source: Path,
    media_type: MediaType,
    number: int,
    out: Path,
    preparation: Preparation | None = None,
    turned: int | None = None,
) -> PreparedPicture:
    """Write the picture of page `number` (from 1) to `out` as a TIFF.

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
    grey, dpi = dark_on_light(sheet.grey), sheet.dpi
    even = _lit(sheet, grey)
    clear = clarity(grey, even, enlarged=dpi / sheet.own_dpi if sheet.own_dpi else 1.0)
    chosen = preparation or clear.preparation(
        sheet.own_dpi if sheet.bitonal else dpi, bitonal=sheet.bitonal
    )
    if chosen is Preparation.SMOOTHED:
        radius = _FAX_RADIUS if sheet.bitonal else _GRAIN_RADIUS
        even = _lit(sheet, grey.filter(ImageFilter.GaussianBlur(radius * dpi / OCR_DPI)))
    page = Image.fromarray(even)
    askew = fall(page, dpi)
    page, margin = levelled(page, askew)
    cut = threshold(even, clear.grain)
    black_on_white = page.point([255 * (level > cut) for level in range(256)], "1")
    if chosen is Preparation.BITONAL:
        black_on_white.save(out, "TIFF", compression="group4", dpi=(dpi, dpi))
    else:
        sharp = chosen is Preparation.SHARPENED
        (page.filter(_SHARPEN) if sharp else page).save(out, "TIFF", dpi=(dpi, dpi))
    ink = 1.0 - float(np.asarray(black_on_white).mean())
    return PreparedPicture(
        out, *page.size, dpi, askew=askew, margin=margin, ink=ink, preparation=chosen
    )


def _lit(sheet: _Sheet, grey: Image.Image) -> np.ndarray:
    """Light the page evenly; the paper of a bitonal picture is white, its solid areas are ink."""
    return np.asarray(grey) if sheet.bitonal else even_light(grey)


def _from_document(source: Path, number: int) -> _Sheet:
    """Draw a PDF page as stored; give the degrees that its /Rotate asks for, too."""
    with open_document(source) as document:
        own = largest_picture(document, number)
        wide, high = (edge / POINTS_PER_INCH for edge in document.get_page_size(number - 1))
        grey, dpi = draw(document, number, _bounded(_ocr_dpi(own.dpi, own.bitonal), wide, high))
        return _Sheet(grey, dpi, own.rotation, own.dpi, own.bitonal)


def _from_picture(source: Path, number: int) -> _Sheet:
    with Image.open(source) as file:
        file.seek(number - 1)
        if file.format == "TIFF":
            file.load()
        dpi_x, dpi_y = resolution(file)
        wide, high = file.width / dpi_x, file.height / dpi_y
        dpi = _bounded(_ocr_dpi(min(dpi_x, dpi_y), file.mode == "1"), wide, high)
        size = max(1, round(wide * dpi)), max(1, round(high * dpi))
        rotation = exif_rotation(file)
        bitonal = file.mode == "1"
        if file.format == "JPEG":
            file.draft("L", size)
        grey = as_grey(file)
    if size != grey.size:
        grey = grey.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    return _Sheet(grey, dpi, rotation, min(dpi_x, dpi_y), bitonal)


def _ocr_dpi(own: float, bitonal: bool) -> float:  # noqa: FBT001 - what is known of a picture
    least = COARSE_DPI if bitonal else _KEPT_DPI[0]
    return own if least <= own <= _KEPT_DPI[1] else OCR_DPI


def _bounded(dpi: float, wide: float, high: float) -> float:
    """Give dpi, lowered if a page of so many inches would get too many pixels."""
    return min(dpi, math.sqrt(_MOST_PIXELS / (wide * high)))
