"""Boxes of words set right by the line they stand on."""

from __future__ import annotations

import pytest

from eakte.domain.text import Box, Word
from eakte.domain.type_lines import letter_boxes, reach, stands
from eakte.ocr.lines import settled

_SIZE, _BASE, _POINT = 40.0, 500.0, 4.0


def _word(text: str, x: float, line: int = 0, size: float = _SIZE, slope: float = 0.0) -> Word:
    """A word set in type of a size on a baseline, with the box that it should have."""
    above, below = reach(text) or (0.5, 0.1)
    width = 0.5 * size * len(text)
    slant = abs(slope) * width / 2
    base = _BASE + slope * (x + width / 2)
    box = Box(x, base - above * size - slant, x + width, base + below * size + slant)
    return Word(text, box, 0.9, line)


def _line(*texts: str, slope: float = 0.0) -> tuple[Word, ...]:
    return tuple(_word(text, 150.0 * index, slope=slope) for index, text in enumerate(texts))


_TEXTS = ("Nr.", "Bezeichnung", "und", "Betrag", "nur", "Über")


def test_right_boxes_stay_as_they_are() -> None:
    assert settled(_line(*_TEXTS), _POINT) == _line(*_TEXTS)
    assert settled(_line(*_TEXTS, slope=0.05), _POINT) == _line(*_TEXTS, slope=0.05)


@pytest.mark.parametrize(("up", "down"), [(0, 30), (60, 0), (60, 30), (0, -12), (-12, 0)], ids=str)
def test_a_rule_a_stamp_or_a_missed_dot_is_set_right(up: float, down: float) -> None:
    line = _line(*_TEXTS)
    box = line[2].box
    wrong = Word("und", Box(box.x0, box.y0 - up, box.x1, box.y1 + down), 0.9, 0)
    right = settled((*line[:2], wrong, *line[3:]), _POINT)[2].box
    assert (right.y0, right.y1) == pytest.approx((box.y0, box.y1), abs=0.05 * _SIZE)
    assert (right.x0, right.x1) == (box.x0, box.x1)


def test_larger_type_and_a_word_of_another_row_are_left_alone() -> None:
    larger = _word("GROSS", 900.0, size=2.2 * _SIZE)
    lower = _word("ohne", 1200.0)
    lower = Word("ohne", Box(1200, lower.box.y0 + 25, 1290, lower.box.y1 + 25), 0.9, 0)
    line = (*_line(*_TEXTS), larger, lower)
    assert settled(line, _POINT) == line


def test_too_few_words_tell_nothing() -> None:
    tall = Word("Nr.", Box(0, 0, 60, 400), 0.9, 0)
    assert settled((tall, _word("und", 150.0)), _POINT) == (tall, _word("und", 150.0))
    assert settled((), _POINT) == ()


def test_punctuation_keeps_its_place_within_the_line() -> None:
    dash = Word("-", Box(950, 480, 970, 484), 0.9, 0)
    bar = Word("|", Box(980, 300, 984, 700), 0.9, 0)
    *_, kept, clipped = settled((*_line(*_TEXTS), dash, bar), _POINT)
    assert kept == dash
    assert _BASE - _SIZE < clipped.box.y0 < clipped.box.y1 < _BASE + 0.5 * _SIZE


def test_all_lines_of_a_page_have_one_slope() -> None:
    page = [
        [(word.text, word.box) for word in _line(*_TEXTS, slope=-0.03)],
        [(word.text, word.box) for word in _line("allein", slope=-0.03)],
        [("--", Box(0, 0, 9, 2))],
    ]
    first, second, third = stands(page)
    assert first is not None
    assert second is not None
    assert third is None
    assert (first.slope, second.slope) == pytest.approx((-0.03, -0.03), abs=0.004)
    assert first.size == pytest.approx(_SIZE, rel=0.05)
    assert first.base == pytest.approx(_BASE, abs=3)


def test_the_letters_of_a_word_fill_its_box_each_as_high_as_it_is() -> None:
    word = _word("Tag", 10.0)
    first, second, third = letter_boxes(word.text, word.box)
    assert (first.x0, third.x1) == (word.box.x0, word.box.x1)
    assert first.y0 == word.box.y0 < second.y0 == pytest.approx(third.y0)
    assert first.y1 == pytest.approx(_BASE) == second.y1
    assert third.y1 == word.box.y1
    assert list(letter_boxes("--", word.box)) == [word.box]
