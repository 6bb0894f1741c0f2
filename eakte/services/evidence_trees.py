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
from eakte.errors import ExitCode, RefusedError, StoreError
from eakte.i18n import N_, _
from eakte.pipeline.desk import Desk
from eakte.pipeline.noted import event
from eakte.records import evidence_records as records
from eakte.seal.evidence.hashtree import HashTree, grow
from eakte.seal.evidence.stamping import ArchiveStamper
from eakte.seal.evidence.syntax import stated_in
from eakte.seal.lasting import protection_in
from eakte.services import actor, manifests
from eakte.services.access import Permission, require
from eakte.services.manifests import Flaw

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


@dataclass(frozen=True)
class Created:
    """What came of a run: a tree if there was anything to put into one, and what was not."""

    kept: Kept | None
    manifests: int
    """So many of its objects are manifests of Akten."""
    flaws: tuple[Flaw, ...] = ()
    """Akten that contradict their history, and objects that are not what their names say."""

    @property
    def exit_code(self) -> ExitCode:
        """Give INVALID if something was left out."""
        return ExitCode.INVALID if self.flaws else ExitCode.OK


class Outcome(StrEnum):
    """What became of something that was due."""

    RENEWED = N_("renewed")
    NOT_VALID = N_("not VALID, not renewed")


def create(desk: Desk, stamper: ArchiveStamper) -> Created:
    """Make what `make` makes, on behalf of the current user."""
    require(desk, Permission.OPERATE)
    return make(desk, stamper, actor.current(desk))


def make(desk: Desk, stamper: ArchiveStamper, who: str) -> Created:
    """Build one tree over all sealed originals and manifests that have no evidence record yet.

    Manifests of Akten that changed are made first; every object is read again, and what is not what
    its name says is left out. Raises SealDelayedError or SealFailedError without a time-stamp,
    RefusedError if another run was faster; no tree is kept then.
    """
    flaws = manifests.make(desk, who).flaws
    with desk.engine.connect() as connection:
        objects = records.unprotected(connection)
        listed = records.manifests_of(connection, objects)
    damaged = tuple(filter(None, (_flaw(desk, each) for each in objects)))
    names = sorted(set(objects) - {each.name for each in damaged})
    if not names:
        return Created(None, 0, (*flaws, *damaged))
    leaves = {bytes.fromhex(each): Digest(each) for each in names}
    tree, new = stamped(desk, stamper, TreeKind.INITIAL, FIRST_DIGEST, leaves)
    with transaction(desk.engine) as connection:
        lock(connection)
        if not set(names) <= set(records.unprotected(connection)):
            raise RefusedError(detail=_("another run made evidence records meanwhile"))
        paths = [(name, tree.reduced(leaf)) for leaf, name in leaves.items()]
        kept = keep(desk, connection, new, paths, Action.EVIDENCE_CREATED, who=who)
    return Created(kept, len(listed.intersection(names)), (*flaws, *damaged))


def _flaw(desk: Desk, name: Digest) -> Flaw | None:
    """Read an object again."""
    try:
        desk.store.checked(name)
    except StoreError as problem:
        return Flaw(name, problem.message())
    return None


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
    *,
    who: str,
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
    now = desk.clock.now()
    log.append(connection, event(action, f"evidence-{number}", who, now, "", after))
    return Kept(number, tree.kind, count, tree.root)
