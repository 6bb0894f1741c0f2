"""Does a page seem to bear handwriting? Much thin ink where the engine read nothing it is sure of.

Measured at 200 dpi on all pages of sample_mail (type, signatures, stamps, plans, forms filled by
machine) and on drawn scrawls: see the figures beside the thresholds. Two lines beside a typed
letter, or three fields of a form, stay below them.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PIL import Image

from eakte.domain.text import PreparedPicture, Word

MM_PER_INCH = 25.4

_SURE = 0.60
_DOUBTFUL_MM2 = 1500.0
"""Area of words read without being sure. Sample letters have up to 1,100, five lines by hand 3,000,
a form filled by hand 5,500."""
_LARGEST_WORD_MM2 = 2000.0
"""A larger box is no word: the engine took a picture for one."""
_STROKES_MM2 = 1000
"""Area with strokes outside sure words. Sample letters have up to 800 (plans, logos, signatures),
five lines by hand 1,700 to 1,900."""
_PER_READ = 0.25
"""Strokes for each mm2 of sure words: blurred print leaves scattered words unsure, up to 0.17."""
_INKED, _SOLID = 0.06, 0.60
_PAPER = 160
"""Brighter levels of a grey picture are paper, or the soft edge of a letter."""
_MOST_INK = 0.5
"""Share of ink in the strokes: by hand 0.27 to 0.44, blurred print 0.55, photographs 0.9."""
_RULE_MM = 25
_RULE_BREADTH_MM = 3


def seems_handwritten(picture: PreparedPicture, words: tuple[Word, ...]) -> bool:
    """Tell whether the page bears handwriting; the words' boxes are in pixels of the picture.

    The picture is opened only if much of the page was read without being sure, or nothing was.
    """
    mm = picture.dpi / MM_PER_INCH
    doubtful = sum(
        min(_area(word) / mm**2, _LARGEST_WORD_MM2) for word in words if word.confidence < _SURE
    )
    if words and doubtful < _DOUBTFUL_MM2:
        return False
    sure = [word for word in words if word.confidence >= _SURE]
    ink = _ink(picture)
    unread = _without(sure, (ink > _INKED) & ~_rules(ink > _INKED), mm)
    strokes = np.count_nonzero(unread & (ink < _SOLID))
    read = sum(_area(word) for word in sure) / mm**2
    if strokes < max(_STROKES_MM2, _PER_READ * read):
        return False
    return bool(ink[unread].mean() <= _MOST_INK)


def _area(word: Word) -> float:
    return (word.box.x1 - word.box.x0) * (word.box.y1 - word.box.y0)


def _ink(picture: PreparedPicture) -> np.ndarray:
    """Give the share of black in every square millimetre."""
    mm = picture.dpi / MM_PER_INCH
    with Image.open(picture.path) as file:
        size = max(1, round(file.width / mm)), max(1, round(file.height / mm))
        dark = file.convert("L").point([255 * (level > _PAPER) for level in range(256)])
        small = dark.resize(size, Image.Resampling.BOX)
    ink: np.ndarray = 1.0 - np.asarray(small, np.float32) / 255.0
    return ink


def _without(words: Iterable[Word], marked: np.ndarray, mm: float) -> np.ndarray:
    """Leave out what was read, with a millimetre around it."""
    left = marked.copy()
    for word in words:
        x0, y0 = (max(0, int(edge / mm) - 1) for edge in (word.box.x0, word.box.y0))
        x1, y1 = (int(edge / mm) + 2 for edge in (word.box.x1, word.box.y1))
        left[y0:y1, x0:x1] = False
    return left


def _rules(marked: np.ndarray) -> np.ndarray:
    """Mark the rules of forms and tables: long, straight and thin."""
    rules: np.ndarray = _thin(_long(marked)) | _thin(_long(marked.T)).T
    return rules


def _long(marked: np.ndarray) -> np.ndarray:
    """Keep the runs along rows that are at least 25 mm long."""
    if marked.shape[1] <= _RULE_MM:
        return np.zeros_like(marked)
    sums = np.cumsum(np.pad(marked, ((0, 0), (1, 0))), axis=1)
    starts = sums[:, _RULE_MM:] - sums[:, :-_RULE_MM] == _RULE_MM
    steps = np.zeros((marked.shape[0], marked.shape[1] + 1), np.int16)
    steps[:, : starts.shape[1]] += starts
    steps[:, _RULE_MM:] -= starts
    runs: np.ndarray = np.cumsum(steps, axis=1)[:, :-1] > 0
    return runs


def _thin(runs: np.ndarray) -> np.ndarray:
    """Leave out the rows with runs on the same spot 3 mm above or below."""
    tall = np.pad(runs, ((_RULE_BREADTH_MM, _RULE_BREADTH_MM), (0, 0)))
    thin: np.ndarray = runs & ~(tall[: runs.shape[0]] | tall[2 * _RULE_BREADTH_MM :])
    return thin
