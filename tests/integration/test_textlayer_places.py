"""The invisible text of an archive copy lies on the words, in their order, for two other readers.

Pages of known text are rendered, spoilt, read by the real Tesseract and archived; poppler and
PDFium (which Chrome uses) then say where they find which words.
"""

from __future__ import annotations

import subprocess
import unicodedata
from pathlib import Path

import pypdfium2
import pytest

from eakte.domain.text import Box, RecognisedPage, Word
from eakte.pages.inspect import inspect
from eakte.pdfa.build import build
from tests.integration.page_samples import encoded
from tests.integration.page_samples import letter as picture
from tests.integration.typeset_truth import (
    BODY,
    Drawn,
    archived,
    columns,
    drawn,
    far_off,
    letter,
    seen_by_pdfium,
    seen_by_poppler,
    spoilt,
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    return drawn(tmp_path_factory.mktemp("drawn") / "letter.pdf", letter)


def _poppler(pdf: Path) -> str:
    command = ["pdftotext", str(pdf), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _pdfium(pdf: Path) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        text: str = document[0].get_textpage().get_text_range()
    return "\n".join(line.strip() for line in text.splitlines())


def _finds(pdf: Path, phrase: str) -> bool:
    with pypdfium2.PdfDocument(pdf) as document:
        return document[0].get_textpage().search(phrase).get_next() is not None


@pytest.mark.parametrize(
    ("turn", "skew"), [(0, 0.0), (90, 0.0), (180, 0.0), (270, 0.0), (0, 1.0), (0, -2.0), (0, 3.0)]
)
def test_words_lie_on_their_glyphs_and_in_their_order(
    page: Drawn, turn: int, skew: float, tmp_path: Path
) -> None:
    """Issue 4: ≥ 99 % of the words within 2 pt of the rendered glyph box, every edge of it."""
    scan, true = spoilt(page, turn, skew)
    pdf = archived(scan, tmp_path)
    for found in (seen_by_poppler(pdf), seen_by_pdfium(pdf)):
        count, wrong = far_off(true, found)
        assert count >= 0.95 * len(true)
        assert len(wrong) <= 0.01 * count, wrong
    assert " ".join(BODY) in " ".join(_pdfium(pdf).split())
    for phrase in ("beantrage ich, die Vollziehung", "von zwei Personen", "Bescheid aufzuheben"):
        assert _finds(pdf, phrase)
    if not skew:
        assert "\n".join(BODY[1:9]) in _poppler(pdf)
        assert "\n".join(BODY[1:9]) in _pdfium(pdf)


def _folded(words: list[str]) -> str:
    """Give words without case and dots: their order is asked for, not how well they are read."""
    return unicodedata.normalize("NFD", " ".join(words)).replace("\u0308", "").casefold()


def test_two_columns_come_out_one_after_the_other(tmp_path: Path) -> None:
    two = drawn(tmp_path / "columns.pdf", columns)
    pdf = archived(two.picture, tmp_path)
    first = [text for text, boxes in two.words if boxes[0][0] < 220]
    second = [text for text, boxes in two.words if boxes[0][0] >= 220]
    for text in (_poppler(pdf), _pdfium(pdf)):
        assert _folded(text.split()) == _folded([*first, *second])
    count, wrong = far_off([(text, boxes[0]) for text, boxes in two.words], [])
    assert (count, wrong) == (0, [])


def _archive(words: tuple[Word, ...], rotation: int, folder: Path) -> Path:
    source, out = folder / "scan.jpg", folder / "archive.pdf"
    source.write_bytes(encoded(picture(), "JPEG"))
    inspection = inspect(source)
    sheet = inspection.pages[0]
    read = RecognisedPage(
        1, sheet.width, sheet.height, words, "", rotation, 0.9, complete=True, engine="test"
    )
    build(source, inspection.media_type, inspection.pages, {1: read}, out)
    return out


def test_a_hyphen_at_a_lines_end_joins_for_who_copies(tmp_path: Path) -> None:
    words = (
        Word("Wider-", Box(40, 40, 80, 52), 1, 0),
        Word("spruch", Box(40, 56, 80, 68), 1, 1),
    )
    pdf = _archive(words, 0, tmp_path)
    assert _poppler(pdf).strip() == "Widerspruch"
    assert _finds(pdf, "Wider")


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_any_script_and_any_box_is_kept(rotation: int, tmp_path: Path) -> None:
    """Right to left, combining marks, beyond the basic plane, boxes turned inside out."""
    texts = ("אב", "e\u0301te\u0301", "\U0001f600x", "\ud800a\x07", "--", "hoch", "leer", "links")
    boxes = (
        Box(200, 30, 240, 40), Box(40, 60, 90, 70), Box(100, 60, 130, 70), Box(140, 60, 150, 70),
        Box(40, 90, 60, 92), Box(40, 100, 60, 300), Box(40, 320, 40, 320), Box(90, 350, 60, 340),
    )  # fmt: skip
    words = tuple(
        Word(*each, 0.9, line) for line, each in enumerate(zip(texts, boxes, strict=True))
    )
    pdf = _archive(words, rotation, tmp_path)
    found = "".join(_pdfium(pdf).split())
    for text in ("\U0001f600x", "hoch", "leer", "links"):
        assert text in found
