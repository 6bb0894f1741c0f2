"""Image objects of PDFs: colours that PDF/A-2 must be told, JPEG 2000 that it forbids."""

from __future__ import annotations

import struct

import pikepdf
import pytest
from pikepdf import Array, Name, String

from eakte.pictures.colours import plain_cmyk
from eakte.pictures.foreign import settle_colours
from eakte.pictures.refusing import CannotKeepError
from tests.integration import picture_kinds as kinds


def _image(pdf: pikepdf.Pdf, data: bytes, coding: pikepdf.Name) -> pikepdf.Stream:
    return pikepdf.Stream(pdf, data, Filter=coding, Subtype=Name.Image)


def test_device_cmyk_becomes_a_profile_and_the_bytes_stay() -> None:
    with pikepdf.new() as pdf:
        image = _image(pdf, b"inks", Name.DCTDecode)
        image.ColorSpace = Name.DeviceCMYK
        settle_colours(pdf, image)
        assert image.ColorSpace[0] == Name.ICCBased
        assert image.ColorSpace[1].read_bytes() == plain_cmyk()
        assert image.read_raw_bytes() == b"inks"


def test_a_palette_of_inks_becomes_one_of_a_profile() -> None:
    with pikepdf.new() as pdf:
        image = _image(pdf, b"", Name.FlateDecode)
        image.ColorSpace = Array([Name.Indexed, Name.DeviceCMYK, 1, String(bytes(8))])
        settle_colours(pdf, image)
        assert image.ColorSpace[1][0] == Name.ICCBased
        assert (int(image.ColorSpace[2]), bytes(image.ColorSpace[3])) == (1, bytes(8))


@pytest.mark.parametrize("space", [Name.DeviceRGB, Name.DeviceGray])
def test_other_spaces_stay(space: pikepdf.Name) -> None:
    with pikepdf.new() as pdf:
        image = _image(pdf, b"", Name.FlateDecode)
        image.ColorSpace = space
        settle_colours(pdf, image)
        assert image.ColorSpace == space


@pytest.mark.parametrize(
    ("picture", "space"), [(kinds.colour(), Name.DeviceRGB), (kinds.grey(), Name.DeviceGray)]
)
def test_jpeg_2000_is_given_the_space_of_its_channels(picture, space) -> None:
    with pikepdf.new() as pdf:
        image = _image(pdf, kinds.encoded(picture, "JPEG2000"), Name.JPXDecode)
        settle_colours(pdf, image)
        assert image.ColorSpace == space


def _changed(old: bytes, new: bytes) -> bytes:
    data = kinds.encoded(kinds.colour(), "JPEG2000")
    assert data.count(old) == 1
    return data.replace(old, new)


FORBIDDEN = {
    "a bare codestream": kinds.encoded(kinds.colour(), "JPEG2000")[85:],
    "CIEJab": _changed(
        b"colr\1\0\0" + struct.pack(">I", 16), b"colr\1\0\0" + struct.pack(">I", 19)
    ),
    "a method of its own": _changed(b"colr\1", b"colr\4"),
    "no colours": _changed(b"colr\1", b"xxxx\1"),
    "five channels": _changed(struct.pack(">HB", 3, 7) + b"\7", struct.pack(">HB", 5, 7) + b"\7"),
    "nothing": b"",
    "a box that is longer than the file": b"\0\0\0\1jp2h\0",
}


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_jpeg_2000_that_pdfa_forbids_is_not_kept(kind: str) -> None:
    with pikepdf.new() as pdf, pytest.raises(CannotKeepError):
        settle_colours(pdf, _image(pdf, FORBIDDEN[kind], Name.JPXDecode))
