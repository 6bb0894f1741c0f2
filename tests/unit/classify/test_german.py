from __future__ import annotations

import pytest

from eakte.domain.german import aktenzeichen_in, dates_in


@pytest.mark.parametrize(
    ("text", "value", "exact"),
    [
        ("Az. 32.1-112.05/2026-0417.", "32.1-112.05/2026-0417", True),
        ("30-052.10/2026-0001", "30-052.10/2026-0001", True),
        ("66.10-657.30/2026-0001", "66.10-657.30/2026-0001", True),
        ("32.1–112.O5/2O26-04l7", "32.1-112.05/2026-0417", False),
        ("32.1-112.05|2026-0417", "32.1-112.05/2026-0417", False),
    ],
)
def test_an_aktenzeichen_is_read(text, value, exact):
    (reading,) = aktenzeichen_in(text)
    assert (reading.value, reading.exact) == (value, exact)


@pytest.mark.parametrize(
    "text",
    [
        "32.1-112.05/2026-04178",
        "132.1-112.05/2026-0417",
        "OO.O-OOO.OO/2OOO-OOOO",
        "Tel. 07999 4412-0",
        "DE28 9991 0077 0200 3451 18",
        "14-DP-26/3307",
    ],
)
def test_what_is_no_aktenzeichen(text):
    assert list(aktenzeichen_in(text)) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("02.03.2026", "2026-03-02"),
        ("2.3.26", "2026-03-02"),
        ("2.3.99", "1999-03-02"),
        ("2. März 2026", "2026-03-02"),
        ("2.Maerz 2026", "2026-03-02"),
        ("12. Sept. 2025", "2025-09-12"),
        ("2026-03-02", "2026-03-02"),
        ("O2.O3.2O26", "2026-03-02"),
    ],
)
def test_a_date_is_read(text, value):
    assert [reading.value for reading in dates_in(f"am {text}, ja")] == [value]


@pytest.mark.parametrize(
    "text", ["31.02.2026", "1.2.3.4", "Version 1.2.2026.1", "13.13.2026", "ll.ll"]
)
def test_what_is_no_date(text):
    assert list(dates_in(text)) == []
