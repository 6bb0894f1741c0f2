"""A JPEG as an image object, byte for byte."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image

from eakte.pictures.coding import flate_image, image_object
from eakte.pictures.colours import colour_space

_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_KNOWN_FRAMES = (0xC0, 0xC1, 0xC2)
"""Baseline, extended and progressive with Huffman coding: what DCTDecode is (ISO 32000-1 7.4.8)."""
_JFIF, _ADOBE, _SCAN = 0xE0, 0xEE, 0xDA
_NAMED_RGB = b"RGB"


def jpeg_image(
    pdf: pikepdf.Pdf, data: bytes, file: Image.Image, profile: object = None
) -> pikepdf.Stream:
    """Wrap a JPEG as it is; its ICC profile (or `profile`) says what its numbers mean.

    Adobe's programs write CMYK the other way round. A JPEG of another coding (arithmetic) is
    decoded, and its pixels are kept without loss; so is one that readers show in two ways.
    """
    profile = file.info.get("icc_profile") or profile
    markers = dict(jpeg_segments(data))
    frame = next((marker for marker in markers if marker in _FRAMES), 0)
    if frame not in _KNOWN_FRAMES or _ambiguous(markers, three=file.mode == "RGB"):
        return flate_image(pdf, file, profile)
    image = image_object(pdf, data, file.size, 8, colour_space(pdf, file.mode, profile))
    image.Filter = Name.DCTDecode
    if file.mode == "CMYK" and "adobe" in file.info:
        image.Decode = Array([1, 0] * 4)
    if markers[frame][6::3] == _NAMED_RGB and not markers.keys() & {_JFIF, _ADOBE}:
        image.DecodeParms = Dictionary(ColorTransform=0)
    return image


def _ambiguous(markers: dict[int, bytes], *, three: bool) -> bool:
    """Tell whether JFIF says YCbCr and Adobe RGB: readers follow the one or the other."""
    adobe = markers.get(_ADOBE, b"")
    return three and _JFIF in markers and adobe[:5] == b"Adobe" and adobe[11:12] == b"\0"


def jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Give marker and contents of each segment up to the first scan (ITU-T T.81, B.1.1)."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:  # noqa: PLR2004 - a marker
        marker = data[at + 1]
        if marker == 0xFF:  # noqa: PLR2004 - a fill byte
            at += 1
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        yield marker, data[at + 4 : at + 2 + length]
        at += 2 + max(2, length)
        if marker == _SCAN:
            return
