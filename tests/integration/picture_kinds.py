"""One small picture in every coding of JPEG, TIFF and PNG that PDF/A-2 may or may not know."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageCms, ImageDraw

SIZE = (480, 352)
_TYPES = {"B": 1, "s": 2, "H": 3, "I": 4, "Q": 5}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 12: 8}
REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


@cache
def colour() -> Image.Image:
    """A picture that looks different if turned, mirrored, inverted or with colours swapped."""
    page = Image.new("RGB", SIZE, (250, 246, 235))
    draw = ImageDraw.Draw(page)
    draw.rectangle((32, 32, 240, 80), fill=(200, 30, 20))
    draw.rectangle((32, 112, 80, 320), fill=(20, 60, 160))
    draw.ellipse((280, 160, 440, 320), fill=(30, 120, 50))
    for row in range(40, 160, 24):
        draw.line((280, row, 448, row + 8), fill=(0, 0, 0), width=8)
    return page


def grey() -> Image.Image:
    return colour().convert("L")


def bitonal() -> Image.Image:
    return grey().point(lambda level: 255 * (level > 140)).convert("1")


def deep() -> np.ndarray:
    """The same in RGB with 16 bits a sample, the lower byte not that of 8 bits."""
    return (
        np.asarray(colour(), np.uint16) * 256 + np.arange(SIZE[0], dtype=np.uint16)[:, None]
    ) - 7


def seen_through() -> Image.Image:
    """The picture with a ramp of transparency."""
    page = colour().convert("RGBA")
    page.putalpha(Image.linear_gradient("L").resize(SIZE))
    return page


@cache
def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **{"dpi": (150, 150), **options})
    return buffer.getvalue()


@dataclass(frozen=True)
class TiffPage:
    """A directory: tags to (struct letter, values), its strips or tiles, perhaps a whole JPEG."""

    tags: dict[int, tuple[str, tuple[int, ...]]]
    pieces: list[bytes]
    tiled: bool = False
    whole: bytes = b""
    tables: bytes = b""
    profile: bytes = b""
    extra: dict[str, bytes] = field(default_factory=dict)

    def told(self, tag: int, *values: int, letter: str = "H") -> TiffPage:
        return replace(self, tags={**self.tags, tag: (letter, values)})

    def without(self, *tags: int) -> TiffPage:
        return replace(
            self, tags={tag: value for tag, value in self.tags.items() if tag not in tags}
        )


def raw_page(
    size: tuple[int, int], bits: tuple[int, ...], photometric: int, pieces: list[bytes], **more: int
) -> TiffPage:
    """A directory for pieces of any coding; `more`: compression, rows, planes …"""
    tags = {
        256: ("I", (size[0],)),
        257: ("I", (size[1],)),
        258: ("H", bits),
        259: ("H", (more.get("compression", 1),)),
        262: ("H", (photometric,)),
        277: ("H", (len(bits),)),
        278: ("I", (more.get("rows", size[1]),)),
        282: ("Q", (150, 1)),
        283: ("Q", (150, 1)),
        284: ("H", (more.get("planes", 1),)),
        296: ("H", (2,)),
    }
    return TiffPage(tags, pieces)


def taken_apart(tiff: bytes) -> TiffPage:
    """Give the one page of a little-endian TIFF as Pillow writes it."""
    (start,) = struct.unpack_from("<I", tiff, 4)
    (count,) = struct.unpack_from("<H", tiff, start)
    tags, pieces, tables, profile = dict[int, tuple[str, tuple[int, ...]]](), [], b"", b""
    for index in range(count):
        tag, kind, number, value = struct.unpack_from("<HHI4s", tiff, start + 2 + 12 * index)
        size = _SIZES[kind] * number
        data = value[:size] if size <= 4 else tiff[int.from_bytes(value, "little") :][:size]
        if tag == 347:
            tables = data
        elif tag == 34675:
            profile = data
        elif kind in (3, 4, 5):
            letter = {3: "H", 4: "I", 5: "Q"}[kind]
            values = struct.unpack(
                f"<{number * (2 if kind == 5 else 1)}{'H' if kind == 3 else 'I'}", data
            )
            tags[tag] = letter, values
    for offset, length in zip(tags.pop(273)[1], tags.pop(279)[1], strict=True):
        pieces.append(tiff[offset : offset + length])
    return TiffPage(tags, pieces, tables=tables, profile=profile)


def by_pillow(picture: Image.Image, compression: str, rows: int = 0, **options: object) -> TiffPage:
    """A page coded by libtiff; `rows` a strip (0: one strip)."""
    row = (picture.width * len(picture.getbands()) * (1 if picture.mode == "1" else 8) + 7) // 8
    strip = row * rows if rows else 1 << 24
    data = encoded(picture, "TIFF", compression=compression, strip_size=strip, **options)
    return taken_apart(data)


def write_tiff(pages: list[TiffPage], order: str = "<") -> bytes:
    """Write pages as one TIFF in either byte order."""
    out = bytearray(struct.pack(f"{order}2sHI", b"II" if order == "<" else b"MM", 42, 0))
    link = 4
    for page in pages:
        tags = dict(page.tags)
        places = [_put(out, piece) for piece in page.pieces]
        if places:
            tags[324 if page.tiled else 273] = "I", tuple(places)
            tags[325 if page.tiled else 279] = "I", tuple(len(one) for one in page.pieces)
        if page.whole:
            tags[513] = "I", (_put(out, page.whole),)
            tags[514] = "I", (len(page.whole),)
        blobs = {347: page.tables, 34675: page.profile}
        rows = []
        for tag, (letter, values) in tags.items():
            code = "I" if letter == "Q" else letter
            data = struct.pack(f"{order}{len(values)}{code}", *values)
            rows.append((tag, _TYPES[letter], len(values) // (2 if letter == "Q" else 1), data))
        rows += [(tag, 7, len(blob), blob) for tag, blob in blobs.items() if blob]
        directory = struct.pack(f"{order}H", len(rows))
        for tag, kind, count, data in sorted(rows):
            value = (
                data.ljust(4, b"\0")
                if len(data) <= 4
                else struct.pack(f"{order}I", _put(out, data))
            )
            directory += struct.pack(f"{order}HHI", tag, kind, count) + value
        here = _put(out, directory + bytes(4))
        out[link : link + 4] = struct.pack(f"{order}I", here)
        link = here + len(directory)
    return bytes(out)


def _put(out: bytearray, data: bytes) -> int:
    out += b"\0" * (len(out) % 2)
    place = len(out)
    out += data
    return place


def a85(data: bytes) -> bytes:
    return base64.a85encode(data) + b"~>"


def pdf_of(pictures: list[tuple[bytes, dict[str, object]]]) -> bytes:
    """A PDF with a page for each picture: coded bytes, and what differs from RGB of 8 bit."""
    pdf = pikepdf.new()
    for data, told in pictures:
        image = pikepdf.Stream(pdf, data)
        image.Type, image.Subtype = Name.XObject, Name.Image
        image.Width, image.Height = SIZE
        plain = {} if told.get("Filter") == "/JPXDecode" else {"ColorSpace": "/DeviceRGB"}
        for key, value in {**plain, "BitsPerComponent": 8, **told}.items():
            image[f"/{key}"] = _pdf_object(pdf, value)
        page = pdf.add_blank_page(page_size=(240, 176)).obj
        page.Resources = Dictionary(XObject=Dictionary(Im=image))
        page.Contents = pdf.make_stream(b"240 0 0 176 0 0 cm /Im Do")
    buffer = io.BytesIO()
    level = pikepdf.StreamDecodeLevel.none
    pdf.save(buffer, compress_streams=False, stream_decode_level=level)
    return buffer.getvalue()


def _pdf_object(pdf: pikepdf.Pdf, value: object) -> object:
    """Names are written `/Name`, a profile is bytes, a mask a picture."""
    if isinstance(value, str):
        return Name(value)
    if isinstance(value, list):
        return Array([_pdf_object(pdf, one) for one in value])
    if isinstance(value, bytes):
        return Array([Name.ICCBased, pdf.make_indirect(pikepdf.Stream(pdf, value, N=3))])
    if isinstance(value, Image.Image):
        mask = pikepdf.Stream(pdf, value.tobytes())
        mask.Type, mask.Subtype, mask.ColorSpace = Name.XObject, Name.Image, Name.DeviceGray
        mask.Width, mask.Height, mask.BitsPerComponent = *value.size, 8
        return pdf.make_indirect(mask)
    return value


def write_png(
    bits: int, kind: int, rows: list[bytes], chunks: dict[bytes, bytes], *, interlaced: bool = False
) -> bytes:
    """Write a PNG of packed rows (with their filter bytes); `chunks` stand before the pixels."""
    header = struct.pack(">IIBBBBB", *SIZE, bits, kind, 0, 0, int(interlaced))
    body = {b"IHDR": header, **chunks, b"IDAT": zlib.compress(b"".join(rows)), b"IEND": b""}
    parts = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in body.items()
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def png_rows(pixels: np.ndarray) -> list[bytes]:
    """Give rows of bytes with the filter byte for "none"."""
    return [b"\0" + row.tobytes() for row in pixels.reshape(pixels.shape[0], -1)]


def packed(pixels: np.ndarray, bits: int) -> np.ndarray:
    """Pack samples of 1, 2 or 4 bits into bytes, row by row."""
    per_byte = 8 // bits
    spare = -pixels.shape[1] % per_byte
    wide = np.pad(pixels, ((0, 0), (0, spare))).reshape(pixels.shape[0], -1, per_byte)
    shifts = np.arange(per_byte - 1, -1, -1) * bits
    result: np.ndarray = (wide << shifts).sum(2).astype(np.uint8)
    return result


def adam7(pixels: np.ndarray) -> list[bytes]:
    """Give the rows of the seven passes of an interlaced PNG."""
    passes = (
        (0, 0, 8, 8),
        (0, 4, 8, 8),
        (4, 0, 8, 4),
        (0, 2, 4, 4),
        (2, 0, 4, 2),
        (0, 1, 2, 2),
        (1, 0, 2, 1),
    )
    return [
        row
        for top, left, down, across in passes
        for row in png_rows(pixels[top::down, left::across])
    ]
