"""Whether the hash trees of a home are those that the audit log tells of, with all that was hashed.

A record proves what it is about; that none was removed only the log can tell. Its events name kind,
algorithm, root and number of members of every tree. A tree over objects is also built again of the
objects that it has: it must lead to that root. A tree over objects that were read again is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eakte.audit import log
from eakte.database import Connection
from eakte.domain.events import Action
from eakte.domain.evidence import Tree, TreeKind
from eakte.domain.ids import Digest
from eakte.i18n import _
from eakte.records import evidence_records as records
from eakte.seal.evidence.hashtree import grow

_TREES = frozenset({Action.EVIDENCE_CREATED, Action.EVIDENCE_RENEWED})
_OBJECTS = frozenset({Action.SEALED, Action.RENEWED, Action.MANIFEST_MADE})


@dataclass(frozen=True)
class Whole:
    """What is wrong with the trees, and from when on the log names what."""

    faults: Mapping[str, str]
    """By the name of a tree, in order."""
    _told: Mapping[str, int]
    """The place in the log of each tree, and of the first naming of each object."""

    def lost(self, name: Digest) -> str:
        """Give the faulty tree that an object without a record must have been in, "" if none."""
        first = self._told.get(name)
        if first is None:
            return ""
        return next((tree for tree in self.faults if first < self._told.get(tree, -1)), "")


def look(connection: Connection) -> Whole:
    """Hold all trees against the log; every object's row is read, no blob."""
    logged, told = dict[str, Mapping[str, str]](), dict[str, int]()
    for place, event in enumerate(log.of_actions(connection, _TREES | _OBJECTS)):
        if event.action in _TREES:
            logged[event.object], told[event.object] = event.after, place
        else:
            told.setdefault(event.after["sha256"], place)
    trees = {f"evidence-{number}": each for number, each in records.trees(connection).items()}
    members = records.members(connection)
    faults = {
        name: fault
        for name in dict.fromkeys((*logged, *trees))
        if (fault := next(_faults(logged.get(name), trees.get(name), members), ""))
    }
    return Whole(faults, told)


def _faults(
    told: Mapping[str, str] | None, tree: Tree | None, members: Mapping[int, Sequence[str]]
) -> Iterator[str]:
    if tree is None:
        yield _("the log tells of it, the records do not have it")
        return
    if told is None:
        yield _("the log does not tell of it")
        return
    named = (told["kind"], told["digest"], told["root"])
    if named != (tree.kind.value, tree.digest, tree.root):
        yield _("it is not the one that the log names")
    inside = members.get(tree.id, ())
    if str(len(inside)) != told["members"]:
        text = _("the log tells of {told} members, the records have {count}")
        yield text.format(told=told["members"], count=len(inside))
    elif tree.kind is TreeKind.INITIAL and _root(tree, inside) != told["root"]:
        yield _("its members are not those that were hashed")


def _root(tree: Tree, inside: Sequence[str]) -> str:
    try:
        return grow(tree.digest, map(bytes.fromhex, inside)).root.hex()
    except (ValueError, KeyError):
        return ""
