from __future__ import annotations

import pytest

from eakte.search.values import EARLIEST, LATEST, MOST_CENTS, amounts, dates


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026", ("2026-01-01", "2026-12-31")),
        ("2024-02", ("2024-02-01", "2024-02-29")),
        ("3/2026", ("2026-03-01", "2026-03-31")),
        ("02.03.2026", ("2026-03-02", "2026-03-02")),
        ("2. März 2026", ("2026-03-02", "2026-03-02")),
        ("2026-01..2026-03", ("2026-01-01", "2026-03-31")),
        ("2026-03..", ("2026-03-01", LATEST)),
        ("..2026-03", (EARLIEST, "2026-03-31")),
        (">2026", ("2027-01-01", LATEST)),
        (">=2026", ("2026-01-01", LATEST)),
        ("<2026-03", (EARLIEST, "2026-02-28")),
        ("<=2026-03", (EARLIEST, "2026-03-31")),
        (">9999", ("9999-12-31", LATEST)),
        ("..", None),
        ("2026-13", None),
        ("2026-02-30", None),
        ("0000", None),
        ("0000-01", None),
        ("heute", None),
        (">", None),
        ("", None),
    ],
)
def test_dates(text, wanted):
    assert dates(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1000", (100_000, 100_000)),
        ("1.747,80 €", (174_780, 174_780)),
        ("1747.80", (174_780, 174_780)),
        (">1.000", (100_001, MOST_CENTS)),
        (">=1000 EUR", (100_000, MOST_CENTS)),
        ("<0,50", (0, 49)),
        ("100..250,50", (10_000, 25_050)),
        ("..5", (0, 500)),
        ("500,-", (50_000, 50_000)),
        ("<0", None),
        ("5..1", None),
        ("x", None),
    ],
)
def test_amounts(text, wanted):
    assert amounts(text) == wanted
