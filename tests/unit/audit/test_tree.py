"""The Merkle tree against the definition in RFC 6962 §2.1, written down once more independently."""

from __future__ import annotations

import hashlib

from attestroot import merkle
from hypothesis import given
from hypothesis import strategies as st

from eakte.audit import tree

_VECTOR = [
    b"",
    b"\x00",
    b"\x10",
    bytes.fromhex("2021"),
    bytes.fromhex("3031"),
    bytes.fromhex("40414243"),
    bytes.fromhex("5051525354555657"),
    bytes.fromhex("606162636465666768696a6b6c6d6e6f"),
]


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
    """Vectors of the certificate-transparency reference implementation."""
    roots = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    for size, root in roots.items():
        frontier: tuple[bytes, ...] = ()
        for before, leaf in enumerate(_VECTOR[:size]):
            frontier = tree.append(frontier, before, tree.leaf_hash(leaf))
        assert tree.root_of(frontier).hex() == root


@given(st.lists(st.binary(max_size=20), max_size=70))
def test_appending_gives_the_root_of_the_definition(entries: list[bytes]) -> None:
    frontier: tuple[bytes, ...] = ()
    for size, entry in enumerate(entries):
        frontier = tree.append(frontier, size, tree.leaf_hash(entry))
        assert len(frontier) == (size + 1).bit_count()
    assert tree.root_of(frontier) == _mth(entries)


_PARTS = {
    "one": "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "second": "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "third_fourth": "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "last_four": "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    "fifth": "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "last_two": "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "first_four": "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "first_two": "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "fifth_sixth": "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
}


def test_known_proofs() -> None:
    """The same vectors: paths and consistency proofs of the reference implementation."""
    leaves = [tree.leaf_hash(leaf) for leaf in _VECTOR]
    paths = {
        (0, 1): [],
        (0, 8): ["second", "third_fourth", "last_four"],
        (5, 8): ["fifth", "last_two", "first_four"],
        (2, 3): ["first_two"],
        (1, 5): ["one", "third_fourth", "fifth"],
    }
    for (index, size), names in paths.items():
        assert [part.hex() for part in _path(leaves[:size], index)] == [_PARTS[x] for x in names]
    proofs = {
        (1, 1): [],
        (1, 8): ["second", "third_fourth", "last_four"],
        (6, 8): ["fifth_sixth", "last_two", "first_four"],
        (2, 5): ["third_fourth", "fifth"],
    }
    for (old, new), names in proofs.items():
        found = _consistency(leaves[:new], old)
        assert [part.hex() for part in found] == [_PARTS[name] for name in names]


