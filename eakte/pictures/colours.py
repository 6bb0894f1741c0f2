"""What the numbers of a picture mean: its ICC profile where PDF/A-2 allows it, else a stated one.

Grey and RGB without a usable profile are taken as sRGB, the output intent. CMYK without one gets a
profile made here, by which each ink takes away its complement and nothing else: so DeviceCMYK is
shown by most viewers. Either is a finding of eakte.pages (`no_colour_profile`).
"""

from __future__ import annotations

import struct
from functools import cache

import numpy as np
import pikepdf
from pikepdf import Array, Name

_SPACES = {"1": Name.DeviceGray, "L": Name.DeviceGray, "RGB": Name.DeviceRGB}
_ICC_SPACES = {"L": b"GRAY", "RGB": b"RGB ", "LAB": b"Lab ", "CMYK": b"CMYK"}
_COMPONENTS = {"L": 1, "RGB": 3, "CMYK": 4}
_ICC_CLASSES = (b"scnr", b"mntr", b"prtr", b"spac")
_ICC_HEADER, _ICC_NEWEST = 128, 4
_ICC_TAG = struct.Struct(">4sII")
_MOST_TAGS = 200
_NODES = 5
"""Steps of each ink in our own profile; between them is interpolated."""
_TO_XYZ = (
    (0.4360747, 0.3850649, 0.1430804),
    (0.2225045, 0.7168786, 0.0606169),
    (0.0139322, 0.0971045, 0.7141733),
)
"""Linear sRGB to XYZ of the D50 white that ICC profiles use."""
_WHITE = (0.9642, 1.0, 0.8249)


def colour_space(pdf: pikepdf.Pdf, mode: str, profile: object) -> pikepdf.Object:
    """Give the colour space of a picture: `mode` as Pillow names it (1, L, RGB, CMYK)."""
    if isinstance(profile, bytes) and usable_profile(profile, mode):
        return _icc_based(pdf, profile, mode)
    return _icc_based(pdf, plain_cmyk(), mode) if mode == "CMYK" else _SPACES[mode]


def usable_profile(profile: bytes, mode: str) -> bool:
    """Tell whether PDF/A-2 allows a profile for pictures of that mode (ISO 19005-2, 6.2.4.2)."""
    return (
        len(profile) > _ICC_HEADER
        and profile[8] <= _ICC_NEWEST
        and profile[12:16] in _ICC_CLASSES
        and profile[16:20] == _ICC_SPACES.get(mode)
        and _is_whole(profile)
    )


def _is_whole(profile: bytes) -> bool:
    """Tell whether the file and all of its tags are there (ICC.1:2001-04, 6.1 and 6.2)."""
    (size,) = struct.unpack_from(">I", profile)
    (count,) = struct.unpack_from(">I", profile.ljust(_ICC_HEADER + 4, b"\0"), _ICC_HEADER)
    start = _ICC_HEADER + 4
    end = start + count * _ICC_TAG.size
    if profile[36:40] != b"acsp" or not 0 < count <= _MOST_TAGS or not end <= size <= len(profile):
        return False
    tags = _ICC_TAG.iter_unpack(profile[start:end])
    return all(start <= at <= size and at + length <= size for _, at, length in tags)


def _icc_based(pdf: pikepdf.Pdf, profile: bytes, mode: str) -> pikepdf.Object:
    stream = pikepdf.Stream(pdf, profile, N=_COMPONENTS[mode])
    return Array([Name.ICCBased, pdf.make_indirect(stream)])


@cache
def plain_cmyk() -> bytes:
    """Give an ICC profile (version 2, scanner class, lut8) from CMYK as complements to Lab."""
    tags = {
        b"desc": _description(b"CMYK as complements of sRGB"),
        b"cprt": b"text\0\0\0\0No copyright\0",
        b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65536 * one) for one in _WHITE)),
        b"A2B0": _table(),
    }
    at = _ICC_HEADER + 4 + 12 * len(tags)
    directory, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        directory += struct.pack(">4sII", name, at + len(body), len(data))
        body += data.ljust(-(-len(data) // 4) * 4, b"\0")
    head = struct.pack(
        ">I4s4s4s4s4s6H4s28x3i48x",
        *(at + len(body), b"\0\0\0\0", b"\2\x10\0\0", b"scnr", b"CMYK", b"Lab "),
        *(2026, 1, 1, 0, 0, 0, b"acsp"),
        *(round(65536 * one) for one in _WHITE),
    )
    return head + directory + body


def _description(text: bytes) -> bytes:
    return b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text + bytes(1 + 8 + 3 + 67)


def _table() -> bytes:
    """Give the lut8 of all inks at all nodes (ICC.1:2001-04, 6.5.8), K changing fastest."""
    inks = np.indices((_NODES,) * 4).reshape(4, -1) / (_NODES - 1)
    rgb = (1 - inks[:3]) * (1 - inks[3])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - sRGB
    share = np.array(_TO_XYZ) @ linear / np.array(_WHITE)[:, None]
    root = np.where(share > 216 / 24389, np.cbrt(share), (24389 / 27 * share + 16) / 116)
    lightness = (116 * root[1] - 16) * 2.55
    lab = np.array([lightness, 500 * (root[0] - root[1]) + 128, 200 * (root[1] - root[2]) + 128])
    nodes = lab.T.round().clip(0, 255).astype(np.uint8).tobytes()
    identity = struct.pack(">9i", *(65536 * (one % 4 == 0) for one in range(9)))
    straight = bytes(range(256))
    head = struct.pack(">4s4xBBBx", b"mft1", 4, 3, _NODES) + identity
    return head + straight * 4 + nodes + straight * 3
