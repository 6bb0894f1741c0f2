from __future__ import annotations

import hashlib

import pytest

from eakte.domain.text import Box, RecognisedPage, Word
from eakte.pdfa.font import font_program, to_unicode
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
        (90, "0.003 1 -1 0.003 80.00 250.00 Tm"),
        (180, "-1 0 0 -1 80.00 260.00 Tm"),
        (270, "0.003 -1 1 0.003 20.00 260.00 Tm"),
    ],
)
def test_text_runs_as_the_page_is_read(rotation: int, matrix: str) -> None:
    box = Box(20, 40, 80, 50)
    content = text_layer(_page(Word("Wort", box, 1, 0), rotation=rotation), " Wort", 0, 300)
    assert matrix in content.decode()
    assert "3 Tr" in content.decode()


def test_the_font_is_the_same_bytes_every_time() -> None:
    first = hashlib.sha256(font_program()).hexdigest()
    font_program.cache_clear()
    assert hashlib.sha256(font_program()).hexdigest() == first


def test_words_without_usable_letters_are_left_out() -> None:
    assert b"Tj" not in text_layer(_page(Word("\x07", Box(0, 0, 9, 9), 1, 0)), " ", 0, 300)
