from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from eakte.pages.edges import cut_edges
from eakte.pages.shade import shade
from tests.unit.pages.page_drawings import A4, glance, grainy, textured, turned, typed

WIDE, HIGH = A4
LEFT, RIGHT, MIDDLE_OF_LINE = 150, 602, 200 + 40 * 7 + 14
"""Where typed() begins, where its lines are still under way, and half a line of it."""


def _cut(page: Image.Image) -> int:
    page = grainy(page, 2)
    return cut_edges(page, shade(page))


@pytest.mark.parametrize(
    "kept",
    [
        (LEFT + 20, 0, WIDE, HIGH),
        (0, 0, RIGHT, HIGH),
        (0, MIDDLE_OF_LINE, WIDE, HIGH),
        (0, 0, WIDE, MIDDLE_OF_LINE),
    ],
)
@pytest.mark.parametrize("turns", [0, 1])
def test_text_that_runs_out_of_the_picture_is_found(
    kept: tuple[int, int, int, int], turns: int
) -> None:
    page = typed().crop(kept)
    assert _cut(page.transpose(Image.Transpose.ROTATE_90) if turns else page) == 1


@pytest.mark.parametrize("kept", [(0, 0, WIDE, HIGH), (LEFT - 12, 188, WIDE, HIGH)])
def test_a_whole_page_is_not_cut_however_close_its_edges(kept: tuple[int, int, int, int]) -> None:
    assert _cut(typed().crop(kept)) == 0


def test_two_edges_are_counted() -> None:
    assert _cut(typed().crop((LEFT + 20, 0, RIGHT, HIGH))) == 2


def _dark_rim(page: Image.Image) -> None:
    chance = np.random.default_rng(5)
    frayed = np.convolve(chance.normal(8, 9, HIGH + 24), np.ones(25) / 25, "valid")
    draw = ImageDraw.Draw(page)
    for y, depth in enumerate(frayed.clip(0).tolist()):
        draw.line((0, y, depth, y), fill=30)


def _specks(page: Image.Image) -> None:
    chance = np.random.default_rng(5)
    draw = ImageDraw.Draw(page)
    for y in chance.integers(0, HIGH, 260).tolist():
        draw.point((int(chance.integers(0, 5)), y), fill=40)


def _table(page: Image.Image) -> None:
    draw = ImageDraw.Draw(page)
    for y in range(100, HIGH, 45):
        draw.line((0, y, WIDE, y), fill=50, width=2)
    for x in range(0, WIDE, 200):
        draw.line((x, 0, x, HIGH), fill=50, width=2)


def _half_holes(page: Image.Image) -> None:
    for y in range(200, 1600, 300):
        ImageDraw.Draw(page).ellipse((-17, y, 17, y + 34), fill=50)


def _photograph(page: Image.Image) -> None:
    page.paste(textured((WIDE, 500), 40), (0, 0))


def _fine_photograph(page: Image.Image) -> None:
    page.paste(textured((WIDE, 500), 260), (0, 0))


def _fringe(page: Image.Image) -> None:
    fray = np.random.default_rng(16).random((16, WIDE)) < np.linspace(0.8, 0.02, 16)[:, None]
    page.paste(40, (0, 0), Image.fromarray(fray))


def _bars(page: Image.Image) -> None:
    for y in range(100, 1700, 40):
        ImageDraw.Draw(page).rectangle((0, y, 30, y + 20), fill=40)


def _frame(page: Image.Image) -> None:
    ImageDraw.Draw(page).rectangle((1, 1, WIDE - 2, HIGH - 2), outline=30, width=3)


_SPOILS = [_dark_rim, _fringe, _specks, _bars, _table, _half_holes, _photograph, _fine_photograph]


@pytest.mark.parametrize("spoil", [*_SPOILS, _frame])
def test_rims_specks_tables_holes_photographs_and_frames_are_no_cut_text(spoil: object) -> None:
    assert callable(spoil)
    page = typed()
    spoil(page)
    assert _cut(page) == 0


@pytest.mark.parametrize("angle", [-4, 4])
def test_the_fill_of_a_turned_page_is_no_cut_text(angle: float) -> None:
    page = typed().rotate(angle, Image.Resampling.BICUBIC, fillcolor=0)
    assert _cut(glance(page)) == 0
    assert _cut(turned(typed(), angle)) == 0


def test_a_tiny_picture_is_not_judged() -> None:
    assert _cut(typed().crop((LEFT + 20, 200, LEFT + 300, 240))) == 0
