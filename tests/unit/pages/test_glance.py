from __future__ import annotations

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from eakte.pages.glance import GLANCE_DPI, is_separator

A4 = round(8.27 * GLANCE_DPI), round(11.69 * GLANCE_DPI)


def _paper() -> Image.Image:
    noise = np.random.default_rng(7).normal(250, 3, (A4[1], A4[0]))
    return Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("kind", ["Code128", "Code39", "QRCode"])
def test_a_sheet_that_reads_patcht_is_a_separator(kind: str) -> None:
    sheet = _paper()
    sheet.paste(_barcode("PATCHT", kind), (200, 300))
    assert is_separator(sheet)
    assert is_separator(sheet.rotate(180))


@pytest.mark.parametrize("text", ["PATCHTS", "APATCHT", "PATCH1"])
def test_other_barcodes_are_no_separators(text: str) -> None:
    sheet = _paper()
    sheet.paste(_barcode(text, "Code128"), (200, 300))
    assert not is_separator(sheet)


def _barcode(text: str, kind: str) -> Image.Image:
    code = zxingcpp.create_barcode(text, zxingcpp.barcode_format_from_str(kind))
    picture = Image.fromarray(np.array(zxingcpp.write_barcode_to_image(code)))
    return picture.convert("L").resize((600, 600 if kind == "QRCode" else 200))
