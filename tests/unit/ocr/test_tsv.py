from __future__ import annotations

import pytest

from eakte.domain.text import Box, Word
from eakte.ocr.tsv import lying, parse_tsv, turned_back

HEADER = (
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
)
ROWS = (
    "1\t1\t0\t0\t0\t0\t0\t0\t800\t600\t-1\t",
    "5\t1\t1\t1\t1\t1\t10\t20\t30\t12\t90.5\tSehr",
    "5\t1\t1\t1\t1\t2\t50\t20\t60\t12\t70\tgeehrte",
    "5\t1\t1\t1\t2\t1\t10\t40\t30\t12\t-1\t ",
    "5\t1\t2\t1\t1\t1\t10\t80\t30\t12\t50\tEnde",
    "5\t1\tcut",
)


def test_words_lines_and_text_come_from_the_word_rows() -> None:
    reading = parse_tsv("\n".join((HEADER, *ROWS)))
    assert reading.text == "Sehr geehrte\nEnde"
    assert reading.words[0] == Word("Sehr", Box(10, 20, 40, 32), 0.905, 0)
    assert [word.line for word in reading.words] == [0, 0, 1]


def test_confidence_weighs_words_by_their_length() -> None:
    reading = parse_tsv("\n".join((HEADER, *ROWS)))
    assert reading.confidence == pytest.approx((0.905 * 4 + 0.7 * 7 + 0.5 * 4) / 15)
    assert parse_tsv(HEADER).confidence == 0


@pytest.mark.parametrize(
    ("turned", "box"),
    [
        (0, Box(10, 20, 40, 32)),
        (90, Box(20, 560, 32, 590)),
        (180, Box(760, 568, 790, 580)),
        (270, Box(768, 10, 780, 40)),
    ],
)
def test_boxes_are_mapped_back_to_the_stored_page(turned: int, box: Box) -> None:
    assert turned_back(Box(10, 20, 40, 32), turned, 800, 600) == box


def _words(steps: int, *, tall: bool) -> tuple[Word, ...]:
    size = (10, 40) if tall else (40, 10)
    return tuple(
        Word("Wort", Box(5, 100 + steps * i, 5 + size[0], 100 + steps * i + size[1]), 0.9, 0)
        for i in range(4)
    )


def test_lines_that_lie_on_their_side_are_noticed() -> None:
    assert lying(_words(50, tall=False)) == 0
    assert lying(_words(50, tall=True)) == 270
    assert lying(_words(-50, tall=True)) == 90
    assert lying(()) == 0
