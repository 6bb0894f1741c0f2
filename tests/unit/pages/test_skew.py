from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from eakte.pages.shade import shade
from eakte.pages.skew import skew
from tests.unit.pages.page_drawings import A4, bare, glance, scrawl, textured, turned, typed

ANGLES = [0.0, 1.0, -1.0, 2.0, -2.0, 3.5, -3.5, 5.0, -5.0, 10.0, -10.0]


@pytest.mark.parametrize("angle", ANGLES)
@pytest.mark.parametrize("lines", [4, 30])
def test_the_angle_of_type_is_measured_within_0_3_degrees(angle: float, lines: int) -> None:
    assert skew(shade(turned(typed(lines), angle))) == pytest.approx(angle, abs=0.3)


@pytest.mark.parametrize("angle", [2.0, -5.0])
@pytest.mark.parametrize(
    "turn", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270]
)
def test_pages_on_their_side_or_head_are_measured_alike(
    angle: float, turn: Image.Transpose
) -> None:
    page = glance(turned(typed(), angle).transpose(turn))
    assert skew(shade(page)) == pytest.approx(angle, abs=0.3)


@pytest.mark.parametrize("angle", [0.0, -4.0])
def test_a_table_tells_its_angle(angle: float) -> None:
    page = bare(255)
    draw = ImageDraw.Draw(page)
    for y in range(200, 1500, 60):
        draw.line((150, y, 1100, y), fill=60, width=2)
    for x in range(150, 1101, 190):
        draw.line((x, 200, x, 1460), fill=60, width=2)
    assert skew(shade(turned(page, angle))) == pytest.approx(angle, abs=0.3)


def test_blank_pages_photographs_and_scrawl_are_not_skewed() -> None:
    photo = bare()
    photo.paste(textured((900, 900), 25), (150, 200))
    pages = [bare(), photo, glance(textured(A4, 60)), scrawl(bare(), 12, 200, letter=18)]
    assert [abs(skew(shade(page))) < 3 for page in pages] == [True] * 4
