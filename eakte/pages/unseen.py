"""Which words of a page nobody sees: the page is drawn with and without its text, and compared."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pypdfium2
from pypdfium2 import raw

from eakte.domain.mail import POINTS_PER_INCH
from eakte.domain.text import Box

_DPI, _MOST_PIXELS = 100.0, 4_000_000
_FAINTEST = 16
"""Levels (of 255, in one colour) by which text must change what lies under it: black on white 255,
the palest grey of letterheads 40."""


class Looks:
    """A page as it looks, and as it would look without its text.

    That tells apart what no other sign does: white, invisible, transparent, tiny text, text outside
    the page or a clip, in a hidden layer, under a picture. The page (turned to 0 degrees) has no
    text any more afterwards.
    """

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        width, height = page.get_size()
        pixels = max(width * height, 1.0) / POINTS_PER_INCH**2
        self._scale = min(_DPI, (_MOST_PIXELS / pixels) ** 0.5) / POINTS_PER_INCH
        before = _drawn(page, self._scale)
        for text in page.get_objects(filter=(raw.FPDF_PAGEOBJ_TEXT,)):
            raw.FPDFPageObj_SetIsActive(text, False)
        after = _drawn(page, self._scale)
        self._changed = (np.maximum(before, after) - np.minimum(before, after)).max(2)

    def show(self, box: Box) -> bool:
        """Tell whether text changes what is seen in the box of a glyph (points, from the top left).

        Its neighbours must not answer for it: pixels that it shares with them do not count.
        """
        x0, x1 = math.ceil(box.x0 * self._scale), math.floor(box.x1 * self._scale)
        if x1 <= x0:
            x0, x1 = math.floor(box.x0 * self._scale), math.ceil(box.x1 * self._scale)
        y0, y1 = math.floor(box.y0 * self._scale), math.ceil(box.y1 * self._scale)
        place = self._changed[max(y0, 0) : max(y1, y0 + 1, 0), max(x0, 0) : max(x1, x0 + 1, 0)]
        return bool(place.size) and int(place.max()) >= _FAINTEST


def _drawn(page: pypdfium2.PdfPage, scale: float) -> np.ndarray[Any, np.dtype[np.uint8]]:
    picture = page.render(scale=scale).to_pil().convert("RGB")
    return np.asarray(picture, np.uint8)
