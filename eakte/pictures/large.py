"""Pictures of which memory cannot hold every pixel: plans of A0 at 600 dpi.

A JPEG is decoded small (libjpeg), bitonal pictures are drawn small by PDFium, which holds a bit a
pixel, where Pillow holds a byte.
"""

from __future__ import annotations

import io
from typing import Self

import numpy as np
import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary
from PIL import Image

LARGE = 100_000_000
"""Pixels; an A3 sheet at 600 dpi has 70 million."""


def is_large(size: tuple[int, int]) -> bool:
    """Tell whether a picture is not to be held as pixels."""
    return size[0] * size[1] > LARGE


class Drawn:
    """An image object (or form) that PDFium draws in any size, or row by row."""

    def __init__(self, pdf: pikepdf.Pdf, image: pikepdf.Stream, size: tuple[int, int]) -> None:
        """Wrap `image`, which belongs to `pdf`; that is saved into memory as coded."""
        self._size = size
        page = pdf.add_blank_page().obj
        page.MediaBox = Array([0, 0, *size])
        page.Resources = Dictionary(XObject=Dictionary(Im=pdf.make_indirect(image)))
        page.Contents = pdf.make_stream(b"%d 0 0 %d 0 0 cm /Im Do" % size)
        buffer = io.BytesIO()
        pdf.save(buffer)
        self._document = pypdfium2.PdfDocument(buffer.getvalue())
        self._page = self._document[0]

    def small(self, size: tuple[int, int]) -> Image.Image:
        """Give it in grey, about as large as `size`."""
        scale = max(wanted / own for wanted, own in zip(size, self._size, strict=True))
        picture: Image.Image = self._page.render(scale=scale, grayscale=True).to_pil()
        return picture.convert("L")

    def rows(self, top: int, low: int) -> np.ndarray:
        """Give rows of a bitonal picture; True is white."""
        crop = (0, self._size[1] - low, 0, top)
        drawn = self._page.render(scale=1, crop=crop, grayscale=True).to_numpy()
        white: np.ndarray = drawn.reshape(low - top, -1)[:, : self._size[0]] > 127  # noqa: PLR2004 - half
        return white

    def __enter__(self) -> Self:
        """Give it, ready to be drawn."""
        return self

    def __exit__(self, *_problem: object) -> None:
        """Close it."""
        self._page.close()
        self._document.close()


def small_jpeg(data: bytes, size: tuple[int, int]) -> Image.Image:
    """Decode a JPEG in grey, at least as large as `size` and at most twice."""
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as file:
        file.draft("L", size)
        return file.convert("L")
