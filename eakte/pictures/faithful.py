"""Does a PDF reader see in an image object the pixels that the scan has?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pikepdf
from pikepdf import Dictionary
from PIL import Image

from eakte.pictures.large import Drawn, is_large

_KEPT = ("/Type", "/Subtype", "/Width", "/Height", "/BitsPerComponent", "/ColorSpace", "/Filter")


def shows(image: pikepdf.Stream, picture: Callable[[], Image.Image]) -> bool:
    """Tell whether PDFium draws exactly a bitonal picture; a large one is taken on trust."""
    size = int(image.Width), int(image.Height)
    if is_large(size):
        return True
    with pikepdf.new() as pdf:
        twin = pikepdf.Stream(pdf, image.read_raw_bytes())
        for key in _KEPT:
            twin[key] = image[key]
        twin.DecodeParms = Dictionary({**image.DecodeParms})
        with Drawn(pdf, twin, size) as drawn:
            return bool(np.array_equal(drawn.rows(0, size[1]), np.asarray(picture())))
