"""The Merkle tree of the audit log: RFC 6962 §2.1 and its proofs, pure functions on hashes.

Leaves and inner nodes are hashed with different prefixes, so that neither can pass for the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of the tree without leaves (RFC 6962 §2.1)."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry: SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def append(frontier: tuple[bytes, ...], size: int, leaf: bytes) -> tuple[bytes, ...]:
    """Add a leaf to a tree of `size` leaves, known by the roots of its perfect subtrees.

    The frontier lists those roots from the largest to the smallest, one per set bit of `size`.
    """
    carried = leaf
    rest = list(frontier)
    while size & 1:
        carried = node_hash(rest.pop(), carried)
        size >>= 1
    return (*rest, carried)


def root_of(frontier: tuple[bytes, ...]) -> bytes:
    """Give the root of the tree with this frontier."""
    if not frontier:
        return EMPTY_ROOT
    root = frontier[-1]
    for subtree in reversed(frontier[:-1]):
        root = node_hash(subtree, root)
    return root


def root_over(leaves: Iterable[bytes]) -> bytes:
    """Give the root of the tree over these leaf hashes (RFC 6962 §2.1: MTH)."""
    frontier: tuple[bytes, ...] = ()
    for size, leaf in enumerate(leaves):
        frontier = append(frontier, size, leaf)
    return root_of(frontier)


def roots_over(leaves: Iterable[bytes], wanted: Iterable[range]) -> dict[range, bytes]:
    """Give the roots over the ranges that proofs in the tree of all these leaf hashes name.

    The leaves are read once, and only subtrees that are not finished yet are kept of them.
    """
    asked, found, count = frozenset(wanted), dict[range, bytes](), 0
    open_: list[tuple[range, bytes]] = []
    for leaf in leaves:
        place, root = range(count, count + 1), leaf
        count += 1
        while True:
            if place in asked:
                found[place] = root
            if not open_ or len(open_[-1][0]) != len(place):
                break
            left, before = open_.pop()
            place, root = range(left.start, place.stop), node_hash(before, root)
        open_.append((place, root))
    root = b""
    for place, before in reversed(open_):
        root = node_hash(before, root) if root else before
        if range(place.start, count) in asked:
            found[range(place.start, count)] = root
    return found


def inclusion_ranges(index: int, size: int) -> list[range]:
    """Give whose roots prove that leaf `index` is in a tree of `size` leaves (RFC 6962 §2.1.1).

    The proof is the root over the leaves of each range, in this order. Raises ValueError if there
    is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    found, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            found.append(range(middle, end))
            end = middle
        else:
            found.append(range(start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(old: int, new: int) -> list[range]:
    """Give whose roots prove that the first `old` of `new` leaves were kept (RFC 6962 §2.1.2).

    As for inclusion_ranges; 0 or all leaves need no proof. Raises ValueError if old > new.
    """
    if not 0 <= old <= new:
        raise ValueError(f"no tree of {old} in one of {new}")
    if old in (0, new):
        return []
    found, start, end = [], 0, new
    while old < end:
        middle = start + _split(end - start)
        if old <= middle:
            found.append(range(middle, end))
            end = middle
        else:
            found.append(range(start, middle))
            start = middle
    return [*([range(start, end)] if start else []), *found[::-1]]


def proves_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Say whether the proof leads from a leaf hash to the root (RFC 9162 §2.1.3.2).

    `index`, `size` and `root` come from whom the caller believes: a checkpoint, not the prover.
    """
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(part, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, part)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def proves_consistency(
    sizes: tuple[int, int], roots: tuple[bytes, bytes], proof: Sequence[bytes]
) -> bool:
    """Say whether the older tree is the beginning of the newer one (RFC 9162 §2.1.4.2).

    Sizes and roots, of the older tree first, come from checkpoints that the caller believes.
    """
    old, new = sizes
    if not 0 <= old <= new or (old == 0 and roots[0] != EMPTY_ROOT):
        return False
    if old in (0, new):
        return not proof and (old == 0 or roots[0] == roots[1])
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    parts = list(proof) if place else [roots[0], *proof]
    if not parts:
        return False
    before = after = parts[0]
    for part in parts[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(part, before), node_hash(part, after)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, part)
        place, last = place >> 1, last >> 1
    return last == 0 and (before, after) == roots


def _split(size: int) -> int:
    """Give the largest power of two smaller than `size` (at least 2)."""
    return 1 << (size - 1).bit_length() - 1
