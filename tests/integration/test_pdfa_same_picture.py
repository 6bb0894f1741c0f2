"""A page is only taken for the same unseen if it draws the scan's own picture and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from eakte.domain.text import Box, RecognisedPage, Word
from eakte.pages.inspect import inspect
from eakte.pdfa.build import build
from eakte.pdfa.same_picture import shows_same_picture
from tests.integration.page_samples import letter, scanner_pdf

Pair = tuple[pikepdf.Pdf, pikepdf.Pdf]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a scanner's PDF, and its archive copy with a text layer."""
    folder = tmp_path_factory.mktemp("same")
    scan, copy = folder / "scan.pdf", folder / "copy.pdf"
    scan.write_bytes(scanner_pdf([letter()]))
    seen = inspect(scan)
    page = seen.pages[0]
    words = (Word("Widerspruch", Box(90, 300, 180, 312), 0.9, 0),)
    read = RecognisedPage(1, page.width, page.height, words, "Widerspruch", 0, 0.9, True, "test")
    build(scan, seen.media_type, seen.pages, {1: read}, copy)
    return scan, copy


@pytest.fixture
def pair(files: tuple[Path, Path]) -> Iterator[Pair]:
    """Open both: the copy, and the scan."""
    with pikepdf.open(files[1]) as copy, pikepdf.open(files[0]) as scan:
        yield copy, scan


def _same(pair: Pair) -> bool:
    return shows_same_picture(pair[0].pages[0], pair[1].pages[0])


def _content(pdf: pikepdf.Pdf) -> bytes:
    contents: Any = pdf.pages[0].obj.Contents
    parts = list(contents) if isinstance(contents, Array) else [contents]
    return b"\n".join(part.read_bytes() for part in parts)


def _written(old: bytes, new: bytes) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        content = _content(pdf)
        assert old in content
        pdf.pages[0].obj.Contents = pdf.make_stream(content.replace(old, new, 1))

    return change


def _picture(pdf: pikepdf.Pdf) -> Any:
    (picture,) = pdf.pages[0].obj.Resources.XObject.values()
    return picture


def _other_bytes(pdf: pikepdf.Pdf) -> None:
    data = bytearray(_picture(pdf).read_raw_bytes())
    data[len(data) // 2] ^= 1
    _picture(pdf).write(bytes(data), filter=Name.DCTDecode)


def _key(name: str, value: Any) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: _picture(pdf).__setitem__(name, value)


def _of_page(name: str, value: Any) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: pdf.pages[0].obj.__setitem__(name, value)


def _of_resources(name: str, value: Any) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: pdf.pages[0].obj.Resources.__setitem__(name, value)


def _type_3(pdf: pikepdf.Pdf) -> None:
    for font in pdf.pages[0].obj.Resources.Font.values():
        font.Subtype = Name.Type3


def _second_picture(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Resources.XObject.Other = _picture(pdf)


DIFFERENT = {
    "one bit of the picture": _other_bytes,
    "a mask": _key("/SMask", Dictionary()),
    "inverted levels": _key("/Decode", Array([1, 0, 1, 0, 1, 0])),
    "another colour space": _key("/ColorSpace", Name.DeviceGray),
    "a moved picture": _written(b" cm", b" cm 1 0 0 1 0 1 cm"),
    "a picture drawn twice": _written(b" Do", b" Do /Scan Do"),
    "visible text": _written(b"3 Tr", b"0 Tr"),
    "text that becomes visible": _written(b"ET", b"0 Tr <0001> Tj\nET"),
    "text before the mode": _written(b"3 Tr", b"<0001> Tj\n3 Tr"),
    "a painted area": _written(b"BT", b"0 0 9 9 re f\nBT"),
    "an area within the text": _written(b"ET", b"0 0 9 9 re f\nET"),
    "a second text": _written(b"ET", b"ET\nBT\n0 Tr\n<0001> Tj\nET"),
    "something before the picture": _written(b"q", b"1 0 0 rg 0 0 9 9 re f\nq"),
    "fonts that always paint": _type_3,
    "a second picture": _second_picture,
    "an annotation": _of_page("/Annots", Array([Dictionary(Type=Name.Annot)])),
    "a transparency group": _of_page("/Group", Dictionary(S=Name.Transparency)),
    "a smaller page": _of_page("/CropBox", Array([0, 0, 100, 100])),
    "a page that lies elsewhere": _of_page("/MediaBox", Array([5, 0, 600, 842])),
    "other colours for all": _of_resources("/ColorSpace", Dictionary(DefaultRGB=Name.DeviceGray)),
    "a graphics state": _of_resources("/ExtGState", Dictionary()),
}


def test_the_copy_of_a_scanners_page_shows_the_same_picture(pair: Pair) -> None:
    assert b"Tj" in _content(pair[0]) or b"TJ" in _content(pair[0])
    assert _same(pair)


@pytest.mark.parametrize("name", DIFFERENT)
def test_whatever_could_look_different_is_not_taken_for_the_same(name: str, pair: Pair) -> None:
    DIFFERENT[name](pair[0])
    assert not _same(pair)


@pytest.mark.parametrize(
    "name", ["an annotation", "a transparency group", "other colours for all", "a graphics state"]
)
def test_a_scan_that_shows_more_than_its_picture_is_left_to_pdfium(name: str, pair: Pair) -> None:
    DIFFERENT[name](pair[1])
    assert not _same(pair)
