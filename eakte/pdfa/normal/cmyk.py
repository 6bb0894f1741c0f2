"""An ICC profile for CMYK that came without one: the colours that PDFium shows for it.

PDFium follows Adobe's usual conversion. Its answer to a grid of CMYK colours is measured once and
written as an input profile with one table (ICC.1:2001-04 6.3.1.2, 6.5.5), from CMYK to Lab.
"""

from __future__ import annotations

import io
import struct
from functools import cache
from itertools import product

import numpy as np
import pikepdf
import pypdfium2
from pikepdf import Name

_GRID = 9
_ROW = _GRID**2
_SRGB_TO_D50 = np.array(
    [
        [0.4360747, 0.3850649, 0.1430804],
        [0.2225045, 0.7168786, 0.0606169],
        [0.0139322, 0.0971045, 0.7141733],
    ]
)
"""Linear sRGB to XYZ under D50 (Bradford)."""
_WHITE = np.array([0.9642, 1.0, 0.8249])
_HEADER_SIZE, _TAG_SIZE = 128, 12


@cache
def cmyk_profile() -> bytes:
    """Give the profile; the same PDFium gives the same bytes."""
    tags = {
        b"desc": _description("CMYK as shown by PDFium"),
        b"cprt": b"text\0\0\0\0No copyright, use freely\0",
        b"wtpt": b"XYZ \0\0\0\0" + b"".join(_fixed(value) for value in _WHITE),
        b"A2B0": _table(_lab(_shown())),
    }
    start = _HEADER_SIZE + 4 + _TAG_SIZE * len(tags)
    index, body = [struct.pack(">I", len(tags))], b""
    for signature, data in tags.items():
        index.append(signature + struct.pack(">II", start + len(body), len(data)))
        body += data + b"\0" * (-len(data) % 4)
    content = b"".join(index) + body
    return _header(_HEADER_SIZE + len(content)) + content


def _shown() -> np.ndarray:
    """Let PDFium show the grid: (9⁴, 3) values from 0 to 255, the last ink changing fastest."""
    steps = [step / (_GRID - 1) for step in range(_GRID)]
    inks = product(steps, repeat=4)
    content = "\n".join(
        f"{c} {m} {y} {k} k {place % _ROW} {_ROW - 1 - place // _ROW} 1 1 re f"
        for place, (c, m, y, k) in enumerate(inks)
    )
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(_ROW, _ROW))
        page.obj.Contents = pdf.make_stream(content.encode("ascii"))
        buffer = io.BytesIO()
        pdf.save(buffer)
    with pypdfium2.PdfDocument(buffer.getvalue()) as document:
        picture = document[0].render(scale=1, rev_byteorder=True).to_pil().convert("RGB")
    return np.asarray(picture, dtype=np.float64).reshape(-1, 3)


def _lab(shown: np.ndarray) -> np.ndarray:
    """Turn sRGB into Lab under D50, in the 8-bit coding of ICC version 2."""
    share = shown / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - IEC 61966-2-1
    ratio = linear @ _SRGB_TO_D50.T / _WHITE
    root = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    light = 116 * root[:, 1] - 16
    red = 500 * (root[:, 0] - root[:, 1])
    yellow = 200 * (root[:, 1] - root[:, 2])
    coded = np.stack([light * 255 / 100, red + 128, yellow + 128], axis=1)
    table: np.ndarray = np.clip(np.rint(coded), 0, 255).astype(np.uint8)
    return table


def _table(grid: np.ndarray) -> bytes:
    """Write a lut8Type: straight curves before and behind the grid."""
    one = [_fixed(1.0), _fixed(0.0), _fixed(0.0), _fixed(0.0)]
    matrix = b"".join((one * 3)[:9])
    straight = bytes(range(256))
    head = struct.pack(">4s4x4B", b"mft1", 4, 3, _GRID, 0)
    return head + matrix + straight * 4 + grid.tobytes() + straight * 3


def _description(text: str) -> bytes:
    raw = text.encode("ascii") + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(raw)) + raw + b"\0" * (8 + 3 + 67)


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _header(size: int) -> bytes:
    head = struct.pack(">I4xI4s4s4s", size, 0x02100000, b"scnr", b"CMYK", b"Lab ")
    born = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    light = b"".join(_fixed(value) for value in _WHITE)
    rest = born + b"acsp" + bytes(28) + light
    return (head + rest).ljust(_HEADER_SIZE, b"\0")


def profile_stream(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """Give the profile as an object of a PDF."""
    stream = pdf.make_stream(cmyk_profile(), N=4)
    stream.Alternate = Name.DeviceCMYK
    return pdf.make_indirect(stream)
