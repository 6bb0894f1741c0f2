"""Pages of JPEG, PNG and TIFF files as PDF pages: JPEGs byte for byte, others pixel for pixel."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Page
from PIL import Image

from eakte.domain.findings import FindingCode
from eakte.domain.mail import POINTS_PER_INCH
from eakte.pages.pictures import exif_rotation, resolution
from eakte.pages.sniff import refusal

_SPACES = {
    "1": Name.DeviceGray,
    "L": Name.DeviceGray,
    "I;16": Name.DeviceGray,
    "RGB": Name.DeviceRGB,
    "CMYK": Name.DeviceCMYK,
}
_AS_RGB = frozenset({"P", "YCbCr", "LAB", "HSV"})
_BITS = {"1": 1, "I;16": 16}


def picture_pages(pdf: pikepdf.Pdf, source: Path, numbers: list[int]) -> Iterator[Page]:
    """Give pages of `pdf` that show the numbered pages (from 1) of a picture file, one at a time.

    Raises UnusableInputError (`unknown_type`) for pictures that PDF cannot hold without loss.
    """
    with Image.open(source) as file:
        for number in numbers:
            file.seek(number - 1)
            dpi = resolution(file)
            rotation = exif_rotation(file)
            size = file.size
            picture = _jpeg(pdf, file, source) if file.format == "JPEG" else None
            if picture is None:
                file.load()  # Pillow turns a TIFF by its orientation tag only now
                size = file.size
                picture = _pixels(pdf, file.copy())
            yield _page(pdf, picture, size, dpi, rotation)


def _page(
    pdf: pikepdf.Pdf,
    picture: pikepdf.Stream,
    size: tuple[int, int],
    dpi: tuple[float, float],
    rotation: int,
) -> Page:
    wide, high = (edge * POINTS_PER_INCH / each for edge, each in zip(size, dpi, strict=True))
    content = f"q {wide:.4f} 0 0 {high:.4f} 0 0 cm /Scan Do Q".encode()
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, round(wide, 4), round(high, 4)]),
        Resources=Dictionary(XObject=Dictionary(Scan=picture)),
        Contents=pdf.make_stream(content),
        Rotate=rotation,
    )
    return Page(pdf.make_indirect(page))


def _jpeg(pdf: pikepdf.Pdf, file: Image.Image, source: Path) -> pikepdf.Stream | None:
    """Give a JPEG as it is; None for one whose colours PDF would show otherwise (CMYK)."""
    if file.mode not in ("L", "RGB"):
        return None
    stream = _stream(pdf, source.read_bytes(), file.size, file.mode)
    stream.Filter = Name.DCTDecode
    return stream


def _pixels(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Stream:
    """Give every pixel, compressed without loss; what shines through goes into a soft mask."""
    if picture.mode == "P" and "transparency" in picture.info:
        picture = picture.convert("RGBA")
    elif picture.mode in _AS_RGB:
        picture = picture.convert("RGB")
    mask = picture.getchannel("A") if picture.mode in ("LA", "RGBA") else None
    if mask is not None:
        picture = picture.convert(picture.mode.removesuffix("A"))
    if picture.mode not in _SPACES:
        raise refusal(FindingCode.UNKNOWN_TYPE, picture.mode)
    stream = _flate(pdf, picture)
    if mask is not None:
        stream.SMask = pdf.make_indirect(_flate(pdf, mask))
    return stream


def _flate(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Stream:
    data = picture.tobytes()
    if picture.mode == "I;16":
        data = np.asarray(picture, np.uint16).astype(">u2").tobytes()
    stream = _stream(pdf, zlib.compress(data, 6), picture.size, picture.mode)
    stream.Filter = Name.FlateDecode
    return stream


def _stream(pdf: pikepdf.Pdf, data: bytes, size: tuple[int, int], mode: str) -> pikepdf.Stream:
    stream = pikepdf.Stream(pdf, data)
    stream.Type, stream.Subtype = Name.XObject, Name.Image
    stream.Width, stream.Height = size
    stream.ColorSpace = _SPACES[mode]
    stream.BitsPerComponent = _BITS.get(mode, 8)
    return stream
