"""The Merkle tree against the definition in RFC 6962 §2.1, written down once more independently."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from eakte.audit import tree


def _mth(entries: list[bytes]) -> bytes:
    """RFC 6962 §2.1, literally: split at the largest power of two smaller than n."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hashlib.sha256(b"\x01" + _mth(entries[:k]) + _mth(entries[k:])).digest()


def test_known_answers() -> None:
    """Vectors of the certificate-transparency reference implementation: 1, 2 and 8 leaves."""
    leaves = [
        b"",
        b"\x00",
        b"\x10",
        bytes.fromhex("2021"),
        bytes.fromhex("3031"),
        bytes.fromhex("40414243"),
        bytes.fromhex("5051525354555657"),
        bytes.fromhex("606162636465666768696a6b6c6d6e6f"),
    ]
    roots = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    for size, root in roots.items():
        frontier: tuple[bytes, ...] = ()
        for before, leaf in enumerate(leaves[:size]):
            frontier = tree.append(frontier, before, tree.leaf_hash(leaf))
        assert tree.root_of(frontier).hex() == root


@given(st.lists(st.binary(max_size=20), max_size=70))
def test_appending_gives_the_root_of_the_definition(entries: list[bytes]) -> None:
    frontier: tuple[bytes, ...] = ()
    for size, entry in enumerate(entries):
        frontier = tree.append(frontier, size, tree.leaf_hash(entry))
        assert len(frontier) == (size + 1).bit_count()
    assert tree.root_of(frontier) == _mth(entries)
