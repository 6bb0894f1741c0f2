"""What eakte prints, eakte reads: sheets drawn, mistreated as scanners do, and looked at."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from eakte.domain.findings import FindingCode
from eakte.domain.mail import Batch, MarkKind, Side
from eakte.pages.glance import GLANCE_DPI, glance_size
from eakte.pages.marking import Marking, marking
from eakte.pages.sheets import cover_sheet, separator_sheets
from tests.integration.page_samples import FONT

AKTE = "32.1-112.05/2026-0417"
SHEETS: dict[str, tuple[Callable[[], bytes], dict[MarkKind, str]]] = {
    "separator": (lambda: separator_sheets(1), {MarkKind.SPLIT: "PATCHT"}),
    "separator with Akte": (
        lambda: separator_sheets(1, AKTE),
        {MarkKind.SPLIT: f"EAKTE T {AKTE}", MarkKind.AKTENZEICHEN: AKTE},
    ),
    "Vorblatt": (
        lambda: cover_sheet(Batch("POST-2026-11-22-0017", 1250, Side.EVEN, in_order=True)),
        {MarkKind.COVER: "EAKTE V POST-2026-11-22-0017 1250 EVEN-IN-ORDER"},
    ),
}


@cache
def _drawn(name: str) -> Image.Image:
    """The sheet at 300 dpi, grey."""
    with pypdfium2.PdfDocument(SHEETS[name][0]()) as document:
        picture: Image.Image = document[0].render(scale=300 / 72, grayscale=True).to_pil()
        return picture.convert("L")


def _seen(picture: Image.Image, dpi: float = 300) -> Marking:
    size = glance_size(*picture.size, dpi)
    return marking(1, picture.convert("L").resize(size, Image.Resampling.BOX))


def _at_150(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BICUBIC)


def _jpeg(picture: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return Image.open(out).convert("L")


def _stained(picture: Image.Image) -> Image.Image:
    """Grain, and rings and puddles of coffee over most of the sheet."""
    noise = np.random.default_rng(3).normal(0, 12, (picture.height, picture.width))
    coffee = Image.new("L", picture.size, 0)
    draw = ImageDraw.Draw(coffee)
    for x, y, radius in ((500, 700, 420), (1500, 1700, 700), (1900, 2900, 380)):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=45, outline=90, width=9)
    light = 0.5 + 0.45 * np.asarray(picture, np.float32) / 255
    shade = light * 255 - np.asarray(coffee.filter(ImageFilter.GaussianBlur(6)), np.float32) + noise
    return Image.fromarray(np.clip(shade, 0, 255).astype(np.uint8))


def _torn(picture: Image.Image, box: tuple[float, float, float, float]) -> Image.Image:
    """The scanner's white bed where the torn half was."""
    x0, y0, x1, y1 = (
        round(share * edge) for share, edge in zip(box, picture.size * 2, strict=True)
    )
    bed = Image.new("L", picture.size, 255)
    bed.paste(picture.crop((x0, y0, x1, y1)), (x0, y0))
    return bed


TREATMENTS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "300 dpi": lambda sheet: sheet,
    "bitonal": lambda sheet: sheet.point(lambda level: 255 * (level > 128)),
    "skewed 4°": lambda sheet: sheet.rotate(4, Image.Resampling.BICUBIC, fillcolor=255),
    "skewed -4°": lambda sheet: sheet.rotate(-4, Image.Resampling.BICUBIC, fillcolor=255),
    "upside down": lambda sheet: sheet.rotate(180),
    "turned": lambda sheet: sheet.transpose(Image.Transpose.ROTATE_90),
    "JPEG q30": lambda sheet: _jpeg(sheet, 30),
    "coffee": _stained,
    "upper half": lambda sheet: _torn(sheet, (0, 0, 1, 0.5)),
    "lower half": lambda sheet: _torn(sheet, (0, 0.5, 1, 1)),
    "left half": lambda sheet: _torn(sheet, (0, 0, 0.5, 1)),
    "right half": lambda sheet: _torn(sheet, (0.5, 0, 1, 1)),
}


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("treatment", TREATMENTS)
def test_our_sheets_are_read_whatever_happens_to_them(name: str, treatment: str) -> None:
    seen = _seen(TREATMENTS[treatment](_drawn(name)))
    assert {mark.kind: mark.value for mark in seen.marks} == SHEETS[name][1]
    assert (seen.separator, seen.findings) == (True, ())


