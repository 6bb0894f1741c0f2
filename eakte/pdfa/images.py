"""Pages of picture files drawn anew."""

from __future__ import annotations

from pathlib import Path

import pikepdf
from PIL import Image

from eakte.domain.mail import SourcePage
from eakte.pictures.coding import flate_image
from eakte.pictures.image import on_white


def redrawn_image(pdf: pikepdf.Pdf, source: Path, page: SourcePage) -> pikepdf.Stream:
    """Make an image object that looks like a page on white paper, in sRGB or grey."""
    with Image.open(source) as file:
        file.seek(page.number - 1)
        return flate_image(pdf, on_white(file))
