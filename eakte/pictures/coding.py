"""Image objects: coded bytes as they are, or pixels coded without loss (Flate, Group 4)."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image

from eakte.pictures.colours import colour_space

_ZLIB_LEVEL, _TRIAL_LEVEL = 6, 1
_BAND = 256
_NONE, _SUB, _UP, _PAETH = 0, 1, 2, 4
_BYTE = 8


def image_object(
    pdf: pikepdf.Pdf, data: bytes, size: tuple[int, int], bits: int, space: pikepdf.Object
) -> pikepdf.Stream:
    """Make an image object of coded bytes; its filter is the caller's to say."""
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


def flate_image(pdf: pikepdf.Pdf, picture: Image.Image, profile: object = None) -> pikepdf.Stream:
    """Code the pixels of a picture (1, L, I;16, RGB, CMYK, P, LA, RGBA) without loss.

    What shines through becomes a soft mask, unless nothing does.
    """
    if picture.mode == "1":
        return group_4_image(pdf, picture)
    if picture.mode in ("LA", "RGBA"):
        image = flate_image(pdf, picture.convert(picture.mode.removesuffix("A")), profile)
        return masked(pdf, image, picture.getchannel("A"))
    bits = 16 if picture.mode.startswith("I;16") else _BYTE
    mode = "L" if bits > _BYTE else picture.mode
    space = _palette(picture) if mode == "P" else colour_space(pdf, mode, profile)
    components = len(picture.getbands())
    data = deflated(_bands(picture), components * bits // _BYTE)
    return predicted(image_object(pdf, data, picture.size, bits, space), components)


def masked(pdf: pikepdf.Pdf, image: pikepdf.Stream, alpha: Image.Image) -> pikepdf.Stream:
    """Add a soft mask to an image object, unless nothing shines through."""
    if alpha.getextrema() != (255, 255):
        image.SMask = pdf.make_indirect(flate_image(pdf, alpha))
    return image


def _palette(picture: Image.Image) -> pikepdf.Object:
    colours = bytes(picture.getpalette("RGB") or ())
    last = max(len(colours) // 3, 1) - 1
    return Array([Name.Indexed, Name.DeviceRGB, last, pikepdf.String(colours)])


def _bands(picture: Image.Image) -> Iterator[np.ndarray]:
    """Give the picture's rows as bytes, some at a time: nothing holds all of it twice."""
    for top in range(0, picture.height, _BAND):
        low = min(top + _BAND, picture.height)
        pixels = np.asarray(picture.crop((0, top, picture.width, low)))
        yield as_bytes(pixels)


def as_bytes(pixels: np.ndarray) -> np.ndarray:
    """Give rows of samples (8 or 16 bit) as rows of bytes, the higher byte first."""
    if pixels.dtype.itemsize > 1:
        pixels = np.ascontiguousarray(pixels.astype(">u2")).view(np.uint8)
    return pixels.reshape(pixels.shape[0], -1)


def deflated(bands: Iterable[np.ndarray], step: int) -> bytes:
    """Compress rows of bytes, each band with the PNG filter that suits it (`step`: bytes a pixel).

    The filters are those of ISO/IEC 15948, clause 9; the trial is quick, the coding thorough.
    """
    packer, parts, above = zlib.compressobj(_ZLIB_LEVEL), [], None
    for band in bands:
        before = np.zeros_like(band[:1]) if above is None else above
        upper = np.concatenate([before, band[:-1]])
        trial = {
            kind: len(zlib.compress(_filtered(band, upper, step, kind), _TRIAL_LEVEL))
            for kind in (_NONE, _SUB, _UP, _PAETH)
        }
        best = min(trial, key=lambda kind: trial[kind])
        parts.append(packer.compress(_filtered(band, upper, step, best)))
        above = band[-1:]
    return b"".join([*parts, packer.flush()])


def _filtered(rows: np.ndarray, upper: np.ndarray, step: int, kind: int) -> bytes:
    out = np.empty((rows.shape[0], rows.shape[1] + 1), np.uint8)
    out[:, 0] = kind
    out[:, 1:] = rows
    if kind == _SUB:
        out[:, 1 + step :] -= rows[:, :-step]
    elif kind == _UP:
        out[:, 1:] -= upper
    elif kind == _PAETH:
        out[:, 1:] -= _paeth(rows, upper, step)
    return out.tobytes()


def _paeth(rows: np.ndarray, upper: np.ndarray, step: int) -> np.ndarray:
    left, corner = (
        np.pad(each, ((0, 0), (step, 0)))[:, : rows.shape[1]].astype(np.int16)
        for each in (rows, upper)
    )
    up = upper.astype(np.int16)
    by_left, by_up = np.abs(up - corner), np.abs(left - corner)
    by_corner = np.abs(left + up - 2 * corner)
    nearest = np.where(
        (by_left <= by_up) & (by_left <= by_corner), left, np.where(by_up <= by_corner, up, corner)
    )
    predicted_bytes: np.ndarray = nearest.astype(np.uint8)
    return predicted_bytes


def predicted(image: pikepdf.Stream, components: int, predictor: int = 15) -> pikepdf.Stream:
    """Say that an image's data are Flate with a predictor (15: each row names its PNG filter)."""
    image.Filter = Name.FlateDecode
    image.DecodeParms = Dictionary(
        Predictor=predictor,
        Colors=components,
        BitsPerComponent=image.BitsPerComponent,
        Columns=image.Width,
    )
    return image


def fax_image(
    pdf: pikepdf.Pdf, coded: bytes, size: tuple[int, int], parameters: Mapping[str, object]
) -> pikepdf.Stream:
    """Wrap fax-coded data; `parameters` as CCITTFaxDecode names them (ISO 32000-1, table 11)."""
    image = image_object(pdf, coded, size, 1, Name.DeviceGray)
    image.Filter = Name.CCITTFaxDecode
    told = {f"/{key}": value for key, value in parameters.items()}
    image.DecodeParms = Dictionary({"/Columns": size[0], "/Rows": size[1], **told})
    return image


def group_4_image(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Stream:
    """Code a bitonal picture as Group 4 (ITU-T T.6)."""
    buffer = io.BytesIO()
    whole = picture.width * picture.height
    plain = picture.copy()  # without the tags that the picture of a TIFF would bring along
    plain.save(buffer, "TIFF", compression="group4", strip_size=whole)
    with Image.open(buffer) as file:
        tags = file.tag_v2  # type: ignore[attr-defined]
        (offset,), (count,), photometric = tags[273], tags[279], tags[262]
        strip = buffer.getvalue()[offset : offset + count]
    return fax_image(pdf, strip, picture.size, {"K": -1, "BlackIs1": photometric == 1})


def laid_out(
    pdf: pikepdf.Pdf, parts: Iterable[tuple[pikepdf.Stream, tuple[float, ...]]]
) -> pikepdf.Stream:
    """Make a form of the unit square that shows image objects, each by its matrix within it."""
    names, content = dict[str, pikepdf.Object](), []
    for index, (image, matrix) in enumerate(parts):
        names[f"/P{index}"] = pdf.make_indirect(image)
        numbers = " ".join(f"{value:.8f}".rstrip("0").rstrip(".") for value in matrix)
        content.append(f"q {numbers} cm /P{index} Do Q\n")
    form = pikepdf.Stream(pdf, "".join(content).encode("ascii"))
    form.Type, form.Subtype = Name.XObject, Name.Form
    form.BBox = Array([0, 0, 1, 1])
    form.Resources = Dictionary(XObject=Dictionary(names))
    return form
