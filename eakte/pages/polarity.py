"""Light type on dark ground, as in the heads of tables, made dark type on light ground."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from eakte.pages.nearby import extreme_nearby

_CELL = 16
_AROUND = 2
"""Cells on each side (7 mm at 300 dpi) of which ground and type are told apart."""
_LEAST_CONTRAST = 60
_GROUND = 0.4
"""Where the mean is nearer to the darkest than this share of the contrast, the ground is dark."""
_MOSTLY, _DARK = 0.1, 128
"""A dark page with light type on this share of its cells is a negative as a whole."""


def dark_on_light(grey: np.ndarray) -> np.ndarray:
    """Invert the parts of a page (grey levels) whose ground is darker than their type."""
    marked = _inverse(grey)
    if not marked.any():
        return grey
    turned = 255 - grey
    if marked.mean() > _MOSTLY * 255 and grey[::8, ::8].mean() < _DARK:
        return turned
    mask = marked.repeat(_CELL, axis=0).repeat(_CELL, axis=1)[: grey.shape[0], : grey.shape[1]]
    return np.where(mask, turned, grey)


def _inverse(grey: np.ndarray) -> np.ndarray:
    """Mark the cells with light type on dark ground (255), patches of three by three at least."""
    cells = -(-grey.shape[0] // _CELL), -(-grey.shape[1] // _CELL)
    half = grey[::2, ::2]
    size = _CELL // 2
    spare = [(0, cells[axis] * size - half.shape[axis]) for axis in (0, 1)]
    rows = np.pad(half, spare, "edge").reshape(cells[0], size, -1)
    blocks = cells[0], cells[1], size  # rows first: whole rows are compared at a time
    most, least = rows.max(1).reshape(blocks).max(2), rows.min(1).reshape(blocks).min(2)
    brightest = extreme_nearby(most, np.maximum, _AROUND).astype(np.int16)
    darkest = extreme_nearby(least, np.minimum, _AROUND).astype(np.int16)
    sums = rows.sum(1, dtype=np.uint16).reshape(blocks).sum(2)
    means = Image.fromarray((sums // size**2).astype(np.uint8))
    mean = np.asarray(means.filter(ImageFilter.BoxBlur(_AROUND)), np.int16)
    contrast = brightest - darkest
    dark: np.ndarray = (contrast > _LEAST_CONTRAST) & (mean - darkest < _GROUND * contrast)
    if not dark.any():
        return dark
    patches = extreme_nearby(np.where(dark, 255, 0), np.minimum)
    return extreme_nearby(patches, np.maximum)
