"""Hash trees of RFC 4998 §4: built over many objects, reduced for one of them, climbed again.

Unlike the tree of the audit log they know no order: the hashes below one node are sorted, so a
record names the siblings, and no sides. A list with one hash is that hash, and is not hashed again.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

DIGESTS = frozenset(
    {"sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"}
)
"""Those that can be computed; which of them are believed, and when, says eakte.seal.algorithms."""


def digest_of(digest: str, *parts: bytes) -> bytes:
    """Hash the concatenation of parts; `digest` is one of DIGESTS, else KeyError."""
    if digest not in DIGESTS:
        raise KeyError(digest)
    return hashlib.new(digest, b"".join(parts), usedforsecurity=False).digest()


def climb(digest: str, lists: Sequence[Sequence[bytes]]) -> bytes | None:
    """Give the root to which a reduced hash tree leads (§4.3, step 2), None if it is none.

    Equal hashes below one node count as often as they stand there. A tree with an empty list, or
    with a hash of another length than the algorithm gives, is none.
    """
    length = len(digest_of(digest))
    below: list[bytes] = []
    for members in lists:
        if not members or any(len(each) != length for each in members):
            return None
        node = sorted([*members, *below])
        below = [node[0] if len(node) == 1 else digest_of(digest, *node)]
    return below[0] if below else None


@dataclass(frozen=True)
class HashTree:
    """A tree over different hashes, two below every node; levels from the leaves to the root."""

    levels: tuple[tuple[bytes, ...], ...]

    @property
    def root(self) -> bytes:
        """Give what the time-stamp is asked for."""
        return self.levels[-1][0]

    def reduced(self, leaf: bytes) -> tuple[tuple[bytes, ...], ...]:
        """Give the partial hash trees of a leaf (§4.2), none if it is the only one.

        Raises KeyError if the tree does not have it.
        """
        place = bisect_left(self.levels[0], leaf)
        if self.levels[0][place : place + 1] != (leaf,):
            raise KeyError(leaf.hex())
        lists: list[tuple[bytes, ...]] = []
        for level in self.levels[:-1]:
            beside = place ^ 1
            if beside < len(level):
                members = (level[beside],) if lists else (leaf, level[beside])
                lists.append(tuple(sorted(members)))
            place >>= 1
        return tuple(lists)


def grow(digest: str, hashes: Iterable[bytes]) -> HashTree:
    """Build a tree over hashes, of which there must be some, each once; raises ValueError.

    They are sorted, so that a record does not tell in which order the objects came.
    """
    leaves = sorted(hashes)
    if not leaves or len(set(leaves)) != len(leaves):
        raise ValueError("a hash tree needs hashes, each once")
    levels = [tuple(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = (sorted(below[place : place + 2]) for place in range(0, len(below), 2))
        levels.append(tuple(x[0] if len(x) == 1 else digest_of(digest, *x) for x in pairs))
    return HashTree(tuple(levels))
