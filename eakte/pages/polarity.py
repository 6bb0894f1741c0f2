"""Light type on dark ground, as in the heads of tables, made dark type on light ground."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

_CELL = 16
_AROUND = 2
"""Cells on each side (7 mm at 300 dpi) of which ground and type are told apart."""
_LEAST_CONTRAST = 60
_GROUND = 0.4
"""Where the mean is nearer to the darkest than this share of the contrast, the ground is dark."""
_LEAST_CELLS = 3
_MOSTLY, _DARK = 0.1, 128
"""A dark page with light type on this share of its cells is a negative as a whole."""


def dark_on_light(grey: Image.Image) -> Image.Image:
    """Invert the parts of a page whose ground is darker than their type."""
    marked = _inverse(grey)
    if not marked.any():
        return grey
    turned = grey.point(range(255, -1, -1))
    if marked.mean() > _MOSTLY * 255 and np.asarray(grey)[::8, ::8].mean() < _DARK:
        return turned
    mask = Image.fromarray(marked).resize(
        (marked.shape[1] * _CELL, marked.shape[0] * _CELL), Image.Resampling.NEAREST
    )
    return Image.composite(turned, grey, mask.crop((0, 0, *grey.size)))


def _inverse(grey: Image.Image) -> np.ndarray:
    """Mark the cells with light type on dark ground (255), patches of some size only."""
    cells = -(-grey.height // _CELL), -(-grey.width // _CELL)
    half = np.asarray(grey)[::2, ::2]
    size = _CELL // 2
    spare = [(0, cells[axis] * size - half.shape[axis]) for axis in (0, 1)]
    rows = np.pad(half, spare, "edge").reshape(cells[0], size, -1)
    blocks = cells[0], cells[1], size  # rows first: whole rows are compared at a time
    brightest = _spread(rows.max(1).reshape(blocks).max(2), *[ImageFilter.MaxFilter(3)] * _AROUND)
    darkest = _spread(rows.min(1).reshape(blocks).min(2), *[ImageFilter.MinFilter(3)] * _AROUND)
    sums = rows.sum(1, dtype=np.uint16).reshape(blocks).sum(2)
    mean = _spread((sums // size**2).astype(np.uint8), ImageFilter.BoxBlur(_AROUND))
    contrast = brightest - darkest
    dark: np.ndarray = (contrast > _LEAST_CONTRAST) & (mean - darkest < _GROUND * contrast)
    if not dark.any():
        return dark
    patches = Image.fromarray(np.where(dark, 255, 0).astype(np.uint8))
    patches = patches.filter(ImageFilter.MinFilter(_LEAST_CELLS))
    return np.asarray(patches.filter(ImageFilter.MaxFilter(_LEAST_CELLS)))


def _spread(cells: np.ndarray, *filters: ImageFilter.Filter) -> np.ndarray:
    picture = Image.fromarray(cells)
    for each in filters:
        picture = picture.filter(each)
    return np.asarray(picture, np.int16)
