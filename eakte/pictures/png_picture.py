"""A PNG as an image object: its compressed pixels as they are, unless interlaced or with alpha."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Name
from PIL import Image

from eakte.pictures.coding import flate_image, image_object, masked, predicted
from eakte.pictures.colours import colour_space
from eakte.pictures.refusing import CannotKeepError

_GREY, _RGB, _PALETTE = 0, 2, 3
_COLOURS = {_GREY: 1, _RGB: 3, _PALETTE: 1}
"""PNG colour types without alpha: samples per pixel."""
_DEEP = 16


@dataclass(frozen=True)
class _Png:
    width: int
    height: int
    bits: int
    colour: int
    interlaced: bool
    chunks: dict[bytes, bytes]
    """Contents by kind; chunks of one kind are joined (the pixels: IDAT)."""


def png_image(pdf: pikepdf.Pdf, data: bytes, file: Image.Image) -> pikepdf.Stream:
    """Keep a PNG's compressed pixels bit for bit, what shines through as a mask.

    Interlaced pictures and those with an alpha channel are compressed anew without loss; what has
    16 bits a colour then cannot be kept. Chunks for gamma and primaries are not followed.
    """
    png = _read(data)
    profile = file.info.get("icc_profile")
    if png.interlaced or png.colour not in _COLOURS:
        if png.bits == _DEEP and (png.colour != _GREY or b"tRNS" in png.chunks):
            raise CannotKeepError(file.mode)
        return flate_image(pdf, _plain(file), profile)
    components = _COLOURS[png.colour]
    space = colour_space(pdf, "RGB" if png.colour != _GREY else "L", profile)
    if png.colour == _PALETTE:
        palette = png.chunks[b"PLTE"]
        space = Array([Name.Indexed, space, len(palette) // 3 - 1, pikepdf.String(palette)])
    packed = png.chunks[b"IDAT"]
    image = image_object(pdf, packed, (png.width, png.height), png.bits, space)
    return _see_through(pdf, predicted(image, components), png, file)


def _see_through(
    pdf: pikepdf.Pdf, image: pikepdf.Stream, png: _Png, file: Image.Image
) -> pikepdf.Stream:
    """Name the colour that shines through, or give the palette's alpha as a soft mask."""
    told = png.chunks.get(b"tRNS")
    if told is None:
        return image
    if png.colour == _PALETTE:
        return masked(pdf, image, file.convert("RGBA").getchannel("A"))
    values = struct.unpack(f">{len(told) // 2}H", told)
    image.Mask = Array([value for value in values for _end in range(2)])
    return image


def _plain(file: Image.Image) -> Image.Image:
    """Give the pixels in a mode that flate_image knows."""
    return file.convert("RGBA") if file.has_transparency_data and file.mode != "LA" else file


def _read(data: bytes) -> _Png:
    chunks, at = dict[bytes, list[bytes]](), 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        chunks.setdefault(data[at + 4 : at + 8], []).append(data[at + 8 : at + 8 + length])
        at += 12 + length
    joined = {kind: b"".join(parts) for kind, parts in chunks.items()}
    width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", joined[b"IHDR"])
    return _Png(width, height, bits, colour, bool(interlaced), joined)
