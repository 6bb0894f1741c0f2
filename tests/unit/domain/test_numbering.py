"""Aktenzeichen are built by a pattern, and a number names one Akte only."""

from __future__ import annotations

import pytest

from eakte.domain.numbering import Numbering


def test_the_usual_form() -> None:
    usual = Numbering()
    assert usual.write("32.1", "112.05", 2026, 417) == "32.1-112.05/2026-0417"
    assert usual.unit_of("32.1-112.05/2026-0417") == "112.05"
    assert usual.fits("32.1-112.05/2026-0417")
    assert not usual.fits("32.1-112.05/2026-417")


def test_another_pattern_takes_the_usual_form_too() -> None:
    other = Numbering("{unit}:{office}/{number:03}-{year}")
    assert other.write("66", "659.40", 2026, 7) == "659.40:66/007-2026"
    assert other.fits("659.40:66/007-2026")
    assert other.fits("659.40:66/1007-2026")
    assert other.unit_of("659.40:66/007-2026") == "659.40"
    assert other.fits("32.1-112.05/2026-0417")
    assert other.unit_of("32.1-112.05/2026-0417") == "112.05"
    assert not other.fits("659.40:66/07-2026")


def test_digits_of_other_scripts_make_no_look_alike() -> None:
    usual, other = Numbering(), Numbering("{unit}:{office}/{number:03}-{year}")
    for numbering, name in ((usual, "32.1-112.05/2026-0417"), (other, "659.40:66/007-2026")):
        for zero in "\N{FULLWIDTH DIGIT ZERO}\N{ARABIC-INDIC DIGIT ZERO}":
            for digit in sorted(set(name) & set("0123456789")):
                alike = name.replace(digit, chr(ord(zero) + int(digit)))
                assert not numbering.fits(alike), alike
                assert numbering.unit_of(alike) == "", alike


def test_a_series_is_what_the_number_counts_in() -> None:
    by_unit = Numbering("{unit}/{number}")
    assert by_unit.series("32", "112.05", 2026) == by_unit.series("40", "112.05", 2027)
    usual = Numbering()
    assert usual.series("32", "112.05", 2026) != usual.series("32", "112.05", 2027)
    assert usual.series("32", "112.05", 2026) != usual.series("40", "112.05", 2026)


@pytest.mark.parametrize(
    "pattern",
    [
        "{office}-{unit}/{year}",
        "{unit}/{number}-{number}",
        "{number}",
        "{unit}/{number}{colour}",
        "{unit} {number}",
        "{unit:03}/{number}",
    ],
)
def test_a_pattern_that_does_not_name_each_akte_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="number"):
        Numbering(pattern)
