"""Making and renewing evidence records: a hash tree over many objects, and one time-stamp for it.

Everything that can fail comes before the one transaction that keeps a tree with its event: killed
at any time, a tree is there with all its objects, or it is not there; a token that no row names is
removed by a repair. Whoever runs it again does what is left to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from eakte.audit import log
from eakte.database import Connection, lock, transaction
from eakte.domain.events import Action
from eakte.domain.evidence import Lists, NewTree, TreeKind
from eakte.domain.ids import Digest
from eakte.errors import RefusedError
from eakte.i18n import N_, _
from eakte.pipeline.desk import Desk
from eakte.pipeline.noted import event
from eakte.records import evidence_records as records
from eakte.seal.evidence.hashtree import HashTree, grow
from eakte.seal.evidence.stamping import ArchiveStamper
from eakte.seal.evidence.syntax import stated_in
from eakte.seal.lasting import protection_in
from eakte.services import actor
from eakte.services.access import Permission, require

FIRST_DIGEST = "sha256"
"""By which the store names its blobs: the hash of an object is its name."""


@dataclass(frozen=True)
class Kept:
    """A tree that was just kept."""

    id: int
    kind: TreeKind
    objects: int
    """How many objects, or time-stamps of other trees, are in it."""
    root: str


class Outcome(StrEnum):
    """What became of something that was due."""

    RENEWED = N_("renewed")
    NOT_VALID = N_("not VALID, not renewed")


def create(desk: Desk, stamper: ArchiveStamper) -> Kept | None:
    """Build one tree over all sealed originals that have no evidence record yet; None if all have.

    Raises SealDelayedError or SealFailedError without a time-stamp, RefusedError if another run was
    faster; nothing is kept then.
    """
    require(desk, Permission.OPERATE)
    with desk.engine.connect() as connection:
        objects = records.unprotected(connection)
    if not objects:
        return None
    names = {bytes.fromhex(each): each for each in objects}
    tree, new = stamped(desk, stamper, TreeKind.INITIAL, FIRST_DIGEST, names)
    with transaction(desk.engine) as connection:
        lock(connection)
        if not set(objects) <= set(records.unprotected(connection)):
            raise RefusedError(detail=_("another run made evidence records meanwhile"))
        leaves = [(name, tree.reduced(leaf)) for leaf, name in names.items()]
        return keep(desk, connection, new, leaves, Action.EVIDENCE_CREATED)


def stamped(
    desk: Desk, stamper: ArchiveStamper, kind: TreeKind, digest: str, hashes: Iterable[bytes]
) -> tuple[HashTree, NewTree]:
    """Build a tree, have it time-stamped, and put the token into the store."""
    tree = grow(digest, hashes)
    token = stamper.stamp(tree.root, digest)
    kept, made = desk.store.put(token), stated_in(token).time
    return tree, NewTree(kind, made, digest, tree.root.hex(), kept, protection_in(token))


def keep(
    desk: Desk,
    connection: Connection,
    tree: NewTree,
    leaves: Sequence[tuple[Digest, Lists]],
    action: Action,
    followed: int = 0,
) -> Kept:
    """Add a tree and its event, in the caller's transaction."""
    desk.store.require((tree.token,))
    number = records.add(connection, tree, leaves)
    count = len(leaves) or followed
    after = {
        "kind": tree.kind.value,
        "digest": tree.digest,
        "root": tree.root,
        "members": str(count),
        "token": tree.token,
    }
    who, now = actor.current(desk), desk.clock.now()
    log.append(connection, event(action, f"evidence-{number}", who, now, "", after))
    return Kept(number, tree.kind, count, tree.root)
