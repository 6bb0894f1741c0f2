"""Pages that are one JPEG are decoded; whatever is masked, turned round or cut off is drawn."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from eakte.pages.jpeg_pages import jpeg_page
from eakte.pages.render import draw, open_document

_SIZE = (600, 400)


def _page(path: Path, matrix: str = "144 0 0 96 0 0", **entries: pikepdf.Object) -> Path:
    """Write a page of 2 x 1.33 inches with one JPEG of 300 dpi on it."""
    coded = io.BytesIO()
    ramp = Image.linear_gradient("L").resize(_SIZE)
    Image.merge("RGB", (ramp, ramp.transpose(Image.Transpose.ROTATE_180), ramp)).save(coded, "JPEG")
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(144, 96))
        image = pikepdf.Stream(pdf, coded.getvalue())
        head = Dictionary(
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=_SIZE[0],
            Height=_SIZE[1],
            BitsPerComponent=8,
            ColorSpace=Name.DeviceRGB,
            Filter=Name.DCTDecode,
        )
        for key, value in (*head.items(), *((f"/{key}", each) for key, each in entries.items())):
            image[key] = value
        page.obj.Resources = Dictionary(XObject=Dictionary(Im0=image))
        page.obj.Contents = pdf.make_stream(f"q {matrix} cm /Im0 Do Q".encode())
        pdf.save(path)
    return path


def test_a_page_that_is_one_jpeg_looks_as_it_is_drawn(tmp_path: Path) -> None:
    source = _page(tmp_path / "scan.pdf")
    with open_document(source) as document:
        decoded = jpeg_page(source, document, 1, 300.0)
        drawn, _dpi = draw(document, 1, 300.0)
    assert decoded is not None
    assert decoded[0].size == drawn.size == _SIZE
    apart = np.asarray(decoded[0], np.int16) - np.asarray(drawn, np.int16)
    assert np.abs(apart).mean() < 2


@pytest.mark.parametrize("matrix", ["130 0 0 96 0 0", "144 0 0 96 5 0", "144 0 0 -96 0 96"])
def test_a_jpeg_that_does_not_fill_its_page_upright_is_drawn(tmp_path: Path, matrix: str) -> None:
    source = _page(tmp_path / "scan.pdf", matrix)
    with open_document(source) as document:
        assert jpeg_page(source, document, 1, 300.0) is None


def test_a_jpeg_whose_samples_are_turned_round_or_masked_is_drawn(tmp_path: Path) -> None:
    inverted = _page(tmp_path / "inverted.pdf", Decode=Array([1, 0, 1, 0, 1, 0]))
    masked = _page(tmp_path / "masked.pdf", Mask=Array([0, 9, 0, 9, 0, 9]))
    for source in (inverted, masked):
        with open_document(source) as document:
            assert jpeg_page(source, document, 1, 300.0) is None
