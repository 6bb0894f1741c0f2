from __future__ import annotations

from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pikepdf import Dictionary, Name
from PIL import Image, ImageDraw, ImageFilter

from eakte.domain.mail import MediaType
from eakte.domain.text import Preparation, PreparedPicture
from eakte.pages.limits import MAX_READ_PIXELS
from eakte.pages.prepare import prepare
from eakte.pages.thresholds import otsu


def _strokes(paper: np.ndarray, ink_share: float = 0.3) -> tuple[Image.Image, np.ndarray]:
    """Black bars on paper of any light; give the picture and where its ink is."""
    mask = Image.new("L", (paper.shape[1], paper.shape[0]), 0)
    draw = ImageDraw.Draw(mask)
    for x in range(40, paper.shape[1] - 40, 30):
        draw.rectangle((x, 40, x + 6, paper.shape[0] - 40), fill=1)
    ink = np.asarray(mask, bool)
    return Image.fromarray(np.where(ink, paper * ink_share, paper).astype(np.uint8)), ink


def _prepared(
    picture: Image.Image, tmp_path: Path, dpi: float = 300, wanted: Preparation | None = None
) -> PreparedPicture:
    source = tmp_path / "page.png"
    picture.save(source, dpi=(dpi, dpi))
    return prepare(source, MediaType.PNG, 1, tmp_path / "out", wanted)


def _cut(picture: Image.Image, tmp_path: Path) -> PreparedPicture:
    return _prepared(picture, tmp_path, wanted=Preparation.BITONAL)


def _black(prepared: PreparedPicture) -> np.ndarray:
    with Image.open(prepared.path) as file:
        assert file.mode == "1"
        return ~np.asarray(file)


def _noisy(picture: Image.Image, spread: float) -> Image.Image:
    noise = np.random.default_rng(3).normal(0, spread, picture.size[::-1])
    return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))


def test_otsu_finds_the_valley_between_two_heaps() -> None:
    histogram = np.zeros(256, np.int64)
    histogram[38:43], histogram[198:203] = 100, 900
    assert 42 <= otsu(histogram) < 198


@pytest.mark.parametrize("ink_share", [0.3, 0.8])
def test_shadow_across_the_page_hides_no_ink(ink_share: float, tmp_path: Path) -> None:
    """Faint grey print, too, is cut between its own ink and paper."""
    paper = np.tile(np.linspace(70, 250, 800), (600, 1))
    picture, ink = _strokes(paper, ink_share)
    prepared = _cut(picture, tmp_path)
    assert (_black(prepared) == ink).mean() > 0.995
    assert prepared.ink == pytest.approx(ink.mean(), abs=0.005)


def test_a_bare_tinted_page_stays_white(tmp_path: Path) -> None:
    page = _noisy(Image.new("L", (800, 600), 205), 4)
    assert _prepared(page, tmp_path).ink < 0.001


def test_the_measured_clarity_chooses_the_preparation(tmp_path: Path) -> None:
    page, _ = _strokes(np.full((900, 1200), 240.0))
    dots = np.asarray(page).copy()
    dots[np.random.default_rng(1).random(dots.shape) < 0.01] = 0
    cut = page.point([255 * (level > 128) for level in range(256)], "1")
    fax = cut.resize((800, 600))
    chosen = {
        "clear": _prepared(page, tmp_path),
        "everyday": _prepared(_noisy(page, 4), tmp_path),
        "grain": _prepared(_noisy(page, 60), tmp_path),
        "dots": _prepared(Image.fromarray(dots), tmp_path),
        "out of focus": _prepared(page.filter(ImageFilter.GaussianBlur(3)), tmp_path),
        "grey at 200 dpi": _prepared(page, tmp_path, 200),
        "everyday at 200 dpi": _prepared(_noisy(page, 4), tmp_path, 200),
        "black and white at 300 dpi": _prepared(cut, tmp_path),
        "black and white at 200 dpi": _prepared(fax, tmp_path, 200),
    }
    assert {name: each.preparation.value for name, each in chosen.items()} == {
        "clear": Preparation.SHARPENED,
        "everyday": Preparation.BITONAL,
        "grain": Preparation.SMOOTHED,
        "dots": Preparation.SMOOTHED,
        "out of focus": Preparation.SHARPENED,
        "grey at 200 dpi": Preparation.SHARPENED,
        "everyday at 200 dpi": Preparation.GREY,
        "black and white at 300 dpi": Preparation.BITONAL,
        "black and white at 200 dpi": Preparation.SMOOTHED,
    }


