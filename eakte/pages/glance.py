"""The small grey picture of a page by which it is judged."""

from __future__ import annotations

from eakte.pages.limits import MAX_GLANCE_PIXELS

GLANCE_DPI = 150
"""Enough for barcodes and strokes of a pencil, a quarter of the pixels of a 300 dpi scan."""


def glance_size(width: float, height: float, dpi: float) -> tuple[int, int]:
    """Give the size in pixels of the glance at a picture of that size and resolution."""
    scale = min(1.0, GLANCE_DPI / dpi, (MAX_GLANCE_PIXELS / (width * height)) ** 0.5)
    return max(1, round(width * scale)), max(1, round(height * scale))
