"""Picture files as PDF image objects, coded bytes kept wherever PDF knows the coding."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image

from eakte.domain.mail import MediaType, SourcePage
from eakte.pdfa.tiff_jpeg import joined_jpeg

Image.MAX_IMAGE_PIXELS = None  # eakte.pages.inspect has refused pictures that are too large

_COMPRESSION, _PHOTOMETRIC, _FILL_ORDER, _ORIENTATION = 259, 262, 266, 274
_OFFSETS, _COUNTS, _FAX_OPTIONS = 273, 279, 293
_GROUP_4, _JPEG = 4, 7
_ZLIB_LEVEL = 6
_SPACES = {"1": Name.DeviceGray, "L": Name.DeviceGray, "RGB": Name.DeviceRGB}
_PNG_COLOURS = {0: 1, 2: 3, 3: 1}
"""PNG colour types without alpha: samples per pixel."""
_ICC_SPACES = {"L": b"GRAY", "RGB": b"RGB ", "CMYK": b"CMYK"}
_ICC_CLASSES = (b"scnr", b"mntr", b"prtr", b"spac")
_ICC_NEWEST = 4


class CannotKeepError(Exception):
    """The picture cannot be kept as it is in PDF/A; it has to be drawn anew."""


def image_of(pdf: pikepdf.Pdf, source: Path, media_type: MediaType, number: int) -> pikepdf.Stream:
    """Make the image object of page `number`; raises CannotKeepError if its look would change."""
    with Image.open(source) as file:
        file.seek(number - 1)
        if media_type is MediaType.JPEG:
            return jpeg_image(pdf, source.read_bytes(), file)
        if media_type is MediaType.PNG:
            return _png_image(pdf, source.read_bytes(), file)
        return _tiff_image(pdf, source, file)


def redrawn_image(pdf: pikepdf.Pdf, source: Path, page: SourcePage) -> pikepdf.Stream:
    """Make an image object that looks like a page on white paper, in sRGB or grey."""
    with Image.open(source) as file:
        file.seek(page.number - 1)
        return flate_image(pdf, on_white(file))


def on_white(picture: Image.Image) -> Image.Image:
    """Give the picture in grey or RGB, what is transparent shown on white."""
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return picture if picture.mode in _SPACES else picture.convert("RGB")


def jpeg_image(pdf: pikepdf.Pdf, data: bytes, file: Image.Image) -> pikepdf.Stream:
    """Wrap a JPEG as it is; its own ICC profile says what its numbers mean, else sRGB."""
    image = _image(pdf, data, file.size, 8, _space(pdf, file))
    image.Filter = Name.DCTDecode
    if file.mode == "CMYK" and "adobe" in file.info:
        image.Decode = Array([1, 0] * 4)
    return image


def flate_image(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Stream:
    """Code the pixels of a grey, RGB or bitonal picture without loss."""
    if picture.mode == "1":
        return _group_4(pdf, picture)
    pixels = np.asarray(picture)
    bits = 16 if pixels.dtype.itemsize == 2 else 8  # noqa: PLR2004 - bytes
    components = 1 if pixels.ndim == 2 else pixels.shape[2]  # noqa: PLR2004 - dimensions
    if bits == 16:  # noqa: PLR2004 - bits
        rows = np.ascontiguousarray(pixels.astype(">u2")).view(np.uint8)
        rows = rows.reshape(pixels.shape[0], -1)
    else:
        rows = pixels.reshape(pixels.shape[0], -1)
    step = components * bits // 8
    filtered = np.empty((rows.shape[0], rows.shape[1] + 1), np.uint8)
    filtered[:, 0] = 1  # PNG filter "Sub": each sample less the one to its left
    filtered[:, 1:] = rows
    filtered[:, 1 + step :] -= rows[:, :-step]
    space = Name.DeviceGray if components == 1 else Name.DeviceRGB
    data = zlib.compress(filtered.tobytes(), _ZLIB_LEVEL)
    return _predicted(_image(pdf, data, picture.size, bits, space), components)


def _predicted(image: pikepdf.Stream, components: int) -> pikepdf.Stream:
    image.Filter = Name.FlateDecode
    image.DecodeParms = Dictionary(
        Predictor=15,
        Colors=components,
        BitsPerComponent=image.BitsPerComponent,
        Columns=image.Width,
    )
    return image


def _image(
    pdf: pikepdf.Pdf, data: bytes, size: tuple[int, int], bits: int, space: pikepdf.Object
) -> pikepdf.Stream:
    width, height = size
    return pikepdf.Stream(
        pdf,
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        BitsPerComponent=bits,
        ColorSpace=space,
    )


def _space(pdf: pikepdf.Pdf, file: Image.Image) -> pikepdf.Object:
    profile = file.info.get("icc_profile")
    if isinstance(profile, bytes) and _usable_profile(profile, file.mode):
        components = len(file.getbands())
        stream = pikepdf.Stream(pdf, profile, N=components)
        return Array([Name.ICCBased, pdf.make_indirect(stream)])
    space = _SPACES.get(file.mode)
    if space is None:
        raise CannotKeepError(file.mode)
    return space


def _usable_profile(profile: bytes, mode: str) -> bool:
    return (
        len(profile) > 128  # noqa: PLR2004 - an ICC header
        and profile[8] <= _ICC_NEWEST
        and profile[12:16] in _ICC_CLASSES
        and profile[16:20] == _ICC_SPACES.get(mode)
    )


def _png_image(pdf: pikepdf.Pdf, data: bytes, file: Image.Image) -> pikepdf.Stream:
    """Take the compressed pixels of a PNG as they are, if it has neither alpha nor interlacing."""
    chunks = _png_chunks(data)
    header = b"".join(chunk for kind, chunk in chunks if kind == b"IHDR")
    width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    if file.has_transparency_data:
        return _opaque_image(pdf, file)
    if interlaced or colour not in _PNG_COLOURS:
        return flate_image(pdf, on_white(file))
    packed = b"".join(chunk for kind, chunk in chunks if kind == b"IDAT")
    palette = b"".join(chunk for kind, chunk in chunks if kind == b"PLTE")
    components = _PNG_COLOURS[colour]
    space: pikepdf.Object = Name.DeviceGray if components == 1 else Name.DeviceRGB
    if palette and colour == 3:  # noqa: PLR2004 - PNG colour type "palette"
        last = len(palette) // 3 - 1
        space = Array([Name.Indexed, Name.DeviceRGB, last, pikepdf.String(palette)])
    return _predicted(_image(pdf, packed, (width, height), bits, space), components)


def _opaque_image(pdf: pikepdf.Pdf, file: Image.Image) -> pikepdf.Stream:
    """Keep the pixels of a picture whose alpha channel hides nothing."""
    if file.convert("RGBA").getchannel("A").getextrema() != (255, 255):
        raise CannotKeepError(file.mode)
    return flate_image(pdf, file.convert("L" if file.mode == "LA" else "RGB"))


def _png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    chunks, at = list[tuple[bytes, bytes]](), 8
    while at + 12 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return chunks


def _tiff_image(pdf: pikepdf.Pdf, source: Path, file: Image.Image) -> pikepdf.Stream:
    """Keep a Group 4 strip or JPEG strips as they are, else the pixels."""
    tags = {tag: file.tag_v2[tag] for tag in file.tag_v2}  # type: ignore[attr-defined]
    if tags.get(_ORIENTATION, 1) == 1:
        strips = _strips(source, tags)
        if _is_plain_group_4(tags, strips):
            return _fax_image(pdf, strips[0], file.size, tags[_PHOTOMETRIC] == 1)
        joined = joined_jpeg(tags, strips) if tags.get(_COMPRESSION) == _JPEG else None
        if joined is not None:
            with Image.open(io.BytesIO(joined)) as jpeg:
                return jpeg_image(pdf, joined, jpeg)
    file.load()
    if file.has_transparency_data:
        return _opaque_image(pdf, file)
    return flate_image(pdf, file if file.mode in {*_SPACES, "I;16"} else file.convert("RGB"))


def _strips(source: Path, tags: dict[int, object]) -> list[bytes]:
    offsets, counts = tags.get(_OFFSETS), tags.get(_COUNTS)
    if not isinstance(offsets, tuple) or not isinstance(counts, tuple):
        return []
    with source.open("rb") as file:
        strips = []
        for offset, count in zip(offsets, counts, strict=True):
            file.seek(offset)
            strips.append(file.read(count))
    return strips


def _is_plain_group_4(tags: dict[int, object], strips: list[bytes]) -> bool:
    coding = tags.get(_COMPRESSION), tags.get(_FILL_ORDER, 1), tags.get(_FAX_OPTIONS, 0)
    return len(strips) == 1 and coding == (_GROUP_4, 1, 0)


def _fax_image(
    pdf: pikepdf.Pdf,
    strip: bytes,
    size: tuple[int, int],
    white_is_1: bool,  # noqa: FBT001
) -> pikepdf.Stream:
    image = _image(pdf, strip, size, 1, Name.DeviceGray)
    image.Filter = Name.CCITTFaxDecode
    image.DecodeParms = Dictionary(K=-1, Columns=size[0], Rows=size[1], BlackIs1=white_is_1)
    return image


def _group_4(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Stream:
    buffer = io.BytesIO()
    whole = picture.width * picture.height
    picture.save(buffer, "TIFF", compression="group4", strip_size=whole)
    with Image.open(buffer) as file:
        tags = file.tag_v2  # type: ignore[attr-defined]
        (offset,), (count,) = tags[_OFFSETS], tags[_COUNTS]
        strip = buffer.getvalue()[offset : offset + count]
        return _fax_image(pdf, strip, picture.size, tags[_PHOTOMETRIC] == 1)
