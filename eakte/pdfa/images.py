"""The pictures of picture files, and pages of them drawn anew."""

from __future__ import annotations

from pathlib import Path

import pikepdf
from PIL import Image

from eakte.domain.mail import SourcePage
from eakte.pictures.coding import flate_image
from eakte.pictures.image import image_of, on_white
from eakte.pictures.jpeg_picture import jpeg_image
from eakte.pictures.refusing import CannotKeepError

__all__ = ["CannotKeepError", "flate_image", "image_of", "jpeg_image", "on_white", "redrawn_image"]


def redrawn_image(pdf: pikepdf.Pdf, source: Path, page: SourcePage) -> pikepdf.Stream:
    """Make an image object that looks like a page on white paper, in sRGB or grey."""
    with Image.open(source) as file:
        file.seek(page.number - 1)
        return flate_image(pdf, on_white(file))
