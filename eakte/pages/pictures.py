"""JPEG, PNG and TIFF: their pages, proven whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError
from PIL.ExifTags import Base

from eakte.domain.findings import Finding, FindingCode
from eakte.domain.mail import POINTS_PER_INCH, MediaType, PageKind, SourcePage
from eakte.i18n import N_
from eakte.pages.glance import glance_size
from eakte.pages.jpeg import check_jpeg
from eakte.pages.limits import check_count, check_pixels
from eakte.pages.png import check_png
from eakte.pages.sight import see
from eakte.pages.sniff import refusal
from eakte.pages.strips import check_strips
from eakte.pages.tiff import walk_tiff
from eakte.pages.whole import trailing

DEFAULT_DPI = 300.0

_PLAUSIBLE_DPI = (50.0, 2400.0)
_PLACEHOLDERS = (72.0, 96.0)
_LARGEST_AT_PLACEHOLDER = 17.0
_LARGEST = 48.0
_LARGEST_JPEG = 1 << 28
"""Bytes: more than 400 million pixels have at any usual quality."""
_ROTATIONS = {3: 180, 6: 90, 8: 270}
"""EXIF orientation to degrees clockwise; mirrored pictures stay as they are stored."""

Image.MAX_IMAGE_PIXELS = None  # limits.check_pixels guards instead, with our own error
ImageFile.LOAD_TRUNCATED_IMAGES = False


def inspect_picture(
    path: Path, media_type: MediaType
) -> tuple[tuple[SourcePage, ...], tuple[Finding, ...]]:
    """Give pages and findings of a picture file; raises UnusableInputError unless it is whole."""
    try:
        if media_type is MediaType.TIFF:
            return _inspect_tiff(path)
        end = check_png(path) if media_type is MediaType.PNG else _check_jpeg_file(path)
        with Image.open(path) as file:
            return (_page(file, 1),), trailing(path, end)
    except (OSError, SyntaxError, ValueError, EOFError, UnidentifiedImageError) as problem:
        raise refusal(FindingCode.DAMAGED, str(problem)) from None
    except MemoryError:
        raise refusal(FindingCode.TOO_LARGE, N_("a picture does not fit into memory")) from None


def _check_jpeg_file(path: Path) -> int:
    if path.stat().st_size > _LARGEST_JPEG:
        raise refusal(FindingCode.TOO_LARGE, N_("a picture does not fit into memory"))
    return check_jpeg(path.read_bytes())


def _inspect_tiff(path: Path) -> tuple[tuple[SourcePage, ...], tuple[Finding, ...]]:
    """Look at one page after the other: what is held at once is one page's pixels."""
    pages = list[SourcePage]()
    with path.open("rb") as raw:
        ends = [page.end for page in walk_tiff(raw)]
        check_count(len(ends))
        with Image.open(path) as file:
            for number, found in enumerate(walk_tiff(raw), start=1):
                check_strips(raw, found)
                file.seek(number - 1)
                pages.append(_page(file, number))
    return tuple(pages), trailing(path, max(ends))


def _page(file: Image.Image, number: int) -> SourcePage:
    check_pixels(*file.size)
    if file.format == "TIFF":
        file.load()  # Pillow turns a TIFF by its orientation tag only now
    dpi_x, dpi_y = resolution(file)
    rotation = exif_rotation(file)
    bitonal = file.mode == "1"
    width, height = file.size
    glance = grey_glance(file, dpi_x)
    low = min(dpi_x, dpi_y)
    sight = see(number, glance, low, bitonal=bitonal)
    return SourcePage(
        number=number,
        width=width * POINTS_PER_INCH / dpi_x,
        height=height * POINTS_PER_INCH / dpi_y,
        kind=PageKind.PICTURE,
        dpi=low,
        bitonal=bitonal,
        findings=sight.findings,
        separator=sight.separator,
        rotation=rotation,
        marks=sight.marks,
    )


def resolution(file: Image.Image) -> tuple[float, float]:
    """Give the picture's dots per inch (x, y): what it says if that can be true, else 300.

    Disbelieved are values outside 50..2400, sheets longer than 48 inches (A0), and the
    placeholders 72 and 96 of programs that do not know, if the sheet were longer than A3.
    """
    declared = file.info.get("dpi")
    try:
        dpi_x, dpi_y = (float(value) for value in declared or ())
    except (TypeError, ValueError, ZeroDivisionError):
        return DEFAULT_DPI, DEFAULT_DPI
    least, most = _PLAUSIBLE_DPI
    if not (least <= dpi_x <= most and least <= dpi_y <= most):
        return DEFAULT_DPI, DEFAULT_DPI
    edge = max(file.width / dpi_x, file.height / dpi_y)
    placeholder = round(dpi_x) in _PLACEHOLDERS
    if edge > (_LARGEST_AT_PLACEHOLDER if placeholder else _LARGEST):
        return DEFAULT_DPI, DEFAULT_DPI
    return dpi_x, dpi_y


def exif_rotation(file: Image.Image) -> int:
    """Give the degrees clockwise that a JPEG's EXIF asks for (Pillow turns TIFF by itself)."""
    if file.format != "JPEG":
        return 0
    return _ROTATIONS.get(file.getexif().get(Base.Orientation, 1), 0)


def grey_glance(file: Image.Image, dpi: float) -> Image.Image:
    """Decode all of the picture into a small grey one, which tells its dpi; JPEG decodes small."""
    width = file.width
    size = glance_size(width, file.height, dpi)
    if file.format == "JPEG":
        file.draft("L", size)
    file.load()
    glance = as_grey(file).resize(size, Image.Resampling.BOX)
    glance.info["dpi"] = (dpi * size[0] / width,) * 2
    return glance


def as_grey(picture: Image.Image) -> Image.Image:
    """Give a picture as 8 bit grey on white, whatever its mode."""
    if picture.mode.startswith("I;16") or picture.mode == "I":
        deep: Any = np.asarray(picture)
        return Image.fromarray((deep >> 8).clip(0, 255).astype(np.uint8))
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        sheet = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(sheet, layer).convert("L")
    return picture.convert("L")
