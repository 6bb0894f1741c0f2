"""Pages scanned badly are read all the same, and their words are where the stored page has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from eakte.domain.findings import FindingCode
from eakte.domain.mail import MediaType
from eakte.domain.text import Preparation, PreparedPicture, RecognisedPage
from eakte.errors import EnvironmentProblemError
from eakte.ocr.languages import require_languages
from eakte.pages.inspect import inspect
from eakte.pipeline import jobs
from tests.integration.page_samples import DPI, SIZE, encoded, letter, scanner_pdf

WORDS = "Sehr geehrte Damen und Herren, hiermit lege ich Widerspruch ein gegen den Bescheid vom"
WHITE = (250, 246, 235)


@pytest.fixture(autouse=True)
def _own_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """read_page, at home in a process of its own, sets where temporary files go."""
    monkeypatch.setattr("tempfile.tempdir", None)


def _read(tmp_path: Path, data: bytes) -> RecognisedPage:
    source = tmp_path / "scan"
    source.write_bytes(data)
    found = inspect(source)
    return jobs.read_page(source, found.media_type, found.pages[0], "deu", 120, tmp_path)


def _read_words(page: RecognisedPage) -> int:
    return sum(word in page.text.split() for word in WORDS.split())


def _has_ink(picture: Image.Image, page: RecognisedPage, text: str) -> bool:
    """Tell whether the word's box fits its ink: nothing dark around it, but within it."""
    (word,) = (word for word in page.words if text in word.text)
    scale = DPI / 72
    box = [round(edge * scale) for edge in (word.box.x0, word.box.y0, word.box.x1, word.box.y1)]
    dark = np.asarray(picture.convert("L")) < 128
    inside = dark[box[1] : box[3], box[0] : box[2]]
    rows, columns = np.nonzero(inside)
    slack = min(
        rows.min(), columns.min(), *(np.array(inside.shape) - 1 - (rows.max(), columns.max()))
    )
    return bool(slack >= 0) and max(rows.min(), columns.min()) <= 8


@pytest.mark.parametrize("angle", [-6.0, 3.0, 12.0])
def test_a_skewed_page_is_levelled_for_reading_only(angle: float, tmp_path: Path) -> None:
    skewed = letter().rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=WHITE)
    page = _read(tmp_path, encoded(skewed, "PNG"))
    assert _read_words(page) == len(WORDS.split())
    assert (page.rotation, FindingCode.UPSIDE_DOWN in {f.code for f in page.findings}) == (0, False)
    assert all(_has_ink(skewed, page, text) for text in ("Neustadt", "Widerspruch", "Annegret"))


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_may_be_turned_and_skewed(turn: int, tmp_path: Path) -> None:
    skewed = letter().rotate(4, Image.Resampling.BICUBIC, expand=True, fillcolor=WHITE)
    wrong = skewed.rotate(-turn, expand=True)
    page = _read(tmp_path, encoded(wrong, "PNG"))
    assert _read_words(page) == len(WORDS.split())
    assert page.rotation == (360 - turn) % 360
    assert [found.code for found in page.findings] == [FindingCode.UPSIDE_DOWN]
    assert all(_has_ink(wrong, page, text) for text in ("Neustadt", "Annegret"))


def test_grain_dots_and_coarse_fax_pixels_are_smoothed(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    grey = np.asarray(letter().convert("L"), np.float32)
    grainy = Image.fromarray(
        np.clip(grey + chance.normal(0, 60, grey.shape), 0, 255).astype("uint8")
    )
    dotted = np.where(chance.random(grey.shape) < 0.01, 0, grey).astype(np.uint8)
    fax = letter().convert("L").resize((SIZE[0], SIZE[1] * 98 // DPI), Image.Resampling.BOX)
    fax = fax.point([255 * (level > 150) for level in range(256)], "1")
    fax.save(tmp_path / "fax.tif", dpi=(200, 98), compression="group4")
    for data in (
        encoded(grainy, "PNG"),
        encoded(Image.fromarray(dotted), "PNG"),
        (tmp_path / "fax.tif").read_bytes(),
    ):
        assert _read_words(_read(tmp_path, data)) >= len(WORDS.split()) - 1


def test_light_type_on_dark_and_tinted_bands_is_read(tmp_path: Path) -> None:
    page = letter().copy()
    band = (0, 270, SIZE[0], 360)
    page.paste(page.crop(band).point(lambda level: 235 - level * 4 // 5), band)
    tint = (0, 360, SIZE[0], 450)
    page.paste(page.crop(tint).point(lambda level: level * 3 // 4), tint)
    assert _read_words(_read(tmp_path, encoded(page, "JPEG", quality=85))) == len(WORDS.split())


def test_what_reads_badly_is_prepared_in_another_way_and_the_surer_reading_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first choice is spoilt: out of focus, a page must not be cut into black and white."""
    page = letter().filter(ImageFilter.GaussianBlur(3))
    used = list[str]()
    engine, choose = jobs._ENGINE, jobs.prepare

    def badly(
        source: Path,
        kind: MediaType,
        number: int,
        out: Path,
        preparation: Preparation = Preparation.BITONAL,
        turned: int | None = None,
    ) -> PreparedPicture:
        return choose(source, kind, number, out, preparation, turned)

    def watched(*args: object) -> RecognisedPage:
        used.append(args[1].preparation.value)  # type: ignore[attr-defined]
        return engine(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "prepare", badly)
    monkeypatch.setattr(jobs, "_ENGINE", watched)
    read = _read(tmp_path, encoded(page, "PNG"))
    assert len(set(used)) == 2
    monkeypatch.setattr(jobs, "other_preparation", lambda *_: None)
    assert read.confidence > _read(tmp_path, encoded(page, "PNG")).confidence


def test_a_bitonal_pdf_is_prepared_like_its_picture(tmp_path: Path) -> None:
    skewed = letter().rotate(3, Image.Resampling.BICUBIC, expand=True, fillcolor=WHITE)
    cut = skewed.convert("L").point([255 * (level > 150) for level in range(256)], "1")
    page = _read(tmp_path, scanner_pdf([cut]))
    assert _read_words(page) == len(WORDS.split())
    assert _has_ink(skewed, page, "Annegret")


def test_a_language_that_is_not_installed_is_named() -> None:
    require_languages("deu+eng")
    with pytest.raises(EnvironmentProblemError, match="tesseract-ocr-tlh"):
        require_languages("deu+tlh")
