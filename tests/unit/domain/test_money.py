"""Amounts and IBANs as letters write them and OCR reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte.domain.invoices import valid_iban
from eakte.domain.money import amounts_in, ibans_in

IBAN = "DE11420028149039766424"
_ACCOUNTS = st.text("0123456789", min_size=18, max_size=18)


def _german_iban(account: str) -> str:
    return f"DE{98 - int(f'{account}131400') % 97:02d}{account}"


@pytest.mark.parametrize(
    "text",
    [
        "IBAN DE11 4200 2814 9039 7664 24",
        "IBAN: DE11420028149039766424, BIC GENODEF1",
        "Volksbank DE11 4200 28l4 9O39 7664 24",  # l for 1, O for 0
        "DE11 4200 2814 9039 7664 24 Volksbank am Berg",
        "IBAN DEl11 4200 2814 9039 7664 24",  # a speck beside the first digit
        "IBAN DEA11 4200 2814 9039 7664 24",
    ],
)
def test_an_iban_is_read_however_it_is_spaced(text):
    assert [each.value for each in ibans_in(text)] == [IBAN]


@pytest.mark.parametrize(
    "text",
    [
        "IBAN DE11 4200 2814 9039 7664 25",
        "IBAN DE11 4200 2814 9039 7664 2",
        "IBAN DE11 4200 2814 9039 7664 241",
        "IBAN 0E11 4200 2814 9039 7664 24",
    ],
)
def test_a_wrong_iban_is_reported_without_a_value(text):
    assert [each.value for each in ibans_in(text)] == [""]


@pytest.mark.parametrize("text", ["IBAN siehe unten", "IBAN:", "Telefon 07999 4412-0", "DE 2026"])
def test_what_is_no_iban_is_not_reported(text):
    assert list(ibans_in(text)) == []


def test_ibans_of_neighbours_are_read():
    text = "FR14 2004 1010 0505 0001 3M02 606 und AT61 1904 3002 3457 3201"
    assert [each.value for each in ibans_in(text)] == [
        "FR1420041010050500013M02606", "AT611904300234573201",
    ]  # fmt: skip


@given(_ACCOUNTS, st.integers(4, 21), st.sampled_from("0123456789"))
def test_one_wrong_digit_never_makes_a_valid_iban(account: str, place: int, digit: str) -> None:
    iban = _german_iban(account)
    wrong = iban[:place] + digit + iban[place + 1 :]
    (found,) = ibans_in(f"IBAN {wrong}")
    assert found.value == ("" if wrong != iban else iban)


@given(st.text("DEATCH0123456789OlSB IBAN.|", max_size=80))
def test_no_text_gives_an_iban_whose_check_fails(text: str) -> None:
    assert all(not each.value or valid_iban(each.value) == each.value for each in ibans_in(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1.234,56 €", ["1234.56 EUR"]),
        ("12,50 EUR und 300 Euro sowie € 5.000", ["12.50 EUR", "300.00 EUR", "5000.00 EUR"]),
        ("26,00", ["26.00 EUR"]),
        ("5,-- €", ["5.00 EUR"]),
        ("am 12.03.2026 unter 07999 82991, Haus 12", []),
        ("32.1-112.05/2026-0417", []),
    ],
)
def test_amounts_are_read(text, wanted):
    assert [each.value for each in amounts_in(text)] == wanted
