"""The barcodes that zxing-cpp reads on a glance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import zxingcpp
from PIL import Image, ImageFilter

Rectangle = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of the glance."""

_OURS = zxingcpp.barcode_formats_from_str("Code128,Code39,QRCode")
_CHECKED = zxingcpp.barcode_formats_from_str(
    "Code128,Code39,QRCode,EAN13,EAN8,UPCA,DataMatrix,PDF417,Aztec"
)
"""Ours, and others that prove themselves by check digits and long patterns."""
_LONGEST_EDGE = 4000
_TALLEST_BARS = 420
"""Pixels of a glance: 71 mm."""
_BARS = 150
"""Pixels of a glance: 25 mm."""
_ANGLES = (0, 12, -12, 24, -24, 38, -38)
"""Degrees; zxing-cpp reads codes that are askew by some eight degrees, from each of four sides."""
_NOWHERE = (0, 0, 0, 0)
"""Where a code is that was read on a turned glance; the page's coded cells tell its place."""
_HALF_RIGHT = 45
_SHORTEST_CODE_39 = 4
"""Code 39 has no check digit: shorter texts are read out of damaged bars, too."""
_BINARIZERS = (
    zxingcpp.Binarizer.LocalAverage,
    zxingcpp.Binarizer.GlobalHistogram,
    zxingcpp.Binarizer.FixedThreshold,
)


@dataclass(frozen=True)
class Code:
    """A barcode: its text, its symbology, and the box around it."""

    text: str
    symbology: str
    box: Rectangle

    upright: bool = True
    """False: bars that lie on their side, so that they are read from top to bottom."""

    @property
    def areas(self) -> tuple[Rectangle, ...]:
        """Give where the code is: both ends of the box where equal bars were given as one code."""
        x0, y0, x1, y1 = self.box
        if self.symbology == "QR Code" or (y1 - y0 if self.upright else x1 - x0) <= _TALLEST_BARS:
            return (self.box,)
        if self.upright:
            return (x0, y0, x1, y0 + _BARS), (x0, y1 - _BARS, x1, y1)
        return (x0, y0, x0 + _BARS, y1), (x1 - _BARS, y0, x1, y1)


def read_codes(glance: Image.Image, *, large: bool) -> tuple[Code, ...]:
    """Give the Code 128, Code 39 and QR codes of a grey glance; large ones for certain if asked."""
    return _codes(glance, _OURS, try_invert=large, try_downscale=large)


def read_askew(glance: Image.Image) -> tuple[Code, ...]:
    """Give the codes, of more symbologies, that are read when the glance is turned; () if none.

    This costs about ten times as much: for a page where something looks like a code.
    """
    for angle in _ANGLES:
        found = _codes(glance.rotate(angle, Image.Resampling.BILINEAR, fillcolor=255), _CHECKED)
        if found:
            return tuple(replace(code, box=_NOWHERE) for code in found)
    return ()


def read_harder(glance: Image.Image) -> tuple[Code, ...]:
    """Give the codes that some way of looking reads, of more symbologies; () if none does.

    This costs about a hundred times as much: for a page that shows hardly anything but codes.
    """
    for picture, scale in _variants(glance):
        for binarizer in _BINARIZERS:
            found = _codes(picture, _CHECKED, binarizer=binarizer)
            if found:
                return tuple(_scaled(code, scale) for code in found)
    return ()


def _codes(picture: Image.Image, formats: zxingcpp.BarcodeFormats, **ways: Any) -> tuple[Code, ...]:
    found = zxingcpp.read_barcodes(np.asarray(picture), formats=formats, **ways)
    codes = (_code(each) for each in found)
    return tuple(code for code in codes if not _by_chance(code))


def _code(found: zxingcpp.Barcode) -> Code:
    symbology = str(found.format)
    upright = abs(abs(found.orientation) - 90) > _HALF_RIGHT
    return Code(found.text, symbology, _box(found), upright)


def _by_chance(code: Code) -> bool:
    return code.symbology == "Code 39" and len(code.text) < _SHORTEST_CODE_39


def _box(found: zxingcpp.Barcode) -> Rectangle:
    place = found.position
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    across, down = [corner.x for corner in corners], [corner.y for corner in corners]
    return min(across), min(down), max(across), max(down)


def _variants(glance: Image.Image) -> Iterator[tuple[Image.Image, float]]:
    """Give the glance as other eyes see it, each with its scale: smoothed, sharper, larger."""
    yield glance, 1.0
    yield glance.filter(ImageFilter.MedianFilter(3)), 1.0
    yield glance.filter(ImageFilter.GaussianBlur(1.5)), 1.0
    for along in ((1, 8), (8, 1)):
        size = max(1, glance.width // along[0]), max(1, glance.height // along[1])
        yield glance.resize(size, Image.Resampling.BOX).resize(glance.size), 1.0
    yield glance.reduce(2), 0.5
    if max(glance.size) * 2 <= _LONGEST_EDGE:
        double = glance.width * 2, glance.height * 2
        yield glance.resize(double, Image.Resampling.BICUBIC), 2.0


def _scaled(code: Code, scale: float) -> Code:
    x0, y0, x1, y1 = (round(edge / scale) for edge in code.box)
    return replace(code, box=(x0, y0, x1, y1))
