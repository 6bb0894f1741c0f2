"""Recognised text: words with their place on the page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
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


class Preparation(StrEnum):
    """What is done to the grey picture of a page, so that it reads well."""

    BITONAL = "bitonal"
    """Cut into black and white: enough for a clear scan, and cheapest."""
    GREY = "grey"
    """Left grey: with fewer dots per inch the shades at the edges count."""
    SMOOTHED = "smoothed"
    """Grey, its grain smoothed: for noise, and for the ragged edges of a fax."""
    SHARPENED = "sharpened"
    """Grey, its edges made steeper: for a page out of focus."""


@dataclass(frozen=True)
class PreparedPicture:
    """The picture of one page as the OCR engine gets it: dark on white, its lines level.

    `turned` is how many degrees clockwise the stored page was turned to make it, `asked` how many
    of these the file itself asks for. `askew` is by how many degrees its lines fell to the right
    before they were made level, for which `margin` pixels of white were added left and right, above
    and below; they count in `width_px` and `height_px`. `ink` is the share of dark pixels.
    """

    path: Path
    width_px: int
    height_px: int
    dpi: float
    turned: int = 0
    asked: int = 0
    askew: float = 0.0
    margin: tuple[int, int] = (0, 0)
    ink: float = 1.0
    preparation: Preparation = Preparation.BITONAL


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
