"""Where to cut a grey page into ink and paper."""

from __future__ import annotations

import numpy as np
from PIL import Image

_LOWEST, _HIGHEST = 110, 232
_EVERY = 4
"""One row of so many is counted."""
_GRAINS = 4.5
"""So many standard deviations of the paper's grain stay paper: a bare page stays white."""


def threshold(even: np.ndarray, grain: float) -> int:
    """Give the brightest level that counts as ink on an evenly lit page with this grain."""
    cut = otsu(histogram(even[::_EVERY]))
    return int(min(max(cut, _LOWEST), max(_LOWEST, min(_HIGHEST, 255 - _GRAINS * grain))))


def histogram(levels: np.ndarray) -> np.ndarray:
    """Count the pixels of each of the 256 levels; Pillow counts several times as fast as NumPy."""
    return np.array(Image.fromarray(levels).histogram())


def otsu(counted: np.ndarray) -> int:
    """Give the threshold that best separates two classes of a grey histogram (Otsu 1979)."""
    counts = counted.astype(np.float64)
    levels = np.arange(counts.size)
    below, mass = np.cumsum(counts), np.cumsum(counts * levels)
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = mass / below - (mass[-1] - mass) / above
        spread = np.nan_to_num(below * above * distance**2)
    return int(np.argmax(spread))
