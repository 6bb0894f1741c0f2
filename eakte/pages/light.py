"""Even light: a page divided by the brightness of its paper, which becomes white everywhere."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

_PAPER_STEP = 16
"""The paper's brightness is estimated on a picture smaller by this factor."""
_ROWS_AT_ONCE = 256


def even_light(grey: Image.Image) -> np.ndarray:
    """Make paper white everywhere: shadows, tints and the fall-off of light go."""
    paper = grey.reduce(_PAPER_STEP)
    paper = paper.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.BoxBlur(3))
    light = np.asarray(paper.resize(grey.size, Image.Resampling.BILINEAR))
    picture = np.asarray(grey)
    even = np.empty(picture.shape, np.uint8)
    for top in range(0, grey.height, _ROWS_AT_ONCE):
        rows = slice(top, top + _ROWS_AT_ONCE)
        below = np.maximum(light[rows], 1)
        even[rows] = np.minimum(picture[rows].astype(np.uint16) * np.uint16(255) // below, 255)
    return even
