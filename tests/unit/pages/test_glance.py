from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from eakte.pages.glance import GLANCE_DPI, is_blank

A4 = round(8.27 * GLANCE_DPI), round(11.69 * GLANCE_DPI)


def _paper(tint: int, grain: float, shade: float = 0.0) -> Image.Image:
    noise = np.random.default_rng(7).normal(0, grain, (A4[1], A4[0]))
    light = np.linspace(0, shade, A4[0])[None, :]
    return Image.fromarray(np.clip(tint + noise - light, 0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    ("tint", "grain", "shade"), [(255, 0, 0), (246, 3, 0), (215, 8, 0), (240, 5, 60), (160, 4, 0)]
)
def test_bare_paper_is_blank_whatever_its_tint_grain_and_light(
    tint: int, grain: float, shade: float
) -> None:
    assert is_blank(_paper(tint, grain, shade))


@pytest.mark.parametrize("tint", [250, 220])
def test_initials_in_pencil_are_not_blank(tint: int) -> None:
    page = _paper(tint, 4)
    pencil = round(tint * 0.72)
    draw = ImageDraw.Draw(page)
    line = [(600, 900), (615, 860), (630, 905), (645, 855), (660, 900), (690, 880), (700, 905)]
    draw.line(line, fill=pencil, width=3)
    assert not is_blank(page)


def test_one_line_of_type_is_not_blank() -> None:
    page = _paper(245, 3)
    ImageDraw.Draw(page).text((200, 300), "Zustellungsurkunde Blatt 2", fill=40, font_size=22)
    assert not is_blank(page)


def test_specks_of_dust_stay_blank() -> None:
    page = _paper(245, 3)
    draw = ImageDraw.Draw(page)
    for x in range(100, 1100, 100):
        draw.ellipse((x, 500, x + 2, 502), fill=120)
    assert is_blank(page)
