"""How clear a scan is: what its grain, its dots and its edges say about how to prepare it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from eakte.domain.text import Preparation
from eakte.pages.thresholds import otsu

_EVERY = 8
"""One row of so many is measured."""
_STEADY = 1.4826
"""Median absolute deviation to standard deviation of normal noise."""
_FAINTEST_EDGE = 8
_GRAINY = 0.13
"""Grain over contrast. Everyday scans have 0.01 to 0.03, grey print on grainy paper 0.1."""
_DOTTED = 0.002
"""Share of pixels that stand alone."""
_BLURRED = 0.30
"""Scans at 150 dpi have 0.36 and more, at 300 dpi 0.45 to 0.6; out of focus by 2 pixels 0.25."""
_COARSE_DPI = 250.0
"""Bitonal pictures below have steps for edges: smoothed, they read far better."""


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

    def preparation(self, bitonal_dpi: float | None) -> Preparation:
        """Choose what reads best; `bitonal_dpi`: of a stored picture in black and white."""
        if bitonal_dpi is not None and bitonal_dpi < _COARSE_DPI:
            return Preparation.SMOOTHED
        if self.dots > _DOTTED or self.grain > _GRAINY * self.contrast:
            return Preparation.SMOOTHED
        return Preparation.SHARPENED if self.sharpness < _BLURRED else Preparation.BITONAL


def clarity(grey: Image.Image, even: np.ndarray) -> Clarity:
    """Measure a page; `even` is `grey` in even light."""
    grain = _grain(np.asarray(grey)[::_EVERY])
    contrast = _contrast(even[::_EVERY])
    steps = np.abs(np.diff(even[::_EVERY].astype(np.int16), axis=1)).astype(np.float32)
    edges = steps[steps > max(3 * grain, _FAINTEST_EDGE)]
    sharpness = float(edges @ edges) / float(edges.sum()) / contrast if edges.size else 1.0
    return Clarity(grain, _dots(even, contrast), contrast, sharpness)


def _grain(rows: np.ndarray) -> float:
    """Give the standard deviation of the paper's grain, as if the paper were white."""
    if rows.shape[1] < 2:  # noqa: PLR2004 - a step has two ends
        return 0.0
    steps = np.abs(np.diff(rows.astype(np.int16), axis=1))
    paper = max(float(np.median(rows)), 1.0)
    return _STEADY * float(np.median(steps)) / 2**0.5 * 255 / paper


def _contrast(rows: np.ndarray) -> float:
    """Give the mean depth of the darker class of pixels."""
    counts = np.bincount(rows.ravel(), minlength=256)[: otsu_of(rows) + 1]
    return 255.0 - float(counts @ np.arange(counts.size)) / max(int(counts.sum()), 1)


def otsu_of(rows: np.ndarray) -> int:
    """Give Otsu's threshold of a picture."""
    return otsu(np.bincount(rows.ravel(), minlength=256))


def _dots(even: np.ndarray, contrast: float) -> float:
    """Give the share of pixels that differ from the four beside them by half the contrast."""
    rows = np.arange(1, even.shape[0] - 1, _EVERY)
    if not rows.size or even.shape[1] < 3:  # noqa: PLR2004 - one has two neighbours
        return 0.0
    middle = even[rows, 1:-1].astype(np.int16)
    beside = (even[rows - 1, 1:-1], even[rows + 1, 1:-1], even[rows, :-2], even[rows, 2:])
    least = np.minimum.reduce(beside).astype(np.int16)
    most = np.maximum.reduce(beside).astype(np.int16)
    depth = contrast / 2
    return float(np.mean((middle < least - depth) | (middle > most + depth)))