@pytest.mark.parametrize("name", SHEETS)
def test_our_sheets_are_read_at_150_dpi_bitonal_skewed_and_compressed(name: str) -> None:
    sheet = _at_150(_drawn(name)).rotate(-4, Image.Resampling.BICUBIC, fillcolor=255)
    bitonal = sheet.point(lambda level: 255 * (level > 128))
    for scan in (sheet, bitonal, _jpeg(sheet, 30), _stained(sheet)):
        seen = _seen(scan, 150)
        assert {mark.kind: mark.value for mark in seen.marks} == SHEETS[name][1]
        assert (seen.separator, seen.findings) == (True, ())


def _streaked(sheet: Image.Image) -> Image.Image:
    """White streaks all over, as of a dirty drum, at a slant."""
    picture = sheet.copy()
    draw = ImageDraw.Draw(picture)
    for x in range(-300, sheet.width, 60):
        draw.line((x, 0, x + 300, sheet.height), fill=255, width=18)
    return picture


@pytest.mark.parametrize("name", [name for name in SHEETS if name != "separator"])
def test_our_sheets_beyond_reading_are_a_finding_never_silent(name: str) -> None:
    """Demand 39: a failed detection is visible."""
    seen = _seen(_streaked(_drawn(name)))
    assert seen.marks == ()
    assert [finding.code for finding in seen.findings] == [FindingCode.DAMAGED_SEPARATOR]
    assert not seen.separator


LINES = ("Bitte umgehend zurück an das Bauamt.", "Der Antrag ist zu ergänzen, siehe Anlage.") * 3


@pytest.mark.parametrize("lines", [3, 6])
def test_content_with_an_order_to_split_is_kept_and_told(lines: int) -> None:
    """Demand 8: no page is lost where a scan is divided."""
    page = Image.new("L", (2480, 3508), 250)
    code = _drawn("separator").crop((212, 212, 1040, 1040)).resize((354, 354))
    page.paste(code, (1900, 200))
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(LINES[:lines]):
        draw.text((300, 900 + 90 * number), line, fill=30, font=ImageFont.truetype(FONT, 46))
    seen = _seen(page)
    assert [mark.kind for mark in seen.marks] == [MarkKind.SPLIT]
    assert [finding.code for finding in seen.findings] == [FindingCode.SEPARATOR_WITH_CONTENT]
    assert not seen.separator


def test_writing_on_our_own_sheet_makes_it_content() -> None:
    """Demand 8: no page is lost where a scan is divided."""
    page = _drawn("separator").copy()
    draw = ImageDraw.Draw(page)
    for number in range(16):
        draw.text(
            (1150, 230 + 40 * number), LINES[number % 2], fill=30, font=ImageFont.truetype(FONT, 38)
        )
        draw.text(
            (230, 2400 + 40 * number), LINES[number % 2], fill=30, font=ImageFont.truetype(FONT, 38)
        )
    seen = _seen(page)
    assert [finding.code for finding in seen.findings] == [FindingCode.SEPARATOR_WITH_CONTENT]
    assert not seen.separator


def test_two_vorblaetter_on_one_page_are_doubtful() -> None:
    page = _drawn("Vorblatt").copy()
    with pypdfium2.PdfDocument(cover_sheet(Batch("OTHER", 3))) as document:
        other = document[0].render(scale=300 / 72, grayscale=True).to_pil().convert("L")
    page.paste(other.crop((0, 1754, 2480, 3508)), (0, 1754))
    seen = _seen(page)
    assert len(seen.marks) == 2
    assert FindingCode.DOUBTFUL_BARCODE in {finding.code for finding in seen.findings}


def test_near_misses_and_foreign_codes_divide_nothing() -> None:
    """Demand 39: a strict pattern, and what failed is visible."""
    import zxingcpp

    page = Image.new("L", (1240, 1754), 250)
    for number, text in enumerate(("PATCHTS", "ASN00123", f"AZ:{AKTE}")):
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
        picture = Image.fromarray(np.array(code.to_image(scale=5)))
        page.paste(picture, (100, 100 + 400 * number))
    seen = _seen(page, GLANCE_DPI)
    assert [(mark.kind, mark.value) for mark in seen.marks] == [(MarkKind.AKTENZEICHEN, AKTE)]
    assert [(each.code, each.detail) for each in seen.findings] == [
        (FindingCode.DOUBTFUL_BARCODE, "PATCHTS")
    ]
    assert not seen.separator
