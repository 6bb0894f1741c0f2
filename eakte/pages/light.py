"""Even light: a page divided by the brightness of its paper, which becomes white everywhere."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from eakte.pages.nearby import extreme_nearby

_PAPER_STEP = 16
"""The paper's brightness is estimated on a picture smaller by this factor."""
_LIGHT_STEP = 4
"""Squares of so many pixels are lit alike."""
_BANDS_AT_ONCE = 16
"""Rows of squares: so few that their numbers stay in the processor's cache."""
_TO_WHOLE = 0.001
"""Lifts quotients that are whole above what rounding took; the next lower one is 1/255 away."""


def even_light(grey: np.ndarray) -> np.ndarray:
    """Make paper white everywhere: shadows, tints and the fall-off of light go."""
    factors = _factors(Image.fromarray(grey))
    even = np.empty(grey.shape, np.uint8)
    step = _BANDS_AT_ONCE * _LIGHT_STEP
    for top in range(0, grey.shape[0], step):
        rows = slice(top, top + step)
        squares = factors[top // _LIGHT_STEP :][:_BANDS_AT_ONCE]
        lit = np.repeat(squares, _LIGHT_STEP, axis=0)[: grey[rows].shape[0]]
        lit *= grey[rows]
        lit += np.float32(_TO_WHOLE)
        np.copyto(even[rows], np.minimum(lit, 255, out=lit), casting="unsafe")
    return even


def _factors(grey: Image.Image) -> np.ndarray:
    """Give by what to multiply each pixel of a row, for each row of squares."""
    brightest = extreme_nearby(np.asarray(grey.reduce(_PAPER_STEP)), np.maximum, reach=2)
    paper = Image.fromarray(np.ascontiguousarray(brightest))
    squares = -(-grey.width // _LIGHT_STEP), -(-grey.height // _LIGHT_STEP)
    paper = paper.filter(ImageFilter.BoxBlur(3)).resize(squares, Image.Resampling.BILINEAR)
    factors = np.float32(255) / np.maximum(np.asarray(paper), np.uint8(1))
    return np.repeat(factors, _LIGHT_STEP, axis=1)[:, : grey.width]