def test_the_rings_of_a_hard_jpeg_are_sharpened_less(tmp_path: Path) -> None:
    page, _ = _strokes(np.full((900, 1200), 200.0), 0.6)
    page.filter(ImageFilter.GaussianBlur(2)).save(tmp_path / "page.jpg", quality=12, dpi=(300, 300))
    with Image.open(tmp_path / "page.jpg") as file:
        same = file.copy()
    with pikepdf.new() as pdf:
        size = same.width * 0.24, same.height * 0.24
        sheet = pdf.add_blank_page(page_size=size)
        image = pdf.make_stream((tmp_path / "page.jpg").read_bytes())
        image.update({"/Type": Name.XObject, "/Subtype": Name.Image, "/Filter": Name.DCTDecode})
        image.update({"/Width": same.width, "/Height": same.height})
        image.update({"/ColorSpace": Name.DeviceGray, "/BitsPerComponent": 8})
        sheet.obj.Resources = Dictionary(XObject=Dictionary(Im0=image))
        drawn = f"q {size[0]} 0 0 {size[1]} 0 0 cm /Im0 Do Q".encode()
        sheet.obj.Contents = pdf.make_stream(drawn)
        pdf.save(tmp_path / "page.pdf")

    def sharpness(file: str, kind: MediaType) -> float:
        out = tmp_path / "out"
        prepare(tmp_path / file, kind, 1, out, Preparation.SHARPENED)
        with Image.open(out) as made:
            return float(np.abs(np.diff(np.asarray(made, np.int16), axis=1)).mean())

    same.save(tmp_path / "page.png", dpi=(300, 300))
    strong = sharpness("page.png", MediaType.PNG)
    hard = sharpness("page.jpg", MediaType.JPEG)
    assert hard < 0.9 * strong
    assert sharpness("page.pdf", MediaType.PDF) == pytest.approx(hard, rel=0.01)


def test_pixels_that_are_not_square_become_square(tmp_path: Path) -> None:
    source = tmp_path / "fax.tif"
    Image.new("1", (816, 392), 1).save(source, dpi=(204, 98), compression="group4")
    prepared = prepare(source, MediaType.TIFF, 1, tmp_path / "out")
    assert (prepared.width_px, prepared.height_px, prepared.dpi) == (1200, 1200, 300)


def test_a_sheet_too_large_for_memory_is_read_coarser(tmp_path: Path) -> None:
    source = tmp_path / "plan.tif"
    Image.new("1", (9000, 9000), 1).save(source, dpi=(300, 300), compression="group4")
    prepared = prepare(source, MediaType.TIFF, 1, tmp_path / "out")
    assert prepared.width_px * prepared.height_px < MAX_READ_PIXELS * 1.01
    assert prepared.dpi == pytest.approx(163.3, abs=1)


def test_light_type_on_dark_ground_becomes_dark_type(tmp_path: Path) -> None:
    page, ink = _strokes(np.full((900, 1200), 240.0))
    levels = np.asarray(page).copy()
    levels[300:600] = 255 - levels[300:600] * 0.8
    black = _black(_cut(Image.fromarray(levels), tmp_path))
    assert (black == ink)[330:570].mean() > 0.99
    assert (black == ink).mean() > 0.98


def test_a_negative_becomes_positive(tmp_path: Path) -> None:
    page, ink = _strokes(np.full((900, 1200), 240.0))
    negative = page.point(range(255, -1, -1))
    assert (_black(_cut(negative, tmp_path)) == ink).mean() > 0.995
