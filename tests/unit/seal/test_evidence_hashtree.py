"""Hash trees against RFC 4998 §4.2 and §4.3, written down once more as they read."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte.seal.evidence.hashtree import climb, digest_of, grow


def _leads(digest: str, leaf: bytes, lists: tuple[tuple[bytes, ...], ...]) -> bytes | None:
    """§4.3: find the hash in the first list; concatenate sorted, hash, add to the next list."""
    if leaf not in lists[0]:
        return None
    carried: list[bytes] = []
    for members in lists:
        together = sorted(list(members) + carried)
        carried = (
            together if len(together) == 1 else [hashlib.new(digest, b"".join(together)).digest()]
        )
    return carried[0]


@given(st.sets(st.binary(min_size=1, max_size=8), min_size=1, max_size=40))
def test_every_leaf_of_a_tree_leads_to_its_root(contents: set[bytes]) -> None:
    leaves = [hashlib.sha256(each).digest() for each in contents]
    tree = grow("sha256", leaves)
    for leaf in leaves:
        lists = tree.reduced(leaf)
        if len(leaves) == 1:
            assert (lists, tree.root) == ((), leaf)
        else:
            assert _leads("sha256", leaf, lists) == tree.root == climb("sha256", lists)
            assert sum(map(len, lists)) <= len(leaves).bit_length() + 1


def test_the_example_of_the_rfc() -> None:
    """§4.2, figures 2 and 3: three objects, of which the second is a group of three documents."""
    h1, h2a, h2b, h2c, h3 = (
        hashlib.sha256(x.encode()).digest() for x in ("1", "2a", "2b", "2c", "3")
    )
    h2 = hashlib.sha256(b"".join(sorted([h2a, h2b, h2c]))).digest()
    h12 = hashlib.sha256(b"".join(sorted([h1, h2]))).digest()
    root = hashlib.sha256(b"".join(sorted([h12, h3]))).digest()
    assert climb("sha256", [[h2b, h2c, h2a], [h1], [h3]]) == root
    assert climb("sha256", [[h1, h2], [h3]]) == root
    assert climb("sha256", [[h2b, h2c], [h1], [h3]]) != root
    assert climb("sha256", [[h2b, h2c, h2a], [h3], [h1]]) != root


def test_equal_hashes_count_as_often_as_they_stand_there() -> None:
    one, two = (hashlib.sha256(x).digest() for x in (b"1", b"2"))
    twice = hashlib.sha256(b"".join(sorted([one, one, two]))).digest()
    assert climb("sha256", [[one, two, one]]) == twice != climb("sha256", [[one, two]])


@pytest.mark.parametrize("lists", [[], [[]], [[b"x" * 32], []], [[b"x" * 64]], [[b"x" * 32, b""]]])
def test_what_is_no_hash_tree_leads_nowhere(lists: list[list[bytes]]) -> None:
    assert climb("sha256", lists) is None


def test_a_tree_needs_hashes_each_once() -> None:
    one = hashlib.sha256(b"1").digest()
    for leaves in ([], [one, one]):
        with pytest.raises(ValueError, match="each once"):
            grow("sha256", leaves)
    with pytest.raises(KeyError):
        grow("sha256", [one]).reduced(hashlib.sha256(b"2").digest())
    with pytest.raises(KeyError):
        digest_of("crc32", b"")
