"""The brightest and darkest nearby, held against Pillow's rank filters."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from eakte.pages.nearby import extreme_nearby


@pytest.mark.parametrize("shape", [(40, 31), (1, 9), (7, 1), (3, 3)])
@pytest.mark.parametrize("reach", [1, 2])
def test_it_is_what_rank_filters_give(shape: tuple[int, int], reach: int) -> None:
    levels = np.random.default_rng(7).integers(0, 256, shape).astype(np.uint8)
    brightest = darkest = Image.fromarray(levels)
    for _step in range(reach):
        brightest = brightest.filter(ImageFilter.MaxFilter(3))
        darkest = darkest.filter(ImageFilter.MinFilter(3))
    assert (extreme_nearby(levels, np.maximum, reach) == np.asarray(brightest)).all()
    assert (extreme_nearby(levels, np.minimum, reach) == np.asarray(darkest)).all()
