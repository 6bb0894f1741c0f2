"""Real Tesseract on real pictures: words, places, turned pages, limits."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter

from eakte import sandbox
from eakte.domain.findings import FindingCode
from eakte.domain.mail import MediaType
from eakte.domain.text import RecognisedPage
from eakte.ocr.tesseract import recognise
from eakte.pages.inspect import inspect
from eakte.pages.own_text import is_legible, own_text
from eakte.pages.prepare import prepare
from tests.integration.page_samples import DPI, SIZE, drawn_pdf, encoded, letter, scanner_pdf

WIDTH, HEIGHT = (72 * edge / DPI for edge in SIZE)


def _read(tmp_path: Path, data: bytes, seconds: float = 60) -> RecognisedPage:
    source = tmp_path / "scan"
    source.write_bytes(data)
    inspection = inspect(source)
    page = inspection.pages[0]
    picture = prepare(source, inspection.media_type, 1, tmp_path / "page.tif")
    return recognise(seconds, picture, 1, page.width, page.height, "deu+eng")


def _children() -> set[str]:
    """This process's children, zombies among them."""
    listings = Path("/proc/self/task").glob("*/children")
    return {pid for item in listings for pid in item.read_text().split()}


def _place(page: RecognisedPage, text: str) -> tuple[float, ...]:
    (word,) = (word for word in page.words if text in word.text)
    return word.box.x0, word.box.y0, word.box.x1, word.box.y1


def test_a_letter_is_read_with_its_places(tmp_path: Path) -> None:
    page = _read(tmp_path, encoded(letter(), "JPEG", quality=85))
    lines = page.text.splitlines()
    assert "hiermit lege ich Widerspruch ein" in lines
    assert "Annegret Schäfer" in lines
    assert page.complete
    assert page.confidence > 0.9
    assert page.findings == ()
    scale = 72 / DPI
    x0, y0, _, y1 = _place(page, "Stadtverwaltung")
    assert x0 == pytest.approx(90 * scale, abs=3)
    assert 110 * scale - 2 < y0 < y1 < 155 * scale


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_pages_are_turned_before_reading_and_named(turn: int, tmp_path: Path) -> None:
    wrong = letter().rotate(-turn, expand=True)
    page = _read(tmp_path, encoded(wrong, "JPEG", quality=85))
    assert "Widerspruch" in page.text
    assert page.rotation == (360 - turn) % 360
    assert [found.code for found in page.findings] == [FindingCode.UPSIDE_DOWN]
    x0, y0, x1, y1 = _place(page, "Annegret")
    scale = 72 / DPI
    crop = (round(edge / scale) for edge in (x0, y0, x1, y1))
    cut = wrong.convert("L").crop(tuple(crop))
    assert cut.getextrema()[0] < 100
    assert page.width == pytest.approx(wrong.width * scale, abs=0.1)


def test_a_page_that_viewers_turn_is_no_finding(tmp_path: Path) -> None:
    page = _read(tmp_path, scanner_pdf([letter().rotate(90, expand=True)], rotate=90))
    assert page.rotation == 90
    assert page.findings == ()
    assert "Widerspruch" in page.text
    x0, y0, x1, y1 = _place(page, "Stadtverwaltung")
    assert y1 - y0 > x1 - x0


def test_a_blank_page_has_no_words_and_is_complete(tmp_path: Path) -> None:
    page = _read(tmp_path, encoded(Image.new("RGB", SIZE, (246, 242, 230)), "JPEG"))
    assert (page.words, page.text, page.complete, page.findings) == ((), "", True, ())


@pytest.mark.parametrize("seconds", [0.02, 0.15])
def test_running_out_of_time_is_incomplete_and_leaves_no_process(
    seconds: float, tmp_path: Path
) -> None:
    gc.disable()  # a forgotten Popen would be reaped by its destructor, some day
    before = _children()
    page = _read(tmp_path, encoded(letter(), "JPEG"), seconds)
    left = _children() - before
    gc.enable()
    assert not page.complete
    assert [found.code for found in page.findings] == [FindingCode.OCR_INCOMPLETE]
    assert not left


@pytest.mark.parametrize("spoil", ["coarse", "blurred"])
def test_pages_that_hardly_read_are_named(spoil: str, tmp_path: Path) -> None:
    page = letter()
    if spoil == "coarse":
        page = page.resize((160, 226)).resize(SIZE)
    else:
        page = page.filter(ImageFilter.GaussianBlur(5))
    read = _read(tmp_path, encoded(page, "JPEG"))
    assert {found.code for found in read.findings} >= {FindingCode.LOW_OCR_CONFIDENCE}
    assert read.complete


@pytest.mark.parametrize(("degrees", "skewed"), [(1.5, False), (-4, True), (4, True)])
def test_skewed_pages_are_named(degrees: float, skewed: bool, tmp_path: Path) -> None:
    page = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(page)
    for y in range(150, 700, 60):
        draw.text((90, y), "Wir bitten um Auskunft zu diesem Fall", fill=0, font_size=32)
    tilted = page.rotate(degrees, Image.Resampling.BICUBIC, fillcolor="white")
    read = _read(tmp_path, encoded(tilted, "JPEG"))
    assert (FindingCode.SKEWED in {found.code for found in read.findings}) is skewed


def test_it_works_in_the_sandbox(tmp_path: Path) -> None:
    source = tmp_path / "scan.jpg"
    source.write_bytes(encoded(letter(), "JPEG", quality=85))
    limits = sandbox.DEFAULT_LIMITS
    out = tmp_path / "page.tif"
    picture = sandbox.call(limits, prepare, source, MediaType.JPEG, 1, out)
    page = sandbox.call(limits, recognise, 90.0, picture, 1, WIDTH, HEIGHT, "deu+eng")
    assert "Müllgebühren" in page.text


def test_shadow_and_tint_do_not_hurt(tmp_path: Path) -> None:
    shade = Image.linear_gradient("L").rotate(90).resize(SIZE).point(lambda v: 90 + v * 165 // 255)
    dark = Image.composite(letter(), Image.new("RGB", SIZE, (0, 0, 0)), shade)
    page = _read(tmp_path, encoded(dark, "JPEG", quality=85))
    assert "über die Höhe der Müllgebühren." in page.text


def test_born_digital_pages_bring_their_own_text(tmp_path: Path) -> None:
    source = tmp_path / "scan.pdf"
    source.write_bytes(drawn_pdf())
    page = own_text(source, 1)
    assert page is not None
    assert page.engine == "pdf-text"
    assert "hiermit lege ich Widerspruch ein" in page.text.splitlines()
    x0, y0, _, y1 = _place(page, "Stadtverwaltung")
    assert x0 == pytest.approx(30, abs=2)
    assert 44 < y0 < y1 < 66


def test_too_little_or_garbled_text_is_left_to_ocr(tmp_path: Path) -> None:
    source = tmp_path / "scan.pdf"
    source.write_bytes(drawn_pdf(("Seite 1",)))
    assert own_text(source, 1) is None
    assert not is_legible("\ue001\ue002\ue003" * 30 + "abcdefghijklmnopqrstuvwxyz")
    assert is_legible("Sehr geehrte Damen und Herren")
