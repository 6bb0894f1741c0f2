"""Renewing evidence records: another time-stamp over those that end, or the objects read again.

A time-stamp renewal takes one hash for each tree; a hash-tree renewal reads and hashes every object
(RFC 4998 §5.2). What is not VALID before is not renewed: a time-stamp would hide that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from eakte.database import Connection, lock, transaction
from eakte.domain.events import Action
from eakte.domain.evidence import TreeKind
from eakte.domain.ids import Digest
from eakte.errors import ExitCode, RefusedError
from eakte.i18n import _
from eakte.pipeline.desk import Desk
from eakte.records import erasures
from eakte.records import evidence_records as records
from eakte.seal.algorithms import Used
from eakte.seal.algorithms import end_of as algorithm_end
from eakte.seal.cms_file import pieces_of
from eakte.seal.cms_signers import digests_of
from eakte.seal.evidence.checks import hash_flaw
from eakte.seal.evidence.hashtree import digest_of
from eakte.seal.evidence.stamping import ArchiveStamper
from eakte.seal.evidence.syntax import encoded_sequence, of_chains
from eakte.seal.lasting import end_of
from eakte.services import actor
from eakte.services.access import Permission, require
from eakte.services.evidence_chains import Forest
from eakte.services.evidence_checks import flaw_of
from eakte.services.evidence_trees import Kept, Outcome, keep, stamped

NEXT_DIGEST = "sha512"
"""Into which hash trees are renewed, if nothing else is said."""
_TRIED = 10
"""So many objects of a tree are judged, until one is whole: they share the time-stamps."""


@dataclass(frozen=True)
class Due:
    """A tree whose last time-stamp, or whose algorithm, ends."""

    tree: int
    last: int
    """The tree whose time-stamp is the last one over it."""
    digest: str
    by: datetime
    because: str
    objects: tuple[Digest, ...]
    anew: bool
    """Its algorithm ends, or another one was asked for: the objects must be read again."""


@dataclass(frozen=True)
class Renewed:
    """What became of a tree, or of an object in one, that was due."""

    name: str
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True)
class Run:
    """What came of a renewal: new trees, and each tree or refused object."""

    kept: tuple[Kept, ...]
    results: tuple[Renewed, ...]

    @property
    def exit_code(self) -> ExitCode:
        """Give INVALID if something was refused."""
        refused = any(each.outcome is Outcome.NOT_VALID for each in self.results)
        return ExitCode.INVALID if refused else ExitCode.OK


def due(desk: Desk, within_days: int, digest: str = "") -> tuple[Due, ...]:
    """Give the trees that end within so many days, or use another algorithm than `digest`.

    Objects that were erased cannot be read again: they are left out, their trees stay as they are.
    """
    horizon = desk.clock.now() + timedelta(days=within_days)
    with desk.engine.connect() as connection:
        forest = Forest.of(desk, connection)
        members: dict[int, list[Digest]] = {}
        erased = erasures.objects(connection)
        for name, tree in records.current_objects(connection).items():
            if name not in erased:
                members.setdefault(tree, []).append(name)
    found = (_due(forest, tree, names, horizon, digest) for tree, names in members.items())
    return tuple(each for each in found if each.by <= horizon or (digest and each.anew))


def renew(desk: Desk, stamper: ArchiveStamper, within_days: int, digest: str = "") -> Run:
    """Renew what is due; `digest` reads all objects of other algorithms again, due or not.

    Raises SealDelayedError or SealFailedError without a time-stamp, RefusedError if another run was
    faster. A second run does nothing.
    """
    require(desk, Permission.OPERATE)
    found = due(desk, within_days, digest)
    work = _Work(desk, stamper)
    for algorithm in sorted({each.digest for each in found if not each.anew}):
        work.with_time_stamp(algorithm, [x for x in found if not x.anew and x.digest == algorithm])
    if anew := [each for each in found if each.anew]:
        work.with_hash_tree(digest or NEXT_DIGEST, anew)
    return Run(tuple(work.kept), tuple(work.results))


def _due(forest: Forest, tree: int, names: list[Digest], horizon: datetime, digest: str) -> Due:
    last = forest.last(tree)
    by, because = end_of(forest.trees[last].protection)
    own = forest.trees[tree].digest
    end = algorithm_end(Used("digests", own)) or by
    by, because = min((by, because), (end, own))
    anew = end <= horizon or bool(digest and own != digest)
    return Due(tree, last, own, by, because, tuple(sorted(names)), anew)


class _Work:
    """One run of renewals."""

    def __init__(self, desk: Desk, stamper: ArchiveStamper) -> None:
        self.kept: list[Kept] = []
        self.results: list[Renewed] = []
        self._desk = desk
        self._stamper = stamper

    def with_time_stamp(self, digest: str, found: Sequence[Due]) -> None:
        """Build one tree over the last time-stamps of several."""
        with self._desk.engine.connect() as connection:
            forest = Forest.of(self._desk, connection)
            good = [each for each in found if self._is_valid(forest, connection, each)]
            tokens = self._refreshed(forest, connection, good)
        if not tokens:
            return
        leaves = {number: digest_of(digest, token) for number, token in tokens.items()}
        hashes = leaves.values()
        tree, new = stamped(self._desk, self._stamper, TreeKind.TIME_STAMP, digest, hashes)
        with self._kept_together(tokens) as connection:
            who, action = actor.current(self._desk), Action.EVIDENCE_RENEWED
            count = len(leaves)
            kept = keep(self._desk, connection, new, (), action, who=who, followed=count)
            for number, leaf in leaves.items():
                records.follow(connection, number, kept.id, tree.reduced(leaf))
        self.kept.append(kept)

    def with_hash_tree(self, digest: str, found: Sequence[Due]) -> None:
        """Read the objects of several trees again, and build one tree over them."""
        with self._desk.engine.connect() as connection:
            forest = Forest.of(self._desk, connection)
            good = [each for each in found if self._is_valid(forest, connection, each)]
            tokens = self._refreshed(forest, connection, good)
            forest.put(tokens)
            names = [name for each in good for name in each.objects]
            leaves = {
                leaf: name
                for name in names
                if (leaf := self._read_again(forest, connection, name, digest))
            }
        if not leaves:
            return
        tree, new = stamped(self._desk, self._stamper, TreeKind.HASH_TREE, digest, leaves)
        members = [(name, tree.reduced(leaf)) for leaf, name in leaves.items()]
        with self._kept_together(tokens) as connection:
            current = records.current_objects(connection)
            if any(current[name] != each.tree for each in good for name in each.objects):
                raise RefusedError(detail=_("another run made evidence records meanwhile"))
            who, action = actor.current(self._desk), Action.EVIDENCE_RENEWED
            kept = keep(self._desk, connection, new, members, action, who=who)
        self.kept.append(kept)

    def _is_valid(self, forest: Forest, connection: Connection, each: Due) -> bool:
        """Judge the time-stamps of a tree, by the record of its first object that is whole."""
        flaw = ""
        for name in each.objects[:_TRIED]:
            flaw = flaw_of(self._desk, self._stamper, forest.chains(connection, name), name)
            if not flaw:
                break
        outcome = Outcome.NOT_VALID if flaw else Outcome.RENEWED
        self.results.append(Renewed(f"evidence-{each.tree}", outcome, flaw))
        return not flaw

    def _refreshed(
        self, forest: Forest, connection: Connection, found: Iterable[Due]
    ) -> dict[int, bytes]:
        """Give the last tokens with what is said of revocation now, unless a hash covers them."""
        tokens = {}
        for last in {each.last for each in found}:
            old = forest.token(forest.trees[last])
            below = [tree for tree in forest.trees if forest.last(tree) == last]
            covered = any(records.covered_objects(connection, tree) for tree in below)
            tokens[last] = old if covered else self._stamper.refresh(old)
        return tokens

    def _read_again(
        self, forest: Forest, connection: Connection, name: Digest, digest: str
    ) -> bytes | None:
        """Hash an object anew with its record so far; None, with a result, if it does not fit."""
        chains = forest.chains(connection, name)
        record = of_chains(chains)
        wanted = {digest, *record.digests}
        try:
            hashed = digests_of(pieces_of(self._desk.store.path(name)), sorted(wanted))
            flaw = hash_flaw(record, hashed)
        except OSError as problem:
            flaw = str(problem)
        if flaw:
            self.results.append(Renewed(name, Outcome.NOT_VALID, flaw))
            return None
        return digest_of(digest, hashed[digest], digest_of(digest, encoded_sequence(chains)))

    @contextmanager
    def _kept_together(self, tokens: dict[int, bytes]) -> Iterator[Connection]:
        """Give a transaction in which refreshed tokens take the places of the old ones."""
        blobs = {number: self._desk.store.put(token) for number, token in tokens.items()}
        try:
            with transaction(self._desk.engine) as connection:
                lock(connection)
                self._desk.store.require(blobs.values())
                for number, blob in blobs.items():
                    records.complete(connection, number, blob)
                yield connection
        except LookupError as problem:
            told = _("another run made evidence records meanwhile")
            raise RefusedError(detail=told) from problem
