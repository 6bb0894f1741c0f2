"""Pages of a scan that draw one JPEG and nothing else, seen without PDFium.

What such a page shows is told here from its own content, not from what the inspection found, and
decoded by libjpeg, not by what draws the copy: a second opinion that costs a fifth. Whatever is
less plain (forms, annotations, profiles, masks, a turned picture) is for PDFium.
"""

from __future__ import annotations

import io
import re
from typing import Any

import pikepdf
from pikepdf import Array, Name
from PIL import Image

from eakte.pdfa.scanned import visible_box

_NUMBER = rb"[-+]?\d*\.?\d+"
CONTENT = re.compile(rb"\s*q\s+((?:" + _NUMBER + rb"\s+){6})cm\s*(/[\w.-]+)\s+Do\s+Q\s*")
_LONGEST_CONTENT = 1000
_PLAIN = {"/Type", "/Subtype", "/Width", "/Height", "/BitsPerComponent"}
_CODING = {"/ColorSpace", "/Filter", "/Length"}
_MODES = {"/DeviceRGB": "RGB", "/DeviceGray": "L"}
_UNREADABLE = (OSError, ValueError, TypeError, SyntaxError, Image.DecompressionBombError)
_WHITE = (255, 255, 255)


def look_of(sheet: pikepdf.Page, size: tuple[int, int]) -> Image.Image | None:
    """Give what a page shows, in RGB and this size, as stored (before /Rotate).

    None if it is more than an upright JPEG, or if that is not as the page says.
    """
    if Name.Annots in sheet.obj:
        return None
    shown = shown_picture(sheet.obj)
    if shown is None:
        return None
    matrix, picture = shown
    wide, skewed, slanted, high, left, low = matrix
    if skewed or slanted or wide <= 0 or high <= 0:
        return None
    box = visible_box(sheet)
    across, down = size[0] / (box[2] - box[0]), size[1] / (box[3] - box[1])
    corners = (
        round((left - box[0]) * across),
        round((box[3] - low - high) * down),
        round((left + wide - box[0]) * across),
        round((box[3] - low) * down),
    )
    return _laid(picture, corners, size)


def shown_picture(page: Any) -> tuple[tuple[float, ...], Any] | None:
    """Give the matrix and the image object of a page that draws one."""
    contents: Any = page.get(Name.Contents)
    parts = list(contents) if isinstance(contents, Array) else [contents]
    if len(parts) != 1 or not isinstance(parts[0], pikepdf.Stream):
        return None
    content = parts[0].read_bytes()
    found = len(content) <= _LONGEST_CONTENT and CONTENT.fullmatch(content)
    if not found:
        return None
    objects: Any = page.get(Name.Resources, {}).get(Name.XObject, {})
    picture = objects.get(found[2].decode())
    return tuple(float(each) for each in found[1].split()), picture


def is_plain_jpeg(picture: Any) -> bool:
    """Tell whether an object is a JPEG in grey or RGB without anything that changes its look."""
    return (
        isinstance(picture, pikepdf.Stream)
        and set(picture.keys()) <= _PLAIN | _CODING
        and picture.get(Name.Filter) == Name.DCTDecode
        and str(picture.get(Name.ColorSpace)) in _MODES
    )


def _laid(
    picture: Any, corners: tuple[int, int, int, int], size: tuple[int, int]
) -> Image.Image | None:
    """Lay a JPEG on white paper of this size."""
    if not is_plain_jpeg(picture):
        return None
    mode = _MODES[str(picture.get(Name.ColorSpace))]
    place = max(1, corners[2] - corners[0]), max(1, corners[3] - corners[1])
    try:
        with Image.open(io.BytesIO(picture.read_raw_bytes()), formats=("JPEG",)) as file:
            if file.mode != mode or file.size != (int(picture.Width), int(picture.Height)):
                return None
            file.draft(mode, place)
            small = file.resize(place, Image.Resampling.BOX)
    except _UNREADABLE:
        return None
    paper = Image.new("RGB", size, _WHITE)
    paper.paste(small.convert("RGB"), corners[:2])
    return paper
