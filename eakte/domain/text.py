"""Recognised text: words with their place on the page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from eakte.domain.findings import Finding


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points, origin at the top left of the page as stored (before /Rotate)."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word, its box, its confidence (0..1) and the number of its line on the page (from 0)."""

    text: str
    box: Box
    confidence: float
    line: int


@dataclass(frozen=True)
class PreparedPicture:
    """The picture of one page as the OCR engine gets it: black on white.

    `turned` is how many degrees clockwise the stored page was turned to make it; `scale` is points
    per pixel, the same in both directions. `ink` is the share of black pixels.
    """

    path: Path
    width_px: int
    height_px: int
    dpi: float
    scale: float
    turned: int = 0
    ink: float = 1.0


@dataclass(frozen=True)
class RecognisedPage:
    """What was read on one page of a scan.

    `rotation` is how many degrees clockwise (0, 90, 180, 270) the stored picture must be turned to
    be read; the boxes stay in the coordinates of the stored picture. `complete` is False when the
    engine was stopped by a limit. `text` holds the lines in reading order, separated by newlines.
    The last `own_words` words are the own text of the page, the others were read from its look.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    text: str
    rotation: int
    confidence: float
    complete: bool
    engine: str
    findings: tuple[Finding, ...] = ()
    own_words: int = 0
