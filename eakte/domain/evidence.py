"""Evidence records as they are kept: hash trees with one time-stamp each, and who is in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eakte.domain.ids import Digest
from eakte.domain.preservation import Protection

Lists = tuple[tuple[bytes, ...], ...]
"""Partial hash trees from a leaf up to a root (RFC 4998 §4.2); none if the leaf is the root."""


class TreeKind(StrEnum):
    """What a hash tree is built over."""

    INITIAL = "initial"
    """Objects, for the first time."""
    TIME_STAMP = "time-stamp"
    """The time-stamps of other trees (time-stamp renewal)."""
    HASH_TREE = "hash-tree"
    """Objects read again, each with its record so far (hash-tree renewal)."""


@dataclass(frozen=True)
class NewTree:
    """A tree before it is kept."""

    kind: TreeKind
    made_at: datetime
    digest: str
    """By which it is built, as hashlib calls it."""
    root: str
    token: Digest
    """The blob with its time-stamp."""
    protection: Protection
    """What that time-stamp rests on, and until when."""


@dataclass(frozen=True)
class Tree(NewTree):
    """A kept tree: later ones have a higher id."""

    id: int
    followed_by: int | None
    """The tree whose time-stamp renews this one's."""
    path: Lists
    """The way from this tree's time-stamp to the root of that one."""


@dataclass(frozen=True)
class Leaf:
    """One object in a tree over objects."""

    tree: int
    object: Digest
    path: Lists
