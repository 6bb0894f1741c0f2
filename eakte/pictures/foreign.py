"""Image objects of PDFs from elsewhere: what PDF/A-2 asks of them besides the coded bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Name

from eakte.pictures.colours import colour_space
from eakte.pictures.refusing import CannotKeepError

_CHANNELS = {1: "L", 3: "RGB", 4: "CMYK"}
_BOX_HEAD, _LONG_HEAD = 8, 16
_METHODS = (1, 2, 3)
_MOST_BITS, _CIE_JAB = 38, 19
_ENUMERATED = 1


def settle_colours(pdf: pikepdf.Pdf, image: pikepdf.Stream) -> None:
    """Say what an image's numbers mean where PDF/A-2 must be told; its coded bytes stay.

    DeviceCMYK, also as the base of a palette, becomes the profile of eakte.pictures.colours; a
    JPEG 2000 that brings its colours along is given the space for its channels. Raises
    CannotKeepError for JPEG 2000 that PDF/A-2 forbids (ISO 19005-2, 6.2.8.3).
    """
    space: Any = image.get(Name.ColorSpace)
    if image.get(Name.Filter) == Name.JPXDecode:
        mode = jpeg_2000_mode(image.read_raw_bytes())
        if space is None:
            image.ColorSpace = colour_space(pdf, mode, None)
    if space == Name.DeviceCMYK:
        image.ColorSpace = colour_space(pdf, "CMYK", None)
    elif isinstance(space, Array) and space[0] == Name.Indexed and space[1] == Name.DeviceCMYK:
        image.ColorSpace = Array([space[0], colour_space(pdf, "CMYK", None), *list(space)[2:]])


def jpeg_2000_mode(data: bytes) -> str:
    """Give the colours (L, RGB, CMYK) of a JPEG 2000 by its header boxes (ITU-T T.800, annex I).

    Raises CannotKeepError for what ISO 19005-2, 6.2.8.3, forbids.
    """
    header = {kind: body for kind, body in _boxes(data) if kind == b"jp2h"}.get(b"jp2h")
    if header is None:
        raise CannotKeepError("JPEG 2000")
    boxes = list(_boxes(header))
    kinds = [kind for kind, _ in boxes]
    colours = [body for kind, body in boxes if kind == b"colr"]
    size = next((body for kind, body in boxes if kind == b"ihdr"), b"").ljust(14, b"\0")
    channels, bits = struct.unpack_from(">HB", size, 8)
    allowed = b"bpcc" not in kinds and (bits & 127) < _MOST_BITS and channels in _CHANNELS
    if not allowed or len(colours) != 1 or not _allowed(colours[0]):
        raise CannotKeepError("JPEG 2000")
    return _CHANNELS[channels]


def _allowed(colour: bytes) -> bool:
    method = colour[0] if colour else 0
    jab = method == _ENUMERATED and colour[3:7] == struct.pack(">I", _CIE_JAB)
    return method in _METHODS and not jab


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + _BOX_HEAD <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        head = _BOX_HEAD
        if length == 1 and at + _LONG_HEAD <= len(data):
            (length,), head = struct.unpack_from(">Q", data, at + _BOX_HEAD), _LONG_HEAD
        end = at + length if length >= head else len(data)
        yield kind, data[at + head : end]
        at = end
