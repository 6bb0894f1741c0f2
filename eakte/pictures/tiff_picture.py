"""A page of a TIFF as an image object: fax, JPEG and Deflate codes as they are, else the pixels.

Kept bit for bit are: one strip of Group 4; strips of Group 3 and of modified Huffman, which follow
each other without a break; JPEG strips, joined (see tiff_jpeg), and JPEG tiles, each a picture
of its own; the JPEG of the old style; one strip of Deflate. In FillOrder 2 only the order of the
bits in each byte changes. What is decoded is kept without loss: Group 4 if bitonal, else Flate.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array
from PIL import Image

from eakte.pictures.coding import (
    as_bytes,
    deflated,
    fax_image,
    flate_image,
    image_object,
    laid_out,
    predicted,
)
from eakte.pictures.colours import colour_space
from eakte.pictures.faithful import shows
from eakte.pictures.jpeg_picture import jpeg_image
from eakte.pictures.laid_down import stored
from eakte.pictures.large import is_large
from eakte.pictures.refusing import CannotKeepError
from eakte.pictures.tiff_deep import deep_samples
from eakte.pictures.tiff_jpeg import joined_jpeg, tile_jpegs

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER = 256, 257, 258, 259, 262, 266
_ROWS = 278
_STRIPS, _STRIP_BYTES, _TILES, _TILE_BYTES = 273, 279, 324, 325
_TILE_WIDTH, _TILE_HEIGHT, _SAMPLES, _PREDICTOR, _PLANES = 322, 323, 277, 317, 284
_GROUP_3_OPTIONS, _GROUP_4_OPTIONS, _EXTRA = 292, 293, 338
_JPEG_PLACE, _JPEG_LENGTH = 513, 514
_HUFFMAN, _GROUP_3, _GROUP_4, _OLD_JPEG, _JPEG = 2, 3, 4, 6, 7
_DEFLATE = (8, 32946)
_TWO_DIMENSIONS, _UNCODED = 1, 2
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
_ASSOCIATED = 1
_DEEP, _HORIZONTAL, _COLOURS = 16, 2, 3
_PLAIN_MODES = ("1", "L", "I;16", "I;16B", "RGB", "CMYK", "P", "LA", "RGBA")


@dataclass(frozen=True)
class _Tiff:
    source: Path
    file: Image.Image
    tags: dict[int, object]

    def first(self, tag: int, default: int) -> int:
        value = self.tags.get(tag, default)
        value = value[0] if isinstance(value, tuple) and value else value
        return value if isinstance(value, int) else default

    @property
    def size(self) -> tuple[int, int]:
        return self.first(_WIDTH, 0), self.first(_HEIGHT, 0)

    def pieces(self, places: int = _STRIPS, lengths: int = _STRIP_BYTES) -> list[bytes]:
        """Give the coded bytes of every strip or tile."""
        offsets, counts = self.tags.get(places), self.tags.get(lengths)
        if not isinstance(offsets, tuple) or not isinstance(counts, tuple):
            return []
        return [self._read(place, size) for place, size in zip(offsets, counts, strict=True)]

    def old_jpeg(self) -> bytes:
        """Give the JPEG that a directory of the old style names as a whole."""
        return self._read(self.first(_JPEG_PLACE, 0), self.first(_JPEG_LENGTH, 0))

    def _read(self, place: int, size: int) -> bytes:
        with self.source.open("rb") as file:
            file.seek(place)
            return file.read(size)


def tiff_image(pdf: pikepdf.Pdf, source: Path, file: Image.Image) -> pikepdf.Stream:
    """Make the image object of a page as stored; raises CannotKeepError."""
    tags = {tag: file.tag_v2[tag] for tag in file.tag_v2}  # type: ignore[attr-defined]
    tiff = _Tiff(source, file, tags)
    compression = tiff.first(_COMPRESSION, 1)
    kept = None
    if compression in (_HUFFMAN, _GROUP_3, _GROUP_4):
        kept = _fax(pdf, tiff, compression)
    elif compression == _JPEG:
        kept = _jpeg(pdf, tiff)
    elif compression == _OLD_JPEG:
        kept = _whole_jpeg(pdf, tiff, tiff.old_jpeg())
    elif compression in _DEFLATE:
        kept = _deflate(pdf, tiff)
    return _pixels(pdf, tiff) if kept is None else kept


def _fax(pdf: pikepdf.Pdf, tiff: _Tiff, compression: int) -> pikepdf.Stream | None:
    """Keep fax codes; of Group 3 only if PDFium sees the same pixels: real faxes have faults."""
    strips = tiff.pieces()
    tag = _GROUP_4_OPTIONS if compression == _GROUP_4 else _GROUP_3_OPTIONS
    options = tiff.first(tag, 0) if compression != _HUFFMAN else 0
    if not strips or options & _UNCODED:
        return None
    if compression == _GROUP_4 and len(strips) > 1:
        return _group_4_strips(pdf, tiff, strips) if is_large(tiff.size) else None
    coded = b"".join(strips)
    if tiff.first(_FILL_ORDER, 1) != 1:
        coded = coded.translate(_REVERSED)
    told: dict[str, object] = {"K": -1}
    if compression == _GROUP_3:
        told = {"K": options & _TWO_DIMENSIONS, "EndOfLine": True, "EndOfBlock": False}
    elif compression == _HUFFMAN:
        told = {"K": 0, "EncodedByteAlign": True, "EndOfBlock": False}
    told["BlackIs1"] = tiff.first(_PHOTOMETRIC, 0) == 1
    image = fax_image(pdf, coded, tiff.size, told)
    trusted = compression == _GROUP_4 or shows(image, lambda: stored(tiff.file))
    return image if trusted else None


def _group_4_strips(pdf: pikepdf.Pdf, tiff: _Tiff, strips: list[bytes]) -> pikepdf.Stream | None:
    """Keep the strips of a large picture, which cannot become one, as a picture each."""
    wide, high = tiff.size
    rows, turned = tiff.first(_ROWS, high), tiff.first(_FILL_ORDER, 1) != 1
    told = {"K": -1, "BlackIs1": tiff.first(_PHOTOMETRIC, 0) == 1}
    parts = []
    for number, strip in enumerate(strips):
        top, low = number * rows, min(number * rows + rows, high)
        if low <= top:
            return None
        coded = strip.translate(_REVERSED) if turned else strip
        image = fax_image(pdf, coded, (wide, low - top), told)
        parts.append((image, (1.0, 0.0, 0.0, (low - top) / high, 0.0, 1 - low / high)))
    return laid_out(pdf, parts)


def _jpeg(pdf: pikepdf.Pdf, tiff: _Tiff) -> pikepdf.Stream | None:
    """Keep JPEG strips as one JPEG, tiles as one JPEG each."""
    if tiff.first(_PLANES, 1) != 1:
        return None
    joined = joined_jpeg(tiff.tags, tiff.pieces())
    if joined is not None:
        return _whole_jpeg(pdf, tiff, joined)
    tile = tiff.first(_TILE_WIDTH, 0), tiff.first(_TILE_HEIGHT, 0)
    tiles = tile_jpegs(tiff.tags, tiff.pieces(_TILES, _TILE_BYTES)) if all(tile) else []
    columns = -(-tiff.size[0] // tile[0]) if tiles else 1
    parts = []
    for number, data in enumerate(tiles):
        image = _whole_jpeg(pdf, tiff, data, tile)
        if image is None:
            return None
        row, column = divmod(number, columns)
        wide, high = (one / all_ for one, all_ in zip(tile, tiff.size, strict=True))
        parts.append((image, (wide, 0, 0, high, column * wide, 1 - (row + 1) * high)))
    return laid_out(pdf, parts) if parts else None


def _whole_jpeg(
    pdf: pikepdf.Pdf, tiff: _Tiff, data: bytes, size: tuple[int, int] | None = None
) -> pikepdf.Stream | None:
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as jpeg:
            if jpeg.size == (size or tiff.size):
                return jpeg_image(pdf, data, jpeg, tiff.file.info.get("icc_profile"))
    except (OSError, SyntaxError):
        pass
    return None


def _deflate(pdf: pikepdf.Pdf, tiff: _Tiff) -> pikepdf.Stream | None:
    """Keep one strip of Deflate with samples of 8 bit; other depths are coded anew."""
    strips, components = tiff.pieces(), tiff.first(_SAMPLES, 1)
    bits = tiff.tags.get(_BITS)
    modes = {("L", 1): "L", ("RGB", _COLOURS): "RGB", ("CMYK", 4): "CMYK"}
    mode = modes.get((tiff.file.mode, components))
    if len(strips) != 1 or mode is None or bits != (8,) * components:
        return None
    if tiff.first(_PLANES, 1) != 1 and components > 1:
        return None
    space = colour_space(pdf, mode, tiff.file.info.get("icc_profile"))
    image = image_object(pdf, strips[0], tiff.size, 8, space)
    if tiff.first(_PHOTOMETRIC, 1) == 0:
        image.Decode = Array([1, 0])
    predictor = tiff.first(_PREDICTOR, 1)
    if predictor not in (1, _HORIZONTAL):
        return None
    return predicted(image, components, predictor)


def _pixels(pdf: pikepdf.Pdf, tiff: _Tiff) -> pikepdf.Stream:
    """Keep the pixels; raises CannotKeepError for colours that PDF does not have."""
    profile = tiff.file.info.get("icc_profile")
    bits, extra = tiff.tags.get(_BITS), tiff.tags.get(_EXTRA, ())
    if isinstance(bits, tuple) and max(bits) >= _DEEP and len(bits) > 1:
        return _deep(pdf, tiff, len(bits), profile)
    associated = isinstance(extra, tuple) and _ASSOCIATED in extra
    picture = stored(tiff.file)
    if picture.mode not in _PLAIN_MODES:
        raise CannotKeepError(picture.mode)
    if associated and picture.getchannel("A").getextrema() != (255, 255):
        raise CannotKeepError(picture.mode)
    return flate_image(pdf, picture, profile)


def _deep(pdf: pikepdf.Pdf, tiff: _Tiff, components: int, profile: object) -> pikepdf.Stream:
    """Keep RGB of 16 bit, of which Pillow would give 8."""
    order = ">" if tiff.file.tag_v2.prefix == b"MM" else "<"  # type: ignore[attr-defined]
    samples = deep_samples(tiff.tags, tiff.pieces(), order) if components == _COLOURS else None
    if samples is None:
        raise CannotKeepError(tiff.file.mode)
    packed = deflated(
        (as_bytes(samples[top : top + 256]) for top in range(0, len(samples), 256)), 6
    )
    image = image_object(pdf, packed, tiff.size, _DEEP, colour_space(pdf, "RGB", profile))
    return predicted(image, _COLOURS)
