"""JPEG, PNG and TIFF: their pages, proven whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

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
from eakte.pictures.colours import usable_profile
from eakte.pictures.image import drawn_small
from eakte.pictures.laid_down import laid_down, orientation_of, stored_size
from eakte.pictures.large import is_large

DEFAULT_DPI = 300.0
NO_INKS = N_("inks (CMYK) without a profile, taken as complements of red, green and blue")
PROFILE_FORBIDDEN = N_("the profile is not allowed in PDF/A-2; the colours are taken as sRGB")

_PLAUSIBLE_DPI = (50.0, 2400.0)
_PLACEHOLDERS = (72.0, 96.0)
_LARGEST_AT_PLACEHOLDER = 17.0
_LARGEST = 48.0
_LARGEST_JPEG = 1 << 28
"""Bytes: more than 400 million pixels have at any usual quality."""
_SMALLEST, _LONGEST = 3.0, 14400.0
"""Points: what the edges of a page may have (ISO 19005-2, 6.1.13)."""
_NUMBERS = ("F", "I")
"""Samples of 32 bit or real numbers: measurements, whose look nobody defined."""
_ASPECTS = (0.25, 4.0)
_COARSE_STEPS = 120
"""Mean step of a JPEG's first quantisation table: 29 at libjpeg's quality 75, 144 at 20."""

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
    if file.mode in _NUMBERS:
        raise refusal(FindingCode.UNKNOWN_TYPE, file.mode)
    dpi_x, dpi_y = resolution(file)
    rotation = orientation_of(file).degrees
    bitonal = file.mode == "1"
    width, height = stored_size(file)
    coloured = _colour_findings(number, file)
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
        findings=(*sight.findings, *coloured),
        separator=sight.separator,
        rotation=rotation,
        marks=sight.marks,
    )


def _colour_findings(number: int, file: Image.Image) -> tuple[Finding, ...]:
    """Tell of inks without a profile, and of a profile for colours that PDF/A-2 forbids."""
    profile = file.info.get("icc_profile") or b""
    usable = usable_profile(profile, file.mode)
    if file.mode == "CMYK" and not usable:
        return (Finding(FindingCode.NO_COLOUR_PROFILE, number, NO_INKS),)
    if file.mode in ("RGB", "P") and profile and not usable_profile(profile, "RGB"):
        return (Finding(FindingCode.NO_COLOUR_PROFILE, number, PROFILE_FORBIDDEN),)
    return ()


def resolution(file: Image.Image) -> tuple[float, float]:
    """Give the stored picture's dots per inch (x, y): what it says if it can be true, else 300.

    Disbelieved are values outside 50..2400, sheets longer than 48 inches (A0), and the
    placeholders 72 and 96 of programs that do not know, if the sheet were longer than A3. Without
    a unit only the ratio of both counts: the finer one is 300. So that a page has 3 to 14,400
    points, longer pictures are laid down finer and narrower ones coarser.
    """
    width, height = stored_size(file)
    dpi_x, dpi_y = _declared(file, width, height) or _by_aspect(file)
    finer = max(1.0, max(width / dpi_x, height / dpi_y) * POINTS_PER_INCH / _LONGEST)
    most_x, most_y = (edge * POINTS_PER_INCH / _SMALLEST for edge in (width, height))
    return min(dpi_x * finer, most_x), min(dpi_y * finer, most_y)


def _declared(file: Image.Image, width: int, height: int) -> tuple[float, float] | None:
    try:
        dpi_x, dpi_y = (float(value) for value in file.info.get("dpi") or ())
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    least, most = _PLAUSIBLE_DPI
    if not (least <= dpi_x <= most and least <= dpi_y <= most):
        return None
    edge = max(width / dpi_x, height / dpi_y)
    placeholder = round(dpi_x) in _PLACEHOLDERS
    if edge > (_LARGEST_AT_PLACEHOLDER if placeholder else _LARGEST):
        return None
    return dpi_x, dpi_y


def _by_aspect(file: Image.Image) -> tuple[float, float]:
    """Give 300, and less in the direction that has fewer dots, if the file tells their ratio."""
    without_unit = file.info.get("jfif_density") if file.info.get("jfif_unit") == 0 else None
    told = file.info.get("resolution") or file.info.get("aspect") or without_unit
    try:
        across, down = (float(value) for value in told or ())
        ratio = across / down
    except (TypeError, ValueError, ZeroDivisionError):
        return DEFAULT_DPI, DEFAULT_DPI
    least, most = _ASPECTS
    if not least <= ratio <= most:
        return DEFAULT_DPI, DEFAULT_DPI
    return DEFAULT_DPI * min(1.0, ratio), DEFAULT_DPI * min(1.0, 1.0 / ratio)


def grey_glance(file: Image.Image, dpi: float) -> Image.Image:
    """Decode all of the picture into a small grey one, which tells its dpi."""
    width, height = stored_size(file)
    size = glance_size(width, height, dpi)
    glance = grey_in(file, size)
    glance.info["dpi"] = (dpi * size[0] / width,) * 2
    return glance


def grey_in(file: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Give a picture in grey in a size that is not larger; large ones are never held in full."""
    if file.format == "JPEG":
        draft_grey(file, size)
    elif file.mode == "1" and is_large(file.size):
        return drawn_small(file, max(size)).resize(size, Image.Resampling.BOX)
    grey = as_grey(file)
    return grey if grey.size == size else grey.resize(size, Image.Resampling.BOX)


def draft_grey(file: Image.Image, size: tuple[int, int]) -> None:
    """Have a JPEG decoded small, in grey unless Adobe says RGB: libjpeg would give the red.

    One pixel less than `size` will do: half of an odd width may have been rounded up.
    """
    least = max(1, size[0] - 1), max(1, size[1] - 1)
    file.draft("RGB" if file.info.get("adobe_transform") == 0 else "L", least)


def compressed_hard(file: Image.Image) -> bool:
    """Tell whether it is a JPEG whose edges have rings for want of detail."""
    tables = getattr(file, "quantization", None) or {}
    return any(sum(table) > _COARSE_STEPS * len(table) for table in list(tables.values())[:1])


def as_grey(picture: Image.Image) -> Image.Image:
    """Give a picture as 8 bit grey on white, whatever its mode, as its page lays it down."""
    picture = laid_down(picture)
    if picture.mode == "LAB":
        return picture.getchannel("L")
    if picture.mode.startswith("I;16") or picture.mode == "I":
        deep: Any = np.asarray(picture)
        return Image.fromarray((deep >> 8).clip(0, 255).astype(np.uint8))
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        sheet = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(sheet, layer).convert("L")
    return picture.convert("L")
