"""What a small grey picture of a page tells at a glance: is it blank?"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

GLANCE_DPI = 150
"""Enough for barcodes and strokes of a pencil, a quarter of the pixels of a 300 dpi scan."""

_BLANK_DPI = 60
_PATCH = 9
_MARGIN = 0.04
"""Share of each edge left out: shadows of the lid, torn rims."""
_INK_DEPTH = 0.10
"""Darker than the paper around by more than this is a mark; grain stays below, pencil above."""
_MARKED_SHARE = 0.0004
"""A page with fewer marked pixels is blank: about a square of 4.5 mm on A4."""


def glance_size(width: float, height: float, dpi: float) -> tuple[int, int]:
    """Give the size in pixels of the glance at a picture of that size and resolution."""
    scale = min(1.0, GLANCE_DPI / dpi)
    return max(1, round(width * scale)), max(1, round(height * scale))


def is_blank(glance: Image.Image) -> bool:
    """Tell whether a grey glance shows bare paper, whatever its tint, light and grain.

    The paper's brightness is the local maximum after smoothing; a pixel is marked if it is clearly
    darker than the paper around it. Rims are left out, marks anywhere else count.
    """
    side = _BLANK_DPI / GLANCE_DPI
    small = glance.resize(
        (max(8, round(glance.width * side)), max(8, round(glance.height * side))),
        Image.Resampling.BOX,
    )
    shade = np.asarray(small, np.float32) / np.maximum(_paper(small), 1.0)
    rows, columns = (round(edge * _MARGIN) for edge in shade.shape)
    inner = shade[rows : shade.shape[0] - rows, columns : shade.shape[1] - columns]
    return bool((inner < 1.0 - _INK_DEPTH).mean() < _MARKED_SHARE)


def _paper(small: Image.Image) -> np.ndarray:
    """Give the brightness of the paper under every pixel: the smoothed maximum around it."""
    grey = np.asarray(small)
    rows, columns = (-(-edge // _PATCH) for edge in grey.shape)
    spare = rows * _PATCH - grey.shape[0], columns * _PATCH - grey.shape[1]
    padded = np.pad(grey, ((0, spare[0]), (0, spare[1])), "edge")
    brightest = padded.reshape(rows, _PATCH, columns, _PATCH).max((1, 3))
    smooth = Image.fromarray(brightest).filter(ImageFilter.BoxBlur(1))
    return np.asarray(smooth.resize(small.size, Image.Resampling.BILINEAR), np.float32)
