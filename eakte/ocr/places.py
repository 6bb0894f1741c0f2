"""Where words are: from pixels of the picture as read to its own, and to points of the page."""

from __future__ import annotations

import math
from dataclasses import replace

from eakte.domain.mail import POINTS_PER_INCH
from eakte.domain.text import Box, PreparedPicture, Word
from eakte.domain.type_lines import letter_boxes
from eakte.ocr.blocks import around
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

    Boxes that cannot be right are set right on the way; lines that lie on their side are left. On
    a page that lay askew a box is the upright one around the word's slanted letters.
    """
    wide, high, (beside, above) = picture.width_px, picture.height_px, picture.margin
    if picture.turned % 180:
        wide, high, beside, above = high, wide, above, beside
    stretch_x, stretch_y = width / (wide - 2 * beside), height / (high - 2 * above)
    mapped = []
    level = not lying(words)
    for word in settled(words, picture.dpi / POINTS_PER_INCH) if level else words:
        pieces = letter_boxes(word.text, word.box) if level and picture.askew else (word.box,)
        stored = (turned_back(piece, read_at, wide, high) for piece in pieces)
        box = around(_slanted(piece, picture.askew, wide / 2, high / 2) for piece in stored)
        x0, y0 = (box.x0 - beside) * stretch_x, (box.y0 - above) * stretch_y
        x1, y1 = (box.x1 - beside) * stretch_x, (box.y1 - above) * stretch_y
        mapped.append(replace(word, box=_within(Box(x0, y0, x1, y1), width, height)))
    return tuple(mapped)


def _slanted(box: Box, angle: float, middle_x: float, middle_y: float) -> Box:
    """Give the box around a box that is turned clockwise about the middle of the picture."""
    if not angle:
        return box
    sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    x, y = (box.x0 + box.x1) / 2 - middle_x, (box.y0 + box.y1) / 2 - middle_y
    wide, high = (box.x1 - box.x0) / 2, (box.y1 - box.y0) / 2
    x, y = middle_x + x * cosine - y * sine, middle_y + x * sine + y * cosine
    half_x = wide * cosine + high * abs(sine)
    half_y = high * cosine + wide * abs(sine)
    return Box(x - half_x, y - half_y, x + half_x, y + half_y)


def _within(box: Box, width: float, height: float) -> Box:
    """Keep a box on its page."""
    x0, y0 = min(max(box.x0, 0.0), width), min(max(box.y0, 0.0), height)
    return Box(x0, y0, max(x0, min(box.x1, width)), max(y0, min(box.y1, height)))
