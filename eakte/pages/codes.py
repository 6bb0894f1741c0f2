"""The barcodes that zxing-cpp reads on a glance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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
_SHORTEST_CODE_39 = 4
"""Code 39 has no check digit: shorter texts are read out of damaged bars, too."""
_BINARIZERS = (
    zxingcpp.Binarizer.LocalAverage,
    zxingcpp.Binarizer.GlobalHistogram,
    zxingcpp.Binarizer.FixedThreshold,
)


@dataclass(frozen=True)
class Code:
    """A barcode: its text, its symbology, and the box around it; unread ones have no text."""

    text: str
    symbology: str
    box: Rectangle
    read: bool = True
    """False: it was found, but its check says that it is damaged."""

    @property
    def solid(self) -> bool:
        """Tell whether the box holds the code only: equal bars far apart are given as one code."""
        x0, y0, x1, y1 = self.box
        return self.symbology == "QR Code" or min(x1 - x0, y1 - y0) <= _TALLEST_BARS


def read_codes(glance: Image.Image) -> tuple[Code, ...]:
    """Give the Code 128, Code 39 and QR codes of a grey glance, damaged ones marked unread."""
    return _codes(glance, _OURS, _BINARIZERS[0])


def read_harder(glance: Image.Image) -> tuple[Code, ...]:
    """Give the codes that some way of looking reads, of more symbologies; () if none does.

    This costs up to a hundred times as much: for a page where something looks like a code.
    """
    for picture, scale in _variants(glance):
        for binarizer in _BINARIZERS:
            found = [code for code in _codes(picture, _CHECKED, binarizer) if code.read]
            if found:
                return tuple(_scaled(code, scale) for code in found)
    return ()


def _codes(
    picture: Image.Image, formats: zxingcpp.BarcodeFormats, binarizer: zxingcpp.Binarizer
) -> tuple[Code, ...]:
    found = zxingcpp.read_barcodes(
        np.asarray(picture), formats=formats, binarizer=binarizer, return_errors=True
    )
    return tuple(_code(each) for each in found)


def _code(found: zxingcpp.Barcode) -> Code:
    symbology = str(found.format)
    short = symbology == "Code 39" and len(found.text) < _SHORTEST_CODE_39
    read = bool(found.valid) and not short
    return Code(found.text if read else "", symbology, _box(found), read)


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
    return Code(code.text, code.symbology, (x0, y0, x1, y1))
