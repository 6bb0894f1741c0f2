"""Views cut nothing: every word is on a page, inside its margins, and the bytes repeat."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from eakte import typeset as typeset_module
from eakte.errors import EnvironmentProblemError, UnusableInputError
from eakte.typeset import Heading, Table, Text, typeset

BLOCKS = (
    Heading("Überschrift Ş ł Ω"),
    Table((("Von:", "Jörg"), ("Betreff:", "W" * 300)), (1, 5)),
    Text("Straße € [x]\n\n" + "x" * 5000 + "\n" + "Wort " * 600 + "\nEnde 漢 😀 \u200b."),
    Table(
        tuple((f"Datei-{n}-" + "lang_" * (n % 30), str(n), "ab" * 32) for n in range(200)),
        (4, 1, 4),
        ("Name", "Größe", "SHA-256"),
        frozenset({1}),
    ),
)


def pages(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    return [page.get_textpage().get_text_range() for page in document]


def test_all_text_is_there_and_inside_the_margins(tmp_path):
    count = typeset("Täst", BLOCKS, tmp_path / "a.pdf")
    texts = pages(tmp_path / "a.pdf")
    assert len(texts) == count
    whole = "".join("".join(texts).split())
    assert whole.count("x") >= 5000
    assert whole.count("W" * 10) == 30
    assert "".join(texts).count("Wort") == 600
    assert "Ende[U+6F22][U+1F600]" in whole
    assert all(f"Datei-{number}-" in whole for number in range(200))
    assert sum("SHA-256" in text for text in texts) >= 5
    for page in pypdfium2.PdfDocument(tmp_path / "a.pdf"):
        text = page.get_textpage()
        for index in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(index)
            assert left > 55
            assert right < 540
            assert bottom > 25
            assert top < 800


def test_the_same_input_gives_the_same_bytes_and_fonts_are_embedded(tmp_path):
    typeset("T", BLOCKS, tmp_path / "a.pdf")
    typeset("T", BLOCKS, tmp_path / "b.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        fonts = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary)
                 and each.get("/Type") == "/Font"]  # fmt: skip
        drawn = [each for each in fonts if "DejaVu" in str(each.get("/BaseFont"))]
        assert drawn
        assert all("/FontFile2" in each.FontDescriptor and "/ToUnicode" in each for each in drawn)


def test_more_pages_than_allowed_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(typeset_module, "MAX_PAGES", 2)
    with pytest.raises(UnusableInputError) as caught:
        typeset("T", [Text("x\n" * 500)], tmp_path / "a.pdf")
    assert caught.value.facts["reason"] == "too_large"


def test_missing_fonts_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(typeset_module, "_FOLDER", tmp_path)
    typeset_module._register_fonts.cache_clear()
    with pytest.raises(EnvironmentProblemError, match="fonts-dejavu-core"):
        typeset("T", [Text("x")], tmp_path / "a.pdf")
