"""CMaps are read strictly: a code counts as mapped only if every reader must see its value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte.pdfa.cmap import read_cmap
from eakte.pdfa.font import to_unicode


def test_what_our_own_font_writes_is_understood() -> None:
    letters = "".join(chr(code) for code in range(0x20, 0x200)) + "😀"
    cmap = read_cmap(to_unicode(letters))
    assert cmap.values == dict.fromkeys(range(1, len(letters) + 1), True)
    assert list(cmap.codes(b"\0\1\2\3")) == [1, 0x203]


@pytest.mark.parametrize(
    ("section", "mapped"),
    [
        (b"1 beginbfchar <41> <0041> endbfchar", {0x41: True}),
        (b"2 beginbfchar <01> <00660069> <02> <D83DDE00> endbfchar", {1: True, 2: True}),
        (b"1 beginbfchar <4 1> <00 41> endbfchar", {0x41: True}),
        (b"1 beginbfrange <01> <03> <0041> endbfrange", {1: True, 2: True, 3: True}),
        (b"1 beginbfrange <01> <02> [<0041> <0042>] endbfrange", {1: True, 2: True}),
        (b"% 1 beginbfchar <41>\n1 beginbfchar <42> <0042> endbfchar", {0x42: True}),
        # values that PDF/A forbids
        (b"1 beginbfchar <41> <0000> endbfchar", {0x41: False}),
        (b"1 beginbfchar <41> <FEFF> endbfchar", {0x41: False}),
        (b"1 beginbfchar <41> <FFFE> endbfchar", {0x41: False}),
        (b"1 beginbfchar <41> <00410000> endbfchar", {0x41: False}),
        (b"1 beginbfrange <01> <03> <FEFE> endbfrange", {1: True, 2: False, 3: False}),
        # values that are no UTF-16BE
        (b"1 beginbfchar <41> <41> endbfchar", {0x41: False}),
        (b"1 beginbfchar <41> <> endbfchar", {0x41: False}),
        (b"1 beginbfchar <41> <D83D> endbfchar", {0x41: False}),
        # veraPDF takes these for U+FEFF and U+FFFE
        (b"1 beginbfchar <41> <12FEFF34> endbfchar", {0x41: False}),
        # the last byte counts up, and no further than 255 (ISO 32000-1 9.10.3)
        (b"1 beginbfrange <01> <03> <00FE> endbfrange", {1: True, 2: True, 3: False}),
        # two values: both must do
        (b"2 beginbfchar <41> <0041> <41> <0000> endbfchar", {0x41: False}),
        # several rows: readers differ, only the first row is certain
        (b"1 beginbfrange <0000> <0101> <0020> endbfrange", {0: True, 1: True}),
    ],
)
def test_values_of_codes(section: bytes, mapped: dict[int, bool]) -> None:
    assert read_cmap(section).values == mapped


@pytest.mark.parametrize(
    "data",
    [
        b"2 beginbfchar <41> <0041> endbfchar",
        b"1 beginbfchar <41> <0041> <42> <0042> endbfchar",
        b"1 beginbfchar <41> /A endbfchar",
        b"1 beginbfchar (A) <0041> endbfchar",
        b"1 beginbfchar <41> (A) endbfchar",
        b"1 beginbfchar <414> <0041> endbfchar",
        b"1 beginbfchar <> <0041> endbfchar",
        b"1 beginbfchar <4141414141> <0041> endbfchar",
        b"1 beginbfchar <41> <0041>",
        b"1 beginbfrange <01> <03> [<0041> <0042>] endbfrange",
        b"1 beginbfrange <01> <01> [<0041> <0042>] endbfrange",
        b"1 beginbfrange <03> <01> <0041> endbfrange",
        b"1 beginbfrange <01> <0003> <0041> endbfrange",
        b"1 beginbfrange <00FF> <0100> [<0041> <0042>] endbfrange",
        b"beginbfchar <41> <0041> endbfchar",
        b"x beginbfchar <41> <0041> endbfchar",
        b"/Adobe-Japan1-UCS2 usecmap 1 beginbfchar <41> <0041> endbfchar",
        b"2 begincodespacerange <00> <80> <4000> <40FF> endcodespacerange",
        b"1 begincodespacerange <00> <FFFF> endcodespacerange",
        b"((nested) strings)",
        b"<4x>",
    ],
)
def test_what_is_malformed_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_cmap(data)


def test_strings_fall_into_codes_of_several_lengths() -> None:
    cmap = read_cmap(b"2 begincodespacerange <00> <7F> <8000> <FFFF> endcodespacerange")
    assert list(cmap.codes(b"\x41\x81\x02\x42")) == [0x41, 0x8102, 0x42]
    with pytest.raises(ValueError, match="fall"):
        list(cmap.codes(b"\x41\x81"))


def test_too_much_is_refused() -> None:
    wide = b"".join(
        b"1 beginbfrange <%06X> <%06X> <0041> endbfrange " % (row << 8, (row << 8) + 0xFF)
        for row in range(1000)
    )
    with pytest.raises(ValueError, match="many"):
        read_cmap(wide)
    with pytest.raises(ValueError, match="long"):
        read_cmap(b"1 " * 500_000)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        values = read_cmap(b"1 beginbfrange " + data + b" endbfrange").values
    except ValueError:
        return
    assert all(isinstance(code, int) for code in values)
