"""By how many degrees a page lies askew: the angle at which its lines stand out most sharply.

The rows of the page are summed along slanted lines; the sum of squared differences between
neighbouring rows is largest where the slant is that of the lines of type (or of a table).
"""

from __future__ import annotations

import numpy as np

from eakte.pages.shade import Shade

_INK = 0.25
_MOST_DEGREES = 15.0
_COARSE, _FINE = 0.75, 0.15
"""Degrees per step. At the coarse one a line of 100 mm spreads by 1.3 mm, less than its height."""
_MOST_POINTS = 8000
_FEWEST_POINTS = 400
"""Pixels of ink below which no angle is given: about a line of type."""
_SHARPNESS = 3.0
"""Least score of the best angle over the median. Letters and tables of sample_mail have 12 to 320,
a map 1.4, a drawing 1.1 to 2.7, and text seen across its lines 1.2 to 2."""
_APART, _FALL = 3, 0.6
"""Three coarse steps beside a true angle the score has fallen to this; a photograph's has not."""


def skew(page: Shade) -> float:
    """Give the degrees by which lines fall to the right (negative: rise); 0.0 if none stand out.

    Lines may run along the page or, on a page lying on its side, up and down.
    """
    rows, columns = np.nonzero(page.darker(_INK))
    if rows.size < _FEWEST_POINTS:
        return 0.0
    step = -(-rows.size // _MOST_POINTS)
    y, x = rows[::step].astype(np.float32), columns[::step].astype(np.float32)
    sharpness, angle = max(_sharpest(x, y), _sharpest(-y, x))
    return angle if sharpness >= _SHARPNESS else 0.0


def _sharpest(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Give how much the best angle stands out from the others, and that angle."""
    angles = np.arange(-_MOST_DEGREES, _MOST_DEGREES + _COARSE / 2, _COARSE)
    scores = [_score(x, y, angle) for angle in angles]
    top = int(np.argmax(scores))
    beside = scores[max(0, top - _APART) :: 2 * _APART][:2]
    if not _APART <= top < angles.size - _APART or max(beside) > scores[top] * _FALL:
        return 0.0, 0.0
    near = angles[top] + np.arange(-_COARSE, _COARSE + _FINE / 2, _FINE)
    angle = near[int(np.argmax([_score(x, y, each) for each in near]))]
    return scores[top] / max(float(np.median(scores)), 1.0), float(angle)


def _score(x: np.ndarray, y: np.ndarray, angle: float) -> float:
    """Give the sum of squared steps between rows slanted by `angle`."""
    fall = y - np.float32(np.tan(np.radians(angle))) * x
    rows = np.bincount((fall - fall.min()).astype(np.int32))
    steps = np.diff(rows).astype(np.float32)
    return float(steps @ steps)
