"""What recognised text and numbers look like in XML, whatever they hold."""

from __future__ import annotations

import math
import re
from xml.sax.saxutils import escape

from eakte.domain.text import Box

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold, even escaped: controls, surrogates, U+FFFE, U+FFFF."""
_QUOTES = {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_FARTHEST = 1e6
"""Points; a page is at most 14,400 long."""


def written(text: str) -> str:
    """Write text for an element or a double-quoted attribute; the forbidden becomes U+FFFD."""
    return escape(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text), _QUOTES)


def scaled(points: float, per_inch: int) -> int:
    """Bring points to units of so many per inch; what is no number becomes 0."""
    if not math.isfinite(points):
        return 0
    return round(min(max(points, -_FARTHEST), _FARTHEST) * per_inch / 72)


def edges(box: Box, per_inch: int) -> tuple[int, int, int, int]:
    """Give left, top, right and bottom in such units, the first pair not beyond the second."""
    x0, y0, x1, y1 = (scaled(edge, per_inch) for edge in (box.x0, box.y0, box.x1, box.y1))
    return x0, y0, max(x0, x1), max(y0, y1)


def share(value: float) -> float:
    """Bring a confidence into 0..1, with two decimals."""
    return round(min(max(value, 0.0), 1.0), 2) if math.isfinite(value) else 0.0
