"""Real Tesseract on real pictures: words, places, turned pages, limits."""

from __future__ import annotations

import gc
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw, ImageFilter

from eakte import sandbox
from eakte.domain.findings import FindingCode
from eakte.domain.mail import MediaType
from eakte.domain.text import PreparedPicture, RecognisedPage
from eakte.ocr.tesseract import recognise
from eakte.pages.inspect import inspect
from eakte.pages.own_text import Worth, own_text
from eakte.pages.prepare import prepare
from tests.integration.page_samples import DPI, SIZE, drawn_pdf, encoded, letter, scanner_pdf
from tests.unit.pages.page_drawings import scrawl

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH, HEIGHT = (72 * edge / DPI for edge in SIZE)


def _read(tmp_path: Path, data: bytes, seconds: float = 60) -> RecognisedPage:
    source = tmp_path / "scan"
    source.write_bytes(data)
    inspection = inspect(source)
    page = inspection.pages[0]
    picture = prepare(source, inspection.media_type, 1, tmp_path / "page.tif")
    return recognise(seconds, picture, 1, page.width, page.height, "deu+eng")


def _codes(page: RecognisedPage) -> set[FindingCode]:
    return {found.code for found in page.findings}


def _children() -> set[str]:
    """This process's children, zombies among them."""
    found: set[str] = set()
    for listing in Path("/proc/self/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            found.update(listing.read_text().split())
    return found


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


def test_a_page_is_read_whole_after_some_that_ran_out_of_time(tmp_path: Path) -> None:
    data = encoded(letter(), "JPEG")
    late = [_read(tmp_path, data, 0.02 + 0.04 * number).complete for number in range(5)]
    assert not all(late)
    assert _read(tmp_path, data).complete


@pytest.mark.parametrize("seconds", [0.02, 0.06])
def test_running_out_of_time_is_incomplete_and_leaves_no_process(
    seconds: float, tmp_path: Path
) -> None:
    """Demand 35: a page whose time ran out is incomplete, never an empty success (and 55)."""
    gc.disable()  # a forgotten Popen would be reaped by its destructor, some day
    before = _children()
    page = _read(tmp_path, encoded(letter(), "JPEG"), seconds)
    left = _children() - before
    gc.enable()
    assert not page.complete
    assert [found.code for found in page.findings] == [FindingCode.OCR_INCOMPLETE]
    assert not left


def test_a_thread_that_ends_while_children_are_counted_costs_no_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What names the children of a thread is gone with it, also between listing and reading."""
    listed = Path.glob

    def with_one_that_ended(folder: Path, pattern: str) -> Iterator[Path]:
        yield from listed(folder, pattern)
        if pattern == "*/children":
            yield folder / "0" / "children"

    monkeypatch.setattr(Path, "glob", with_one_that_ended)
    page = _read(tmp_path, encoded(letter().rotate(90, expand=True), "JPEG", quality=85))
    assert "Widerspruch" in page.text


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


def test_scrawl_is_named_as_handwriting_and_not_as_turned(tmp_path: Path) -> None:
    page = scrawl(Image.new("L", (1240, 1754), 250), 9, 200)
    read = _read(tmp_path, encoded(page, "PNG"))
    assert {found.code for found in read.findings} == {
        FindingCode.LOW_OCR_CONFIDENCE,
        FindingCode.HANDWRITING,
    }
    assert read.rotation == 0


def test_a_form_filled_by_hand_is_handwriting_an_empty_one_is_not(tmp_path: Path) -> None:
    form = Image.new("L", (1654, 2339), 250)
    draw = ImageDraw.Draw(form)
    for row, label in enumerate(("Name", "Anschrift", "Geburtsdatum", "Anliegen", "Begründung")):
        draw.rectangle((150, 290 + 220 * row, 1500, 490 + 220 * row), outline=60, width=2)
        draw.text((160, 300 + 220 * row), label, fill=30, font_size=30)
    assert FindingCode.HANDWRITING not in _codes(_read(tmp_path, encoded(form, "PNG")))
    for row in range(5):
        scrawl(form, 1, 460 + 220 * row, letter=32, seed=row)
    assert FindingCode.HANDWRITING in _codes(_read(tmp_path, encoded(form, "PNG")))


def test_a_signature_a_blurred_page_and_a_drawing_are_no_handwriting(tmp_path: Path) -> None:
    signed = letter().resize((1654, 2323))
    scrawl(signed, 1, 2150, letter=30)
    ImageDraw.Draw(signed).rectangle((500, 2000, 1654, 2323), fill="white")
    blurred = letter().resize((1654, 2323)).filter(ImageFilter.GaussianBlur(6))
    drawing = letter().resize((1654, 2323))
    for turn in range(0, 900, 30):
        ImageDraw.Draw(drawing).arc((300, 900, 800 + turn, 1500 + turn), 0, 360, fill=40, width=3)
    for page in (signed, blurred, drawing):
        assert FindingCode.HANDWRITING not in _codes(_read(tmp_path, encoded(page, "PNG")))


def test_it_works_in_the_sandbox(tmp_path: Path) -> None:
    source = tmp_path / "scan.jpg"
    source.write_bytes(encoded(letter(), "JPEG", quality=85))
    limits = sandbox.DEFAULT_LIMITS
    out = tmp_path / "page.tif"
    picture = sandbox.call(limits, prepare, source, MediaType.JPEG, 1, out)
    page = sandbox.call(limits, recognise, 90.0, picture, 1, WIDTH, HEIGHT, "deu+eng")
    assert "Müllgebühren" in page.text


_SLOW_TESSERACT = """#!/bin/sh
[ "$1" = --version ] && { echo "tesseract 5.3.0"; exit; }
[ "$1" = --list-langs ] && exec REAL --list-langs
sleep 60 &
read -r _ _ _ _ group _ < /proc/$$/stat
echo "$OMP_THREAD_LIMIT" "$(ulimit -v)" "$group" "$!" > "${0%/*}/report"
wait
"""


def recognise_with(folder: Path, picture: PreparedPicture, seconds: float) -> RecognisedPage:
    """Read with the program `tesseract` of a folder (runs in the sandbox)."""
    os.environ["PATH"] = f"{folder}:{os.environ['PATH']}"
    return recognise(seconds, picture, 1, WIDTH, HEIGHT, "deu")


def test_what_finds_the_right_way_up_is_limited_and_reaped(tmp_path: Path) -> None:
    """Demand 55 (and 35): a hanging Tesseract is limited and goes with all that it started."""
    program = tmp_path / "tesseract"
    program.write_text(_SLOW_TESSERACT.replace("REAL", str(shutil.which("tesseract"))))
    program.chmod(0o755)
    source = tmp_path / "scan.jpg"
    source.write_bytes(encoded(letter().rotate(180), "JPEG", quality=85))
    picture = prepare(source, MediaType.JPEG, 1, tmp_path / "page.tif")
    limits = sandbox.Limits(memory_mb=1400)
    page = sandbox.call(limits, recognise_with, tmp_path, picture, 6.0)
    threads, kilobytes, group, grandchild = (tmp_path / "report").read_text().split()
    assert (threads, int(kilobytes)) == ("1", 1400 * 1024)
    assert int(group) != os.getpgrp()
    assert _ends(grandchild)
    assert not page.complete
    assert _codes(page) >= {FindingCode.OCR_INCOMPLETE}


def _ends(pid: str) -> bool:
    """Tell whether a process is gone (or only waits to be reaped) within five seconds."""
    stat = Path("/proc") / pid / "stat"
    for _turn in range(50):
        if not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.1)
    return False


def test_shadow_and_tint_do_not_hurt(tmp_path: Path) -> None:
    shade = Image.linear_gradient("L").rotate(90).resize(SIZE).point(lambda v: 90 + v * 165 // 255)
    dark = Image.composite(letter(), Image.new("RGB", SIZE, (0, 0, 0)), shade)
    page = _read(tmp_path, encoded(dark, "JPEG", quality=85))
    assert "über die Höhe der Müllgebühren." in page.text


def test_born_digital_pages_bring_their_own_text(tmp_path: Path) -> None:
    source = tmp_path / "scan.pdf"
    source.write_bytes(drawn_pdf())
    own = own_text(source, 1)
    page = own.page
    assert own.worth is Worth.ENOUGH
    assert page.own_words == len(page.words)
    assert page.engine == "pdf-text"
    assert "hiermit lege ich Widerspruch ein" in page.text.splitlines()
    x0, y0, _, y1 = _place(page, "Stadtverwaltung")
    assert x0 == pytest.approx(30, abs=2)
    assert 44 < y0 < y1 < 66


def test_too_little_text_is_left_to_ocr(tmp_path: Path) -> None:
    source = tmp_path / "scan.pdf"
    source.write_bytes(drawn_pdf(("Seite 1",)))
    assert own_text(source, 1).worth is Worth.THIN
