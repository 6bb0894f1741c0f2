"""The picture for the OCR engine: upright, evenly lit, black on white."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from eakte.domain.mail import POINTS_PER_INCH, MediaType
from eakte.domain.text import PreparedPicture
from eakte.pages.large_jpeg import large_jpeg
from eakte.pages.limits import MAX_READ_PIXELS
from eakte.pages.pictures import as_grey, draft_grey, grey_in, resolution
from eakte.pages.render import draw, drawable_dpi, open_document, picture_resolution
from eakte.pictures.laid_down import orientation_of, stored_size
from eakte.pictures.large import is_large

OCR_DPI = 300.0

_KEPT_DPI = (180.0, 330.0)
"""Pictures within this range are read as they are, others are brought to OCR_DPI."""
_PAPER_STEP = 16
"""The paper's brightness is estimated on a picture smaller by this factor."""
_LOWEST_THRESHOLD, _HIGHEST_THRESHOLD = 110, 215
_CLOCKWISE = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def prepare(source: Path, media_type: MediaType, number: int, out: Path) -> PreparedPicture:
    """Write the bitonal picture of page `number` (from 1) to `out` as a Group 4 TIFF."""
    if media_type is MediaType.PDF:
        grey, dpi, turned = _from_document(source, number)
    else:
        grey, dpi, turned = _from_picture(source, number)
    if turned:
        grey = grey.transpose(_CLOCKWISE[turned])
    black_on_white = binarise(grey)
    black_on_white.save(out, "TIFF", compression="group4", dpi=(dpi, dpi))
    ink = 1.0 - float(np.asarray(black_on_white).mean())
    width, height = grey.size
    return PreparedPicture(out, width, height, dpi, POINTS_PER_INCH / dpi, turned, ink)


def _from_document(source: Path, number: int) -> tuple[Image.Image, float, int]:
    """Draw a PDF page as stored; give the degrees that its /Rotate asks for, too."""
    with open_document(source) as document:
        own_dpi, rotation = picture_resolution(document, number)
        dpi = _ocr_dpi(own_dpi)
        jpeg = large_jpeg(document, number, dpi)
        grey, dpi = jpeg or draw(document, number, dpi, MAX_READ_PIXELS)
        return grey, dpi, rotation


def _from_picture(source: Path, number: int) -> tuple[Image.Image, float, int]:
    with Image.open(source) as file:
        file.seek(number - 1)
        (dpi_x, dpi_y), (width, height) = resolution(file), stored_size(file)
        rotation = orientation_of(file).degrees
        sheet = width * POINTS_PER_INCH / dpi_x, height * POINTS_PER_INCH / dpi_y
        dpi = drawable_dpi(sheet, _ocr_dpi(min(dpi_x, dpi_y)), MAX_READ_PIXELS)
        size = max(1, round(width * dpi / dpi_x)), max(1, round(height * dpi / dpi_y))
        if is_large(file.size):
            return grey_in(file, size), dpi, rotation
        if file.format == "JPEG":
            draft_grey(file, file.size)
        grey = as_grey(file)
    if size != grey.size:
        grey = grey.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    return grey, dpi, rotation


def _ocr_dpi(own: float) -> float:
    least, most = _KEPT_DPI
    return own if least <= own <= most else OCR_DPI


def binarise(grey: Image.Image) -> Image.Image:
    """Divide a grey picture by its paper's brightness and cut it at Otsu's threshold."""
    even = _even_light(grey)
    threshold = otsu(np.bincount(even.ravel(), minlength=256))
    threshold = min(max(threshold, _LOWEST_THRESHOLD), _HIGHEST_THRESHOLD)
    return Image.fromarray(even > threshold)


def _even_light(grey: Image.Image) -> np.ndarray:
    """Make paper white everywhere: shadows, tints and the fall-off of light go."""
    paper = grey.reduce(_PAPER_STEP)
    paper = paper.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.BoxBlur(3))
    wide = paper.resize(grey.size, Image.Resampling.BILINEAR)
    light = np.maximum(np.asarray(wide, np.uint16), 1)
    scaled = np.asarray(grey, np.uint16) * np.uint16(255) // light
    even: np.ndarray = np.minimum(scaled, 255).astype(np.uint8)
    return even


def otsu(histogram: np.ndarray) -> int:
    """Give the threshold that best separates two classes of a grey histogram (Otsu 1979)."""
    counts = histogram.astype(np.float64)
    levels = np.arange(counts.size)
    below, mass = np.cumsum(counts), np.cumsum(counts * levels)
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = mass / below - (mass[-1] - mass) / above
        spread = np.nan_to_num(below * above * distance**2)
    return int(np.argmax(spread))
