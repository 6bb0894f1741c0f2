"""Charts: what is drawn is as long and as high as the figures say, and inside its place."""

from __future__ import annotations

import pytest

from eakte.charts import COLOURS, SIZE, Bars, Columns, drawing, steps

WIDE = 400.0


def _width(text: str) -> float:
    return len(text) * SIZE / 2


def _drawn(chart):
    made = drawing(chart, WIDE, _width)
    for box in made.boxes:
        assert -0.01 <= box.x <= box.x + box.width <= WIDE + 0.01
        assert 0 <= box.y <= made.height
    for word in made.words:
        assert -0.01 <= word.x <= word.x + _width(word.text) <= WIDE + 0.01
        assert 0 < word.y <= made.height
    return made


@pytest.mark.parametrize(
    ("top", "last", "step"),
    [(0, 1, 1), (1, 1, 1), (5, 5, 1), (6, 6, 2), (11, 15, 5), (99, 100, 20), (101, 150, 50)],
)
def test_the_axis_has_few_round_marks(top, last, step):
    assert (steps(top)[-1], steps(top).step) == (last, step)


def test_columns_are_as_high_as_their_values():
    chart = Columns("Titel", ("Jan", "Feb"), (("neu", (10, 5)), ("alt", (0, 2))))
    made = _drawn(chart)
    new = [box.height for box in made.boxes if box.colour == COLOURS[0] and box.width > SIZE]
    old = [box.height for box in made.boxes if box.colour == COLOURS[1] and box.width > SIZE]
    assert new == [pytest.approx(110), pytest.approx(55)]
    assert old == [pytest.approx(22)]
    said = [word.text for word in made.words]
    assert said == ["Titel", "0", "2", "4", "6", "8", "10", "Jan", "Feb", "neu", "alt"]


def test_labels_that_have_no_room_are_left_out():
    labels = tuple(f"{year}-{month:02}" for year in range(10) for month in range(1, 13))
    made = _drawn(Columns("Titel", labels, (("neu", (1,) * 120),)))
    shown = [word for word in made.words if word.text in labels]
    assert 5 < len(shown) < 30
    assert len([box for box in made.boxes if box.colour == COLOURS[0]]) == 121


def test_bars_are_as_long_as_their_values_and_say_them():
    made = _drawn(Bars("Titel", (("a", 30), ("ein langer Name " * 9, 15), ("c", 0))))
    lengths = [box.width for box in made.boxes]
    assert lengths[1] == pytest.approx(lengths[0] / 2)
    assert lengths[2] < 1
    said = [word.text for word in made.words]
    assert {"30", "15", "0"} <= set(said)
    assert any(each.startswith("ein langer") and each.endswith("…") for each in said)


def test_a_chart_of_nothing_is_drawn_too():
    assert _drawn(Bars("Titel", ())).words
    assert _drawn(Columns("Titel", ("Jan",), (("neu", (0,)),))).words