def test_inclusion_agrees_with_another_implementation() -> None:
    """Paths, and the answers to right and wrong ones, against attestroot (MIT) from PyPI."""
    leaves = [tree.leaf_hash(bytes([number])) for number in range(40)]
    for size in range(1, 41):
        some = leaves[:size]
        root = tree.root_over(some)
        assert root == merkle.root_from_leaf_hashes(some)
        for index in range(size):
            path = _path(some, index)
            assert list(path) == merkle.inclusion_proof(some, index)
            assert tree.proves_inclusion(some[index], index, size, path, root)
            for claimed in ((index ^ 1, size), (index, size + 1), (index, size // 2)):
                ours = tree.proves_inclusion(some[index], *claimed, path, root)
                assert ours is merkle.verify_inclusion(some[index], *claimed, list(path), root)


def _proof(old: int, entries: list[bytes], *, whole: bool = True) -> list[bytes]:
    """RFC 6962 §2.1.2, literally: SUBPROOF(m, D[n], b)."""
    if old == len(entries):
        return [] if whole else [_mth(entries)]
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if old <= k:
        return [*_proof(old, entries[:k], whole=whole), _mth(entries[k:])]
    return [*_proof(old - k, entries[k:], whole=False), _mth(entries[:k])]


def test_consistency_agrees_with_the_definition() -> None:
    """No free implementation of consistency proofs was found; the definition is written down."""
    entries = [bytes([number]) for number in range(34)]
    leaves = [tree.leaf_hash(entry) for entry in entries]
    for new in range(1, 35):
        after = tree.root_over(leaves[:new])
        for old in range(1, new + 1):
            proof = _consistency(leaves[:new], old)
            assert list(proof) == _proof(old, entries[:new])
            assert tree.proves_consistency((old, new), (tree.root_over(leaves[:old]), after), proof)


def test_the_empty_tree_is_the_beginning_of_any() -> None:
    root = tree.leaf_hash(b"x")
    assert tree.proves_consistency((0, 1), (tree.EMPTY_ROOT, root), ())
    assert not tree.proves_consistency((0, 1), (root, root), ())
    assert not tree.proves_consistency((0, 1), (tree.EMPTY_ROOT, root), (root,))
    assert not tree.proves_consistency((2, 1), (root, root), ())


@given(st.data())
def test_no_other_proof_is_taken(data: st.DataObject) -> None:
    """A changed, shortened or lengthened proof, another leaf, place, size or root: never."""
    size = data.draw(st.integers(2, 70))
    leaves = [tree.leaf_hash(bytes([number])) for number in range(size)]
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size - 1))
    root, before = tree.root_over(leaves), tree.root_over(leaves[:old])
    path, proof = _path(leaves, index), _consistency(leaves, old)
    assert tree.proves_inclusion(leaves[index], index, size, path, root)
    assert tree.proves_consistency((old, size), (before, root), proof)
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index))
    assert not tree.proves_inclusion(leaves[other], index, size, path, root)
    assert not tree.proves_inclusion(leaves[index], other, size, path, root)
    assert not tree.proves_inclusion(leaves[index], index, size, path, leaves[index])
    for wrong in _wrong(path, data):
        assert not tree.proves_inclusion(leaves[index], index, size, wrong, root)
    for wrong in _wrong(proof, data):
        assert not tree.proves_consistency((old, size), (before, root), wrong)
    assert not tree.proves_consistency((old, size), (root, root), proof)
    assert not tree.proves_consistency((old, size), (before, before), proof)
    assert not tree.proves_inclusion(leaves[index], index, size, (*path, root), _left(root))
    grown = _left(root, before), _left(root, root)
    assert not tree.proves_consistency((old, size), grown, (*proof, root))


def test_all_proofs_come_out_of_one_pass_over_the_leaves() -> None:
    for size in range(1, 34):
        leaves = [tree.leaf_hash(bytes([each])) for each in range(size)]
        wanted = {
            part
            for each in range(size)
            for part in (*tree.inclusion_ranges(each, size), *tree.consistency_ranges(each, size))
        }
        found = tree.roots_over(iter(leaves), {*wanted, range(size)})
        assert found == {
            part: _mth([bytes([each]) for each in part]) for part in {*wanted, range(size)}
        }


def test_a_range_that_no_proof_names_has_no_root() -> None:
    leaves = [tree.leaf_hash(bytes([each])) for each in range(6)]
    assert tree.roots_over(leaves, [range(1, 3), range(7)]) == {}


def _left(part: bytes, of: bytes = b"") -> bytes:
    """Give the root of a larger tree that has `part` on its left side."""
    return tree.node_hash(part, of or part)


def _wrong(proof: tuple[bytes, ...], data: st.DataObject) -> list[tuple[bytes, ...]]:
    extra = tree.leaf_hash(b"another")
    found = [(*proof, extra), (extra, *proof)]
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        found += [proof[:-1], proof[1:], (*proof[:place], extra, *proof[place + 1 :])]
    return found


def _path(leaves: list[bytes], index: int) -> tuple[bytes, ...]:
    return _roots(leaves, tree.inclusion_ranges(index, len(leaves)))


def _consistency(leaves: list[bytes], old: int) -> tuple[bytes, ...]:
    return _roots(leaves, tree.consistency_ranges(old, len(leaves)))


def _roots(leaves: list[bytes], ranges: list[range]) -> tuple[bytes, ...]:
    return tuple(tree.root_over(leaves[each.start : each.stop]) for each in ranges)
