"""How clear a scan is: what its grain, its dots and its edges say about how to prepare it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from eakte.domain.text import Preparation
from eakte.pages.thresholds import histogram, otsu

COARSE_DPI = 250.0
"""Below, bitonal pictures have steps for edges and are smoothed best; grainy grey ones left so."""

_EVERY = 8
"""One row of so many is measured."""
_STEADY = 1.4826
"""Median absolute deviation to standard deviation of normal noise."""
_FAINTEST_EDGE = 8
_GRAINY = 0.13
"""Grain over contrast. Everyday scans have 0.01 to 0.03, grey print on grainy paper 0.1."""
_CALM = 0.009
"""Below, there is no grain that sharpening could raise, and grey edges tell more than black ones:
words read at 150 and 200 dpi 0.978 and 0.975, in grey as it is 0.962 and 0.955, in black and white
0.932 and 0.927; at 300 dpi without grain 0.988, 0.983 and 0.980."""
_DOTTED, _CLEAN = 0.002, 0.05
"""Share of pixels that stand alone, and grain over contrast below which they are specks."""
_BLURRED = 0.30
"""Scans at 150 dpi have 0.36 and more, at 300 dpi 0.45 to 0.6; out of focus by 2 pixels 0.25."""


@dataclass(frozen=True)
class Clarity:
    """Measures of an evenly lit page; grain and contrast are levels (0..255).

    `sharpness` is the mean step between neighbours on edges as a share of the contrast, each
    weighted by itself: 1 for a bitonal picture, 0.28 / sigma for an edge blurred by sigma pixels.
    """

    grain: float
    dots: float
    contrast: float
    sharpness: float

    @property
    def blurred(self) -> bool:
        """Say whether it is out of focus."""
        return self.sharpness < _BLURRED

    @property
    def specked(self) -> bool:
        """Say whether pixels stand alone on clean paper; those of grain do, too."""
        return self.dots > _DOTTED and self.grain < _CLEAN * self.contrast

    def preparation(self, dpi: float, *, bitonal: bool) -> Preparation:
        """Choose what reads best; `dpi` of the picture to be read, or of the stored bitonal one."""
        coarse = dpi < COARSE_DPI
        grainy = self.grain > _GRAINY * self.contrast
        if (coarse and bitonal) or grainy or self.dots > _DOTTED:
            return Preparation.SMOOTHED
        calm = not bitonal and self.grain < _CALM * self.contrast
        if self.blurred or calm:
            return Preparation.SHARPENED
        return Preparation.GREY if coarse else Preparation.BITONAL


def clarity(grey: np.ndarray, even: np.ndarray, enlarged: float = 1.0) -> Clarity:
    """Measure a page; `even` is `grey` in even light, `enlarged` how much from what is stored."""
    grain = _grain(grey[::_EVERY])
    contrast = _contrast(even[::_EVERY])
    counts, levels = _steps(even[::_EVERY]), np.arange(256)
    counts[levels <= max(3 * grain, _FAINTEST_EDGE)] = 0
    edges = int(counts @ levels)
    sharpness = int(counts @ levels**2) / edges / contrast if edges else 1.0
    reach = 1 if enlarged <= 1 else math.ceil(enlarged) + 1
    return Clarity(grain, _dots(even, contrast, reach), contrast, sharpness)


def _grain(rows: np.ndarray) -> float:
    """Give the standard deviation of the paper's grain, as if the paper were white."""
    if rows.shape[1] < 2:  # noqa: PLR2004 - a step has two ends
        return 0.0
    paper = max(_median(histogram(rows)), 1.0)
    return _STEADY * _median(_steps(rows)) / 2**0.5 * 255 / paper


def _steps(rows: np.ndarray) -> np.ndarray:
    """Count how often neighbours in a row differ by how many levels (0..255)."""
    left, right = rows[:, :-1], rows[:, 1:]
    return histogram(np.maximum(left, right) - np.minimum(left, right))


def _median(counts: np.ndarray) -> float:
    """Give the median of levels of which so many were counted each."""
    below = np.cumsum(counts)
    middle = (int(below[-1]) - 1) // 2, int(below[-1]) // 2
    return float(np.searchsorted(below, middle, side="right").mean())


def _contrast(rows: np.ndarray) -> float:
    """Give the mean depth of the darker class of pixels."""
    counted = histogram(rows)
    counts = counted[: otsu(counted) + 1]
    return 255.0 - float(counts @ np.arange(counts.size)) / max(int(counts.sum()), 1)


def _dots(even: np.ndarray, contrast: float, reach: int) -> float:
    """Give the share of pixels that differ by half the contrast from all four `reach` away."""
    rows = np.arange(reach, even.shape[0] - reach, _EVERY)
    if not rows.size or even.shape[1] <= 2 * reach:
        return 0.0
    middle = even[rows, reach:-reach].astype(np.int16)
    sides = even[rows, : -2 * reach], even[rows, 2 * reach :]
    beside = (even[rows - reach, reach:-reach], even[rows + reach, reach:-reach], *sides)
    least = np.minimum.reduce(beside).astype(np.int16)
    most = np.maximum.reduce(beside).astype(np.int16)
    depth = contrast / 2
    return float(np.mean((middle < least - depth) | (middle > most + depth)))
