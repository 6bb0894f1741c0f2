"""Hexadecimal strings are read as pyHanko reads them, to the byte and to the place."""

from __future__ import annotations

import io
import random

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfStreamError

from eakte.seal import hex_strings

_SLOW = hex_strings._digit_by_digit
_STRINGS = (
    *(b"<>", b"<0>", b"<00FF>", b"<abcDEF0>", b"<4 1>", b"<41\n42>", b"<41%a remark\n42>"),
    *(b"<feff00e4>", b"<" + b"0a" * 127 + b">", b"<" + b"0a" * 40_000 + b">", b"<4%>\n1>"),
)


def _read(reader, data):
    stream = io.BytesIO(b"before" + data + b" behind")
    stream.seek(len(b"before"))
    value = reader(stream)
    return type(value), value, stream.tell()


def test_pyhanko_reads_so():
    assert generic.read_hex_string_from_stream is hex_strings._at_once


@pytest.mark.parametrize("data", _STRINGS, ids=range(len(_STRINGS)))
def test_it_is_what_pyhanko_would_read(data):
    assert _read(hex_strings._at_once, data) == _read(_SLOW, data)


def test_so_are_strings_that_nobody_thought_of():
    chance = random.Random(6)
    for _number in range(300):
        length = chance.randrange(40)
        data = b"<" + bytes(chance.choices(b"0123456789abcdefABCDEF \n%", k=length)) + b"\n>"
        assert _outcome(hex_strings._at_once, data) == _outcome(_SLOW, data)


def _outcome(reader, data):
    try:
        return _read(reader, data)
    except PdfStreamError as problem:
        return str(problem)


@pytest.mark.parametrize("data", [b"<4x>", b"<41", b"<"])
def test_what_is_none_is_refused_as_before(data):
    for reader in (hex_strings._at_once, _SLOW):
        with pytest.raises(PdfStreamError):
            reader(io.BytesIO(data))
