from __future__ import annotations

import time

import pytest
from asn1crypto import core

import eakte.seal  # noqa: F401 - corrects asn1crypto
from eakte.seal import asn1_lengths


class _Box(core.Sequence):
    _fields = [("inner", core.Any)]  # noqa: RUF012 - how asn1crypto is told


def _nested(depth, size):
    value = core.OctetString(bytes(size))
    for _level in range(depth):
        value = _Box({"inner": value})
    return value


@pytest.mark.parametrize("size", range(100, 180))
def test_no_length_makes_encoding_slow(size):
    """Lengths such as 0x80 would cost 3^depth steps."""
    value = _nested(9, size)
    start = time.process_time()
    first = value.dump()
    assert value.dump() == first
    assert time.process_time() - start < 0.5


def test_a_real_indefinite_length_is_still_encoded_anew():
    ber = bytes.fromhex("3080") + bytes.fromhex("02020102") + bytes.fromhex("0000")
    assert core.SequenceOf.load(ber, spec=core.Integer).dump(force=True).hex() == "300402020102"
    assert len(core.Sequence.load(ber).dump()) in {4 + 4, 2 + 4}


def test_correcting_twice_does_no_harm():
    before = core.Sequence.dump
    asn1_lengths.correct()
    assert core.Sequence.dump is before
