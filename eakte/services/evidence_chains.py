"""Putting the evidence record of an object together from the trees that have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from eakte.database import Connection
from eakte.domain.evidence import Leaf, Tree
from eakte.domain.ids import Digest
from eakte.pipeline.desk import Desk
from eakte.records import evidence_records as records
from eakte.seal.evidence.syntax import ArchiveTimestamp, archive_timestamp

Chains = list[list[ArchiveTimestamp]]


@dataclass
class Forest:
    """All trees of a home, and the tokens that were read."""

    desk: Desk
    trees: dict[int, Tree]
    tokens: dict[Digest, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, desk: Desk, connection: Connection) -> Forest:
        """Read the trees; tokens are read when they are needed."""
        return cls(desk, records.trees(connection))

    def chains(self, connection: Connection, name: Digest) -> Chains:
        """Give the chains of an object's record; none if no tree has it.

        Raises StoreError if a time-stamp is not in the store.
        """
        leaves = [each for each in records.leaves_of(connection, name) if each.tree in self.trees]
        ends = [*(leaf.tree for leaf in leaves[1:]), None]
        return [list(self._chain(leaf, end)) for leaf, end in zip(leaves, ends, strict=False)]

    def last(self, tree: int) -> int:
        """Give the tree whose time-stamp is the last one over a tree."""
        while (after := self._after(self.trees[tree])) is not None:
            tree = after
        return tree

    def put(self, tokens: dict[int, bytes]) -> None:
        """Use other tokens than the kept ones."""
        self.tokens |= {self.trees[number].token: token for number, token in tokens.items()}

    def token(self, tree: Tree) -> bytes:
        """Give the token of a tree; raises StoreError if it is not what its name says."""
        if tree.token not in self.tokens:
            self.tokens[tree.token] = self.desk.store.get(tree.token)
        return self.tokens[tree.token]

    def _chain(self, leaf: Leaf, end: int | None) -> Iterator[ArchiveTimestamp]:
        """Follow renewals, but not beyond the tree for which the object was read again."""
        tree, path = self.trees[leaf.tree], leaf.path
        yield archive_timestamp(tree.digest, path, self.token(tree))
        while (after := self._after(tree)) is not None and (end is None or after < end):
            tree, path = self.trees[after], tree.path
            yield archive_timestamp(tree.digest, path, self.token(tree))

    def _after(self, tree: Tree) -> int | None:
        """Give the tree that follows: always a later one, so that no row can send us in circles."""
        after = tree.followed_by
        return after if after is not None and after > tree.id and after in self.trees else None
