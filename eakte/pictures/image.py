"""A page of a picture file as a PDF image object, coded bytes kept where PDF/A-2 knows the coding.

The rules by type of picture are in jpeg_picture, png_picture and tiff_picture. A picture that is
to be turned keeps its bytes, and the page is turned (/Rotate); one that is mirrored is shown so.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image, ImageCms

from eakte.domain.mail import MediaType
from eakte.pictures.coding import laid_out
from eakte.pictures.jpeg_picture import jpeg_image
from eakte.pictures.laid_down import laid_down, orientation_of, stored_size
from eakte.pictures.large import Drawn, is_large
from eakte.pictures.png_picture import png_image
from eakte.pictures.tiff_picture import tiff_image

Image.MAX_IMAGE_PIXELS = None  # eakte.pages.inspect refuses pictures that are too large

_TYPES = {"JPEG": MediaType.JPEG, "PNG": MediaType.PNG, "TIFF": MediaType.TIFF}
_LARGEST_DRAWN = 4000
_OPAQUE = ("1", "L", "RGB")
_MIRRORED = (-1.0, 0.0, 0.0, 1.0, 1.0, 0.0)


def image_of(pdf: pikepdf.Pdf, source: Path, media_type: MediaType, number: int) -> pikepdf.Stream:
    """Make the image object of page `number`; raises CannotKeepError if its look would change."""
    with Image.open(source) as file:
        file.seek(number - 1)
        mirrored = orientation_of(file).mirrored
        if media_type is MediaType.JPEG:
            image = jpeg_image(pdf, source.read_bytes(), file)
        elif media_type is MediaType.PNG:
            image = png_image(pdf, source.read_bytes(), file)
        else:
            image = tiff_image(pdf, source, file)
    return laid_out(pdf, [(image, _MIRRORED)]) if mirrored else image


def on_white(picture: Image.Image) -> Image.Image:
    """Give a picture as its page lays it down, in grey or RGB; transparent parts are white.

    What is bitonal and too large to be held is drawn smaller.
    """
    if picture.mode == "1" and is_large(picture.size) and picture.format in _TYPES:
        return drawn_small(picture, _LARGEST_DRAWN)
    picture = laid_down(picture)
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    if picture.mode == "LAB":
        return _srgb_of_lab(picture)
    if picture.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    return picture if picture.mode in _OPAQUE else picture.convert("RGB")


def drawn_small(file: Image.Image, edge: float) -> Image.Image:
    """Draw a page of an opened file, as its page lays it down, in grey, its longer edge `edge`."""
    media_type, number = _TYPES[str(file.format)], file.tell() + 1
    source = Path(file.filename)  # type: ignore[attr-defined]
    size = stored_size(file)
    with pikepdf.new() as pdf:
        image = image_of(pdf, source, media_type, number)
        with Drawn(pdf, image, size) as drawn:
            scale = edge / max(size)
            return drawn.small((round(size[0] * scale), round(size[1] * scale)))


def _srgb_of_lab(picture: Image.Image) -> Image.Image:
    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    shown = ImageCms.profileToProfile(picture, lab, srgb, outputMode="RGB")
    assert shown is not None  # noqa: S101 - not in place
    return shown
