from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from eakte.pages.prepare import binarise, otsu


def _strokes(paper: np.ndarray) -> tuple[Image.Image, np.ndarray]:
    """Black bars on paper of any light; give the picture and where its ink is."""
    mask = Image.new("L", (paper.shape[1], paper.shape[0]), 0)
    draw = ImageDraw.Draw(mask)
    for x in range(40, paper.shape[1] - 40, 30):
        draw.rectangle((x, 40, x + 6, paper.shape[0] - 40), fill=1)
    ink = np.asarray(mask, bool)
    return Image.fromarray(np.where(ink, paper * 0.3, paper).astype(np.uint8)), ink


def test_otsu_finds_the_valley_between_two_heaps() -> None:
    histogram = np.zeros(256, np.int64)
    histogram[38:43], histogram[198:203] = 100, 900
    assert 42 <= otsu(histogram) < 198


def test_shadow_across_the_page_hides_no_ink() -> None:
    paper = np.tile(np.linspace(70, 250, 800), (600, 1))
    picture, ink = _strokes(paper)
    black = ~np.asarray(binarise(picture))
    assert (black == ink).mean() > 0.995


def test_a_bare_tinted_page_stays_white() -> None:
    noise = np.random.default_rng(3).normal(0, 4, (600, 800))
    page = Image.fromarray(np.clip(205 + noise, 0, 255).astype(np.uint8))
    assert np.asarray(binarise(page)).mean() > 0.999
