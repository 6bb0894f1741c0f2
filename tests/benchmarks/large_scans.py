"""Scans of any size, written piece by piece: TIFF and PDF files as big scanners make them."""

from __future__ import annotations

import io
import struct
from functools import cache
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageDraw, ImageFont

A4_300 = (2480, 3508)
A0_600 = (19866, 28087)
_FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}


@cache
def sheet(size: tuple[int, int] = A4_300) -> Image.Image:
    """Give a full page of text in black and white."""
    page = Image.new("L", size, 255)
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(_FONT, size[1] // 70)
    for line in range(50):
        text = f"Zeile {line}: Widerspruch gegen den Bescheid vom 12.03.2026, Aktenzeichen 32.1"
        draw.text((size[0] // 12, size[1] // 20 + line * size[1] // 56), text, fill=0, font=font)
    return page.convert("1")


@cache
def photo(size: tuple[int, int] = A4_300, grain: int = 60) -> Image.Image:
    """Give the page in colour with so much grain that its JPEG becomes large."""
    noise = np.random.default_rng(7).integers(0, grain, (size[1], size[0], 3), dtype=np.uint8)
    paper = np.asarray(sheet(size).convert("RGB"))
    return Image.fromarray(np.where(paper > 128, 255 - noise, noise))


def write_tiff(path: Path, pages: int, colour_every: int = 0) -> Path:
    """Write a TIFF of G4 pages (A4, 300 dpi); every n-th is a JPEG in colour."""
    black = _one_page(sheet(), compression="group4", strip_size=1 << 24)
    colour = _one_page(photo((1240, 1754), 20), compression="jpeg") if colour_every else black
    with path.open("wb") as out:
        out.write(b"II*\0" + bytes(4))
        link = 4
        for number in range(1, pages + 1):
            page = colour if colour_every and number % colour_every == 0 else black
            link = _append(out, page, link)
    return path


def write_plan(path: Path, mode: str) -> Path:
    """Write one page of A0 at 600 dpi: a Group 4 TIFF (mode 1) or a JPEG (L, RGB)."""
    plan = sheet(A0_600)
    if mode == "1":
        plan.save(path, "TIFF", compression="group4", strip_size=1 << 30, dpi=(600, 600))
        return path
    plan.convert(mode).save(path, "JPEG", quality=60, dpi=(600, 600))
    return path


def _one_page(picture: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    dpi = 300 if picture.mode == "1" else 150
    picture.save(buffer, "TIFF", dpi=(dpi, dpi), **options)
    return buffer.getvalue()


def _append(out: BinaryIO, tiff: bytes, link: int) -> int:
    """Copy the page of a little-endian TIFF; give where the link to the next page stands."""
    (start,) = struct.unpack_from("<I", tiff, 4)
    (count,) = struct.unpack_from("<H", tiff, start)
    entries = []
    for index in range(count):
        tag, kind, number, value = struct.unpack_from("<HHI4s", tiff, start + 2 + 12 * index)
        size = _SIZES[kind] * number
        data = value[:size] if size <= 4 else tiff[int.from_bytes(value, "little") :][:size]
        entries.append((tag, kind, number, data))
    facts = {tag: data for tag, _, _, data in entries}
    numbers = {tag: _integers(facts[tag]) for tag in (273, 279)}
    moved = []
    for offset, length in zip(numbers[273], numbers[279], strict=True):
        moved.append(_put(out, tiff[offset : offset + length]))
    rows = []
    places = (273, 4, len(moved), struct.pack(f"<{len(moved)}I", *moved))
    for tag, kind, number, data in sorted([*(one for one in entries if one[0] != 273), places]):
        value = data.ljust(4, b"\0") if len(data) <= 4 else struct.pack("<I", _put(out, data))
        rows.append(struct.pack("<HHI4s", tag, kind, number, value))
    here = _put(out, struct.pack("<H", count) + b"".join(rows) + bytes(4))
    end = out.tell()
    out.seek(link)
    out.write(struct.pack("<I", here))
    out.seek(end)
    return here + 2 + 12 * count


def _integers(data: bytes) -> tuple[int, ...]:
    """Read LONGs, or the SHORTs that Pillow writes where they are enough."""
    return struct.unpack(f"<{len(data) // 4}I", data)


def _put(out: BinaryIO, data: bytes) -> int:
    out.write(b"\0" * (out.tell() % 2))
    place = out.tell()
    out.write(data)
    return place


def jpeg(size: tuple[int, int] = A4_300, quality: int = 75) -> bytes:
    """Give the page in colour as a JPEG (some 2.5 MB)."""
    buffer = io.BytesIO()
    photo(size).save(buffer, "JPEG", quality=quality, dpi=(300, 300))
    return buffer.getvalue()


def write_pdf(path: Path, pages: int, picture: bytes, size: tuple[int, int] = A4_300) -> Path:
    """Write a PDF with one JPEG a page, each an object of its own, and a classic xref table."""
    places: list[int] = []
    with path.open("wb") as out:
        out.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        kids = b" ".join(b"%d 0 R" % (3 + 3 * page) for page in range(pages))
        _object(out, places, b"<</Type/Catalog/Pages 2 0 R>>")
        _object(out, places, b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids))
        for page in range(pages):
            _page(out, places, 3 + 3 * page, picture, size)
        start = out.tell()
        out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
        out.writelines(b"%010d 00000 n \n" % place for place in places)
        trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        out.write(trailer % (len(places) + 1, start))
    return path


def _page(
    out: BinaryIO, places: list[int], number: int, picture: bytes, size: tuple[int, int]
) -> None:
    wide, high = (72 * edge / 300 for edge in size)
    content = b"q %.2f 0 0 %.2f 0 0 cm /Im Do Q" % (wide, high)
    sheet_of = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.2f %.2f]/Contents %d 0 R"
    resources = b"/Resources<</XObject<</Im %d 0 R>>>>>>"
    _object(out, places, (sheet_of + resources) % (wide, high, number + 1, number + 2))
    _object(out, places, b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    head = b"<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8"
    head += b"/ColorSpace/DeviceRGB/Filter/DCTDecode/Length %d>>stream\n"
    _object(out, places, head % (*size, len(picture)) + picture + b"\nendstream")


def _object(out: BinaryIO, places: list[int], body: bytes) -> None:
    places.append(out.tell())
    out.write(b"%d 0 obj\n" % len(places) + body + b"\nendobj\n")
