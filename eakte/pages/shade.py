"""How much darker than the paper around it each spot of a page is: the base of all measures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image, ImageFilter

from eakte.pages.glance import GLANCE_DPI
from eakte.pages.nearby import extreme_nearby

MM_PER_INCH = 25.4

_DPI = 50.0
"""A thin pencil stroke (0.3 mm) still fills half a pixel here; grain of 8 levels falls below 3."""
_MOST_PIXELS = 4_000_000
"""A0 at 50 dpi; larger sheets are measured coarser, so that memory stays bounded."""
_BLOCK = 6
"""Pixels (3 mm) of which the brightest counts as paper: wider than strokes, than small type."""
_STEADY = 1.4826
"""Median absolute deviation to standard deviation of normal noise."""


@dataclass(frozen=True)
class Shade:
    """A page at about 50 dpi: its grey, the grey of its paper everywhere, and pixels per mm."""

    grey: np.ndarray
    paper: np.ndarray
    per_mm: float

    def darker(self, depth: float) -> np.ndarray:
        """Tell for every pixel whether it is darker than its paper by that share (0..1)."""
        levels = np.clip(np.arange(256) * (1.0 - depth), 0, 255).astype(np.uint8)
        marked: np.ndarray = self.grey < levels[self.paper]
        return marked

    @cached_property
    def grain(self) -> float:
        """Standard deviation of the paper's grain as a share of its brightness."""
        rows = self.grey[::4].astype(np.int16)
        steps = np.abs(rows[:, 1:] - rows[:, :-1])
        middle = float(np.median(steps)) if steps.size else 0.0
        return _STEADY * middle / 2**0.5 / max(float(self.paper[::8, ::8].mean()), 1.0)


def glance_dpi(glance: Image.Image) -> float:
    """Give the resolution of a glance, which it carries as pictures do; else GLANCE_DPI."""
    return float(glance.info.get("dpi", (GLANCE_DPI,))[0])


def shade(glance: Image.Image) -> Shade:
    """Measure a grey glance at a page."""
    own = glance_dpi(glance)
    step = max(1, round(own / _DPI))
    while glance.width * glance.height > _MOST_PIXELS * step**2:
        step += 1
    small = glance.reduce(step) if step > 1 else glance
    return Shade(np.asarray(small), _paper(small), own / step / MM_PER_INCH)


def _paper(small: Image.Image) -> np.ndarray:
    """Give the brightness of the paper under every pixel: the brightest smooth spot nearby."""
    grey = np.asarray(small.filter(ImageFilter.BoxBlur(1)))
    rows, columns = (-(-edge // _BLOCK) for edge in grey.shape)
    spare = rows * _BLOCK - grey.shape[0], columns * _BLOCK - grey.shape[1]
    padded = np.pad(grey, ((0, spare[0]), (0, spare[1])), "edge")
    brightest = padded.reshape(rows, _BLOCK, columns, _BLOCK).max((1, 3))
    near = np.ascontiguousarray(extreme_nearby(brightest, np.maximum))
    wide = Image.fromarray(near).filter(ImageFilter.BoxBlur(1))
    whole = wide.resize((columns * _BLOCK, rows * _BLOCK), Image.Resampling.BILINEAR)
    return np.asarray(whole)[: grey.shape[0], : grey.shape[1]]
