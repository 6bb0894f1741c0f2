"""Where words are: from pixels of the picture as read to its own, and to points of the page."""

from __future__ import annotations

from dataclasses import replace

from eakte.domain.mail import POINTS_PER_INCH
from eakte.domain.text import Box, PreparedPicture, Word
from eakte.ocr.lines import settled
from eakte.ocr.tsv import lying, turned_back


def on_picture(words: tuple[Word, ...], picture: PreparedPicture, extra: int) -> tuple[Word, ...]:
    """Map the words of a page that was turned by `extra` for reading back onto its picture."""
    size = picture.width_px, picture.height_px
    return tuple(replace(word, box=turned_back(word.box, extra, *size)) for word in words)


def to_points(
    words: tuple[Word, ...], picture: PreparedPicture, read_at: int, width: float, height: float
) -> tuple[Word, ...]:
    """Map the words from pixels of the picture as read to points of the page as stored.

    Boxes that cannot be right are set right on the way; lines that lie on their side are left.
    """
    wide, high = picture.width_px, picture.height_px
    if picture.turned % 180:
        wide, high = high, wide
    stretch_x, stretch_y = width / wide, height / high
    mapped = []
    for word in words if lying(words) else settled(words, picture.dpi / POINTS_PER_INCH):
        box = turned_back(word.box, read_at, wide, high)
        x0, y0 = box.x0 * stretch_x, box.y0 * stretch_y
        points = Box(x0, y0, box.x1 * stretch_x, box.y1 * stretch_y)
        mapped.append(Word(word.text, points, word.confidence, word.line))
    return tuple(mapped)
