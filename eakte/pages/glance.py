"""The small grey picture of a page by which it is judged, and whether it is a separator sheet."""

from __future__ import annotations

import numpy as np
import zxingcpp
from PIL import Image

GLANCE_DPI = 150
"""Enough for barcodes and strokes of a pencil, a quarter of the pixels of a 300 dpi scan."""
SEPARATOR_TEXT = "PATCHT"

_BARCODES = zxingcpp.barcode_formats_from_str("Code128,Code39,QRCode")


def glance_size(width: float, height: float, dpi: float) -> tuple[int, int]:
    """Give the size in pixels of the glance at a picture of that size and resolution."""
    scale = min(1.0, GLANCE_DPI / dpi)
    return max(1, round(width * scale)), max(1, round(height * scale))


def is_separator(glance: Image.Image) -> bool:
    """Tell whether the page bears a barcode that reads exactly PATCHT."""
    codes = zxingcpp.read_barcodes(np.asarray(glance), formats=_BARCODES)
    return any(code.text == SEPARATOR_TEXT for code in codes)
