"""The Merkle tree of the audit log: RFC 6962 §2.1, pure functions on hashes.

Leaves and inner nodes are hashed with different prefixes, so that neither can pass for the other.
"""

from __future__ import annotations

import hashlib

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
