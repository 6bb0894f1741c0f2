from __future__ import annotations

import hashlib
import io

import pikepdf
import pytest
from fontTools.ttLib import TTFont

from eakte.domain.text import Box, RecognisedPage, Word
from eakte.pdfa.font import (
    REACHES,
    font_name,
    font_program,
    make_fonts,
    to_unicode,
)
from eakte.pdfa.textlayer import letters_of, text_layer, usable


def _page(*words: Word, rotation: int = 0) -> RecognisedPage:
    text = " ".join(word.text for word in words)
    return RecognisedPage(1, 200, 300, words, text, rotation, 0.9, complete=True, engine="test")


def test_every_letter_gets_a_code_and_so_does_the_space() -> None:
    page = _page(Word("Öl", Box(0, 0, 10, 10), 1, 0), Word("lÖ", Box(0, 0, 10, 10), 1, 0))
    assert letters_of((page,)) == " lÖ"
    assert b"<0003> <00D6>" in to_unicode(" lÖ")


def test_letters_outside_the_basic_plane_map_to_surrogates() -> None:
    assert b"<0001> <D83DDE00>" in to_unicode("\N{GRINNING FACE}")


def test_a_cmap_has_at_most_100_letters_per_section() -> None:
    cmap = to_unicode("".join(chr(0x100 + index) for index in range(230)))
    assert [line for line in cmap.splitlines() if b"beginbfchar" in line] == [
        b"100 beginbfchar",
        b"100 beginbfchar",
        b"30 beginbfchar",
    ]


@pytest.mark.parametrize("bad", ["\ufeff", "\ufffe", "\x00", "\ud800", "\uffff"])
def test_what_pdfa_2u_forbids_never_gets_a_code(bad: str) -> None:
    assert usable(f"a{bad}b") == "ab"


@pytest.mark.parametrize(
    ("rotation", "matrix"),
    [
        (0, "1 0 0 1 20.00 250.00 Tm"),
        (90, "0.003 1 -1 0.003 30.00 200.00 Tm"),
        (180, "-1 0 0 -1 200.00 260.00 Tm"),
        (270, "0.003 -1 1 0.003 20.00 260.00 Tm"),
    ],
)
def test_text_runs_as_the_page_is_read(rotation: int, matrix: str) -> None:
    box = Box(20, 40, 30, 100) if rotation % 180 else Box(20, 40, 80, 50)
    content = text_layer(_page(Word("Wort", box, 1, 0), rotation=rotation), " Wort", 0, 300)
    assert matrix in content.decode()
    assert "3 Tr" in content.decode()


def test_the_font_is_the_same_bytes_every_time() -> None:
    first = hashlib.sha256(font_program()).hexdigest()
    font_program.cache_clear()
    assert hashlib.sha256(font_program()).hexdigest() == first


def test_words_without_usable_letters_are_left_out() -> None:
    assert b"Tj" not in text_layer(_page(Word("\x07", Box(0, 0, 9, 9), 1, 0)), " ", 0, 300)


def _set(content: bytes) -> list[tuple[float, float]]:
    """Size and baseline of each word."""
    lines = content.decode().splitlines()
    sizes = [float(line.split()[1]) for line in lines if line.endswith("Tf")]
    bases = [float(line.split()[5]) for line in lines if line.endswith("Tm")]
    return list(zip(sizes, bases, strict=True))


def test_words_of_a_line_stand_on_one_baseline_in_one_size() -> None:
    """Readers find lines by that, whether a word has long letters or not."""
    boxes = (Box(10, 34.8, 30, 40), Box(35, 33, 55, 42), Box(60, 33, 80, 40), Box(90, 34.8, 99, 42))
    texts = ("nur", "Tag", "bald", "gar")
    words = [Word(text, box, 1, 0) for text, box in zip(texts, boxes, strict=True)]
    below = [Word(text, Box(box.x0, box.y0 + 15, box.x1, box.y1 + 15.2), 1, 1)
             for text, box in zip(texts, boxes, strict=True)]  # fmt: skip
    stood = _set(text_layer(_page(*words, *below), letters_of((_page(*words),)), 0, 300))
    assert len({size for size, _base in stood}) == 1
    assert [base for _size, base in stood[:4]] == pytest.approx([260] * 4, abs=0.3)
    assert len({base for _size, base in stood}) == 2


def test_a_word_that_its_line_cannot_cover_gets_a_size_of_its_own() -> None:
    words = [Word("klein", Box(10 + 40 * x, 33, 40 + 40 * x, 40), 1, 0) for x in range(3)]
    tall = Word("HOCH", Box(130, 10, 190, 40), 1, 0)
    *_, (size, base) = _set(
        text_layer(_page(*words, tall), letters_of((_page(tall, *words),)), 0, 300)
    )
    ascent, descent = (edge / 1000 for edge in REACHES[0])
    assert base + ascent * size == pytest.approx(290, abs=0.1)
    assert base + descent * size == pytest.approx(260, abs=0.1)


def test_upside_down_every_word_begins_at_the_edge_of_the_page() -> None:
    words = (Word("ein", Box(150, 40, 190, 50), 1, 0), Word("Wort", Box(90, 40, 140, 50), 1, 0))
    content = text_layer(_page(*words, rotation=180), " Weinort", 0, 300).decode()
    assert [line.split()[4] for line in content.splitlines() if line.endswith("Tm")] == [
        "200.00"
    ] * 2
    assert content.count("TJ") == 2


def test_the_variants_of_the_font_reach_as_they_say() -> None:
    """PDFium marks by the outlines, poppler by the descriptor."""
    with pikepdf.new() as pdf:
        fonts = make_fonts(pdf, " aö")
        assert len(fonts) == len(REACHES)
        program = TTFont(io.BytesIO(font_program()))
        for variant, reach in enumerate(REACHES):
            font = fonts[font_name(variant)]
            (descendant,) = font.DescendantFonts
            glyph = descendant.CIDToGIDMap.read_bytes()[2:4]
            outline = program["glyf"][program.getGlyphName(int.from_bytes(glyph))]
            told = descendant.FontDescriptor
            assert (outline.yMax, outline.yMin) == (told.Ascent, told.Descent) == reach
