"""The parts of verify.py that no bundle of ours would try: its reader of DER, its proofs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte.audit import tree
from eakte.handover import verify

_NOT_DER = {
    "a short length in the long form": b"\x04\x81\x01\x00",
    "a length with a zero before it": b"\x04\x82\x00\x81" + bytes(129),
    "an open length": b"\x30\x80\x00\x00",
    "a length of too many bytes": b"\x04\x85\x00\x00\x00\x00\x01\x00",
    "a long tag": b"\x1f\x01\x00",
    "more than there is": b"\x04\x02\x00",
}


@pytest.mark.parametrize("encoded", _NOT_DER.values(), ids=_NOT_DER)
def test_only_der_is_read(encoded):
    with pytest.raises(ValueError, match="no DER"):
        verify.values(encoded)


@given(st.binary(max_size=300), st.integers(0, 0xFF).filter(lambda tag: tag & 31 != 31))
def test_what_is_written_is_read_again(content, tag):
    written = verify.wrap(tag, content)
    assert verify.values(written) == [(tag, written, content)]
    assert verify.only(written) == content
    with pytest.raises((ValueError, IndexError)):
        verify.only(written + b"\0\0")
    assert verify.values(written + b"\0\0\0", 1) == [(tag, written, content)]


_LEAVES = [tree.leaf_hash(bytes([each])) for each in range(33)]


def _proof(ranges):
    return [tree.root_over(_LEAVES[part.start : part.stop]).hex() for part in ranges]


def _leads(place, size, proof, root):
    try:
        found = verify.follow(place + 1, size, proof, [_LEAVES[place]], old=False)
    except (ValueError, IndexError):
        return False
    return found[1:] == [root]


def test_proofs_are_followed_as_the_rfc_says():
    for size in range(1, 34):
        root = tree.root_over(_LEAVES[:size])
        for place in range(size):
            proof = _proof(tree.inclusion_ranges(place, size))
            assert _leads(place, size, proof, root)
            other = verify.follow(place + 1, size, proof, [b"?" * 32], old=False)
            assert other[1:] != [root]
            for wrong in ([bytes(32).hex(), *proof], proof[1:]):
                assert wrong == proof or not _leads(place, size, wrong, root)
        for old in range(1, size + 1):
            before = tree.root_over(_LEAVES[:old])
            proof = _proof(tree.consistency_ranges(old, size))
            assert verify.follow(old, size, proof, [before], old=True) == [before, root]
            altered = verify.follow(old, size, [*proof[:-1], "00" * 32], [before], old=True)
            assert altered != [before, root]
