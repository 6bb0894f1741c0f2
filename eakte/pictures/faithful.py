"""Does a PDF reader see in an image object the pixels that the scan has?"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pikepdf
import pypdfium2
from pikepdf import Dictionary
from PIL import Image

_LARGEST = 100_000_000
"""Pixels: so many are held in memory; what is larger is trusted, and compared drawn small."""


def shows(image: pikepdf.Stream, picture: Callable[[], Image.Image]) -> bool:
    """Tell whether PDFium draws exactly a bitonal picture; the image object stays unused."""
    wide, high = int(image.Width), int(image.Height)
    if wide * high > _LARGEST:
        return True
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(wide, high)).obj
        twin = pikepdf.Stream(pdf, image.read_raw_bytes())
        for key in ("/Type", "/Subtype", "/Width", "/Height", "/BitsPerComponent", "/ColorSpace"):
            twin[key] = image[key]
        twin.Filter, twin.DecodeParms = image.Filter, Dictionary({**image.DecodeParms})
        page.Resources = Dictionary(XObject=Dictionary(Im=pdf.make_indirect(twin)))
        page.Contents = pdf.make_stream(b"%d 0 0 %d 0 0 cm /Im Do" % (wide, high))
        buffer = io.BytesIO()
        pdf.save(buffer)
    with pypdfium2.PdfDocument(buffer.getvalue()) as document:
        drawn = document[0].render(scale=1, grayscale=True).to_numpy().squeeze() > 127  # noqa: PLR2004 - half
    return bool(np.array_equal(drawn, np.asarray(picture())))
