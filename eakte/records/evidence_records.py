"""Hash trees of evidence records: trees are added, and once followed by another never change."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eakte.database import Connection
from eakte.database.schema import (
    akte_manifest,
    document,
    evidence_leaf,
    evidence_tree,
    former_seal,
)
from eakte.domain.codec import from_json, to_json
from eakte.domain.evidence import Leaf, Lists, NewTree, Tree, TreeKind
from eakte.domain.ids import Digest
from eakte.domain.moments import from_micros, to_micros
from eakte.domain.preservation import Protection


def unprotected(connection: Connection) -> tuple[Digest, ...]:
    """Give the sealed originals, former ones too, and manifests that no tree has yet."""
    objects = sa.union(
        sa.select(document.c.sealed.label("object")).where(document.c.sealed.is_not(None)),
        sa.select(former_seal.c.sealed.label("object")),
        sa.select(akte_manifest.c.digest.label("object")),
    ).subquery()
    known = sa.select(evidence_leaf.c.object)
    query = sa.select(objects.c.object).where(objects.c.object.not_in(known))
    return tuple(Digest(each) for each in connection.execute(query.order_by("object")).scalars())


def manifests_of(connection: Connection, objects: Sequence[Digest]) -> frozenset[Digest]:
    """Give those of some objects that are manifests."""
    found = connection.execute(sa.select(akte_manifest.c.digest)).scalars()
    return frozenset(objects) & frozenset(map(Digest, found))


def add(connection: Connection, tree: NewTree, leaves: Iterable[tuple[Digest, Lists]]) -> int:
    """Keep a tree with its objects and give its id."""
    row = {
        "kind": tree.kind.value,
        "made_at": to_micros(tree.made_at),
        "digest": tree.digest,
        "root": tree.root,
        "token": tree.token,
        "protection": to_json(tree.protection).decode(),
        "path": "",
    }
    added = connection.execute(sa.insert(evidence_tree).values(**row)).inserted_primary_key
    number = int(added[0]) if added else 0
    rows = [{"tree": number, "object": name, "path": _text(path)} for name, path in leaves]
    if rows:
        connection.execute(sa.insert(evidence_leaf), rows)
    return number


def complete(connection: Connection, tree: int, token: Digest) -> None:
    """Put a token in the place of the same one with less about its revocation."""
    _change(connection, tree, token=token)


def follow(connection: Connection, tree: int, by: int, path: Lists) -> None:
    """Note that the time-stamp of a tree is renewed by that of another."""
    _change(connection, tree, followed_by=by, path=_text(path))


def last_made(connection: Connection) -> datetime | None:
    """Give when the last tree over objects that had none was made."""
    made = sa.select(sa.func.max(evidence_tree.c.made_at))
    query = made.where(evidence_tree.c.kind == TreeKind.INITIAL.value)
    last = connection.execute(query).scalar()
    return None if last is None else from_micros(int(last))


def trees(connection: Connection) -> dict[int, Tree]:
    """Give all trees by id, the oldest first."""
    rows = connection.execute(sa.select(evidence_tree).order_by(evidence_tree.c.id))
    return {row.id: _tree(row) for row in rows}


def leaves_of(connection: Connection, name: Digest) -> tuple[Leaf, ...]:
    """Give the places of an object in trees, the oldest first."""
    query = sa.select(evidence_leaf).where(evidence_leaf.c.object == name)
    rows = connection.execute(query.order_by(evidence_leaf.c.tree))
    return tuple(Leaf(row.tree, Digest(row.object), _lists(row.path)) for row in rows)


def members(connection: Connection) -> dict[int, list[str]]:
    """Give what is in each tree: its objects, or the trees that it follows."""
    leaves = sa.select(evidence_leaf.c.tree, evidence_leaf.c.object)
    here = evidence_tree.c
    followed = sa.select(here.followed_by, here.id).where(here.followed_by.is_not(None))
    found = dict[int, list[str]]()
    for query in (leaves, followed):
        for tree, member in connection.execute(query):
            found.setdefault(int(tree), []).append(str(member))
    return found


def current_objects(connection: Connection) -> dict[Digest, int]:
    """Give every object with the newest tree that has it."""
    newest = sa.func.max(evidence_leaf.c.tree)
    query = sa.select(evidence_leaf.c.object, newest).group_by(evidence_leaf.c.object)
    return {Digest(name): int(tree) for name, tree in connection.execute(query)}


def covered_objects(connection: Connection, tree: int) -> bool:
    """Tell whether an object of a tree is in a later one, whose hashes rest on this token."""
    later = evidence_leaf.alias()
    same = (later.c.object == evidence_leaf.c.object) & (later.c.tree > evidence_leaf.c.tree)
    query = sa.select(sa.literal(1)).select_from(evidence_leaf.join(later, same))
    found = connection.execute(query.where(evidence_leaf.c.tree == tree).limit(1))
    return found.first() is not None


def _change(connection: Connection, tree: int, **values: object) -> None:
    """Change the row of a tree that no other one follows; raises LookupError if it is followed."""
    here = (evidence_tree.c.id == tree) & evidence_tree.c.followed_by.is_(None)
    done = connection.execute(sa.update(evidence_tree).where(here).values(**values))
    if done.rowcount != 1:
        raise LookupError(tree)


def _tree(row: Any) -> Tree:
    return Tree(
        kind=TreeKind(row.kind),
        made_at=from_micros(row.made_at),
        digest=row.digest,
        root=row.root,
        token=Digest(row.token),
        protection=from_json(Protection, row.protection),
        id=row.id,
        followed_by=row.followed_by,
        path=_lists(row.path),
    )


def _text(lists: Lists) -> str:
    return "|".join(".".join(b64encode(each).decode() for each in one) for one in lists)


def _lists(text: str) -> Lists:
    found = text.split("|") if text else []
    return tuple(tuple(b64decode(each) for each in one.split(".")) for one in found)
