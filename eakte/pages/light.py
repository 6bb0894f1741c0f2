"""Even light: a page divided by the brightness of its paper, which becomes white everywhere."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

_PAPER_STEP = 16
"""The paper's brightness is estimated on a picture smaller by this factor."""
_LIGHT_STEP = 4
"""Squares of so many pixels are lit alike."""
_BANDS_AT_ONCE = 16
"""Rows of squares: so few that their numbers stay in the processor's cache."""
_TO_WHOLE = 0.001
"""Lifts quotients that are whole above what rounding took; the next lower one is 1/255 away."""


def even_light(grey: Image.Image) -> np.ndarray:
    """Make paper white everywhere: shadows, tints and the fall-off of light go."""
    factors = _factors(grey)
    picture = np.asarray(grey)
    even = np.empty(picture.shape, np.uint8)
    step = _BANDS_AT_ONCE * _LIGHT_STEP
    for top in range(0, grey.height, step):
        rows = slice(top, top + step)
        squares = factors[top // _LIGHT_STEP :][:_BANDS_AT_ONCE]
        lit = np.repeat(squares, _LIGHT_STEP, axis=0)[: picture[rows].shape[0]]
        lit *= picture[rows]
        lit += np.float32(_TO_WHOLE)
        np.copyto(even[rows], np.minimum(lit, 255, out=lit), casting="unsafe")
    return even


def _factors(grey: Image.Image) -> np.ndarray:
    """Give by what to multiply each pixel of a row, for each row of squares."""
    paper = grey.reduce(_PAPER_STEP)
    for _pass in range(2):
        paper = paper.filter(ImageFilter.MaxFilter(3))
    squares = -(-grey.width // _LIGHT_STEP), -(-grey.height // _LIGHT_STEP)
    paper = paper.filter(ImageFilter.BoxBlur(3)).resize(squares, Image.Resampling.BILINEAR)
    factors = np.float32(255) / np.maximum(np.asarray(paper), np.uint8(1))
    return np.repeat(factors, _LIGHT_STEP, axis=1)[:, : grey.width]
