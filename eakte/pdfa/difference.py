"""How different two pictures of a page are, as a person would see them side by side: pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

_PATCH = 8
"""Pixels of what is compared: some 6 mm."""
_MEAN, _WORST_PATCH = 6.0, 60.0
"""Grey levels: over the whole page, and over its worst patch."""
_WORST_DRAWN_PATCH = 38.0
"""The same for pages that keep what a program drew: a line of 10 points more or less makes 42,
other glyphs for a font that was missing at most 30 (137 files of others)."""
_COLOUR_MEAN, _COLOUR_PATCH = 12.0, 110.0
"""The same in the worst of red, green and blue, which decoders of CMYK and of profiles bend."""


@dataclass(frozen=True)
class Difference:
    """Mean differences in grey levels of the page and of its worst patch; then in one colour."""

    mean: float
    patch: float
    colour_mean: float = 0.0
    colour_patch: float = 0.0

    def is_visible(self, *, drawn: bool) -> bool:
        """Tell whether these are not the same page; `drawn`: it keeps what a program drew."""
        most = _WORST_DRAWN_PATCH if drawn else _WORST_PATCH
        grey = self.mean > _MEAN or self.patch > most
        return grey or self.colour_mean > _COLOUR_MEAN or self.colour_patch > _COLOUR_PATCH


def difference(here: Image.Image, there: Image.Image, reduction: int) -> Difference:
    """Compare pictures of the same size (RGB or grey), both made smaller by this factor before."""
    small = [picture.reduce(reduction) for picture in (here, there)]
    grey = _means(*(picture.convert("L") for picture in small))
    if any(picture.mode != "RGB" for picture in small):
        return Difference(*grey)
    planes = zip(*(picture.split() for picture in small), strict=True)
    means, patches = zip(*(_means(*plane) for plane in planes), strict=True)
    return Difference(*grey, max(means), max(patches))


def _means(here: Image.Image, there: Image.Image) -> tuple[float, float]:
    levels = [np.asarray(picture, np.float32) for picture in (here, there)]
    apart = np.abs(levels[0] - levels[1])
    rows, columns = (max(1, edge // _PATCH) * _PATCH for edge in apart.shape)
    missing = (
        max(0, wanted - edge) for wanted, edge in zip((rows, columns), apart.shape, strict=True)
    )
    padded = np.pad(apart, [(0, spare) for spare in missing])
    patches = padded[:rows, :columns].reshape(rows // _PATCH, _PATCH, -1, _PATCH)
    return float(padded.mean()), float(patches.mean((1, 3)).max())
