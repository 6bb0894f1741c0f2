"""Lines made level for reading: the picture in the archive stays as it lay on the glass."""

from __future__ import annotations

import math

from PIL import Image

from eakte.pages.shade import shade
from eakte.pages.skew import skew

_MEASURED_DPI = 100.0
_LEVEL = 1.2
"""Degrees below which the engine copes by itself, better than with slanted edges smoothed away."""


def fall(page: Image.Image, dpi: float) -> float:
    """Give by how many degrees the lines fall to the right; 0.0 if they are level enough."""
    step = max(1, int(dpi / _MEASURED_DPI))
    small = page.reduce(step) if step > 1 else page.copy()
    small.info["dpi"] = (dpi / step,) * 2
    angle = skew(shade(small))
    return angle if abs(angle) >= _LEVEL else 0.0


def levelled(page: Image.Image, angle: float) -> tuple[Image.Image, tuple[int, int]]:
    """Turn a page against its lines' fall, on white; give the margin that this took, too.

    The middle stays the middle. The margin is in pixels, left and right, above and below.
    """
    if not angle:
        return page, (0, 0)
    sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    wide, high = page.size
    margin = (
        math.ceil(max(0.0, wide * cosine + high * abs(sine) - wide) / 2),
        math.ceil(max(0.0, high * cosine + wide * abs(sine) - high) / 2),
    )
    size = wide + 2 * margin[0], high + 2 * margin[1]
    x, y = size[0] / 2, size[1] / 2
    matrix = (
        cosine, -sine, wide / 2 - x * cosine + y * sine,
        sine, cosine, high / 2 - x * sine - y * cosine,
    )  # fmt: skip
    turned = page.transform(
        size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC, fillcolor=255
    )
    return turned, margin
