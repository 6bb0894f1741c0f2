"""Demand of law R7 (A.SC.8): a page that looks blank may carry a Paraphe in pencil."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from PIL import Image, ImageDraw

from eakte.pages.blank import FEW_MARKS, ONLY_FAINT, Blankness, blankness
from eakte.pages.shade import shade
from tests.unit.pages.page_drawings import (
    A4,
    bare,
    glance,
    grainy,
    paraphe,
    punched,
    shining_through,
    typed,
)

PAPERS = list(product((255, 225, 190), ("even", "ramp", "corner"), (False, True)))


def _measure(page: Image.Image, grain: float = 3) -> Blankness:
    return blankness(shade(grainy(page, grain)))


@pytest.mark.parametrize(("tint", "light", "fold"), PAPERS)
def test_bare_paper_is_blank_whatever_its_tint_light_grain_and_folds(
    tint: int, light: str, fold: bool
) -> None:
    grain = 2 if light == "corner" else 8
    measured = _measure(bare(tint, light, fold=fold), grain)
    assert (measured.blank, measured.marked, measured.detail) == (True, 0, "")


@pytest.mark.parametrize(("tint", "light", "fold"), PAPERS[::5])
@pytest.mark.parametrize(("grey", "breadth"), [(170, 0.5), (170, 0.3), (200, 0.5), (200, 0.3)])
def test_a_paraphe_in_pencil_is_seen_and_the_page_still_held(
    tint: int, light: str, fold: bool, grey: int, breadth: float
) -> None:
    measured = _measure(paraphe(bare(tint, light, fold=fold), grey, breadth, (700, 900)), 2)
    assert measured.marked >= 3
    assert (measured.blank, measured.detail) == (True, FEW_MARKS)


@pytest.mark.parametrize("at", [(30, 30), (A4[0] - 80, A4[1] - 80), (30, 900)])
def test_a_paraphe_near_the_margin_is_seen(at: tuple[int, int]) -> None:
    assert _measure(paraphe(bare(), 190, 0.4, at)).marked >= 3


def test_punch_holes_never_make_a_page_with_a_paraphe_look_written_on() -> None:
    holes = _measure(punched(bare()))
    both = _measure(paraphe(punched(bare()), 170, 0.5, (700, 900)))
    assert holes.blank
    assert both.blank
    assert both.marked > holes.marked


@pytest.mark.parametrize(("strength", "detail"), [(0.1, ""), (0.2, ONLY_FAINT), (0.3, ONLY_FAINT)])
def test_the_reverse_shining_through_is_blank_and_said_so(strength: float, detail: str) -> None:
    measured = _measure(shining_through(strength))
    assert (measured.blank, measured.detail) == (True, detail)


@pytest.mark.parametrize("tone", [160, 200])
def test_a_page_written_in_pencil_is_held_as_faint(tone: int) -> None:
    measured = _measure(typed(30, tone))
    assert (measured.blank, measured.detail) == (True, ONLY_FAINT)


@pytest.mark.parametrize("lines", [1, 3, 30])
def test_lines_of_type_are_not_blank(lines: int) -> None:
    assert not _measure(typed(lines)).blank


@pytest.mark.parametrize(("tint", "light", "fold"), PAPERS[::6])
def test_three_lines_are_not_blank_on_any_paper(tint: int, light: str, fold: bool) -> None:
    paper = np.asarray(bare(tint, light, fold=fold), np.float32) / 255
    page = Image.fromarray((paper * np.asarray(typed(3))).astype(np.uint8))
    assert not _measure(page).blank


def test_a_small_slip_with_a_few_words_is_not_blank() -> None:
    slip = Image.new("L", (500, 130), 250)
    ImageDraw.Draw(slip).text((40, 40), "Bitte an Frau Mohn", fill=40, font_size=22)
    assert not blankness(shade(glance(slip))).blank


def test_specks_of_dust_are_no_marks() -> None:
    page = bare()
    draw = ImageDraw.Draw(page)
    for x in range(100, 1100, 100):
        draw.ellipse((x, 500, x + 2, 502), fill=120)
    assert _measure(page).marked == 0


def test_the_dark_lid_around_a_sheet_is_no_mark() -> None:
    page = bare()
    ImageDraw.Draw(page).rectangle((0, 0, 15, A4[1]), fill=20)
    assert _measure(page).marked == 0
