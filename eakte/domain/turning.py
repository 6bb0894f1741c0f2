"""From the page as stored to the page turned as it is read, and back: pure."""

from __future__ import annotations

from eakte.domain.text import Box


def upright(box: Box, rotation: int, width: float, height: float) -> Box:
    """Place a box on the page turned clockwise by `rotation`; width, height: as stored."""
    if rotation == 90:  # noqa: PLR2004 - degrees
        return Box(height - box.y1, box.x0, height - box.y0, box.x1)
    if rotation == 180:  # noqa: PLR2004
        return Box(width - box.x1, height - box.y1, width - box.x0, height - box.y0)
    if rotation == 270:  # noqa: PLR2004
        return Box(box.y0, width - box.x1, box.y1, width - box.x0)
    return box


def as_stored(
    x: float, y: float, rotation: int, width: float, height: float
) -> tuple[float, float]:
    """Find a point of the turned page on the page as stored, `width` by `height`."""
    return {
        0: (x, y),
        90: (y, height - x),
        180: (width - x, height - y),
        270: (width - y, x),
    }[rotation]
