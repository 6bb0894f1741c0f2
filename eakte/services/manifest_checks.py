"""Whether an Akte is what its last manifest says, but for what the history tells since.

Steps:
5. every manifest that the audit log names is there, unchanged, and names the one before it; and the
   log itself still begins with the events that it had then;
6. nothing of what the last manifest lists was removed, exchanged or put elsewhere, and nothing was
   added, unless a later version in the history says so, which is in the log by step 1, or the log
   tells that it was erased.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from eakte.audit import log
from eakte.database import Connection
from eakte.domain.blobs import BlobStore
from eakte.domain.history import RecordKind
from eakte.domain.ids import Digest
from eakte.domain.manifest import (
    Content,
    ListedDocument,
    ListedEntry,
    ListedVorgang,
    Manifest,
    decode,
)
from eakte.domain.moments import from_micros
from eakte.errors import StoreError
from eakte.i18n import _
from eakte.records import manifests
from eakte.records.manifests import KeptManifest

Step = tuple[str, list[str], str]
"""Name of a check, what contradicts it, and what it means that nothing does."""


@dataclass(frozen=True)
class Told:
    """What the audit log tells."""

    manifests: Sequence[tuple[int, str]]
    """Number and digest of those of an Akte."""
    erased: AbstractSet[str] = frozenset()
    """Records that were erased, as `<kind>:<key>`."""


def steps(store: BlobStore, connection: Connection, told: Told, now: Content) -> Iterator[Step]:
    """Give the steps for an Akte."""
    kept = manifests.of_akte(connection, now.akte)
    faults, whole, previous = _misplaced(kept, told.manifests), list[Manifest](), ""
    for each in kept:
        manifest = _read(store, each)
        faults += [_fault(each.number, flaw) for flaw in _flaws(connection, manifest, previous)]
        whole += [manifest] if manifest else []
        previous = each.digest
    good = _("each is unchanged, and in the log") if kept else _("there is none yet")
    yield _("Manifests"), faults, good
    last = whole[-1] if whole else None
    wrong = compared(last.content, now, told.erased) if last else []
    yield _("Completeness"), wrong, _since(last, now)


def _flaws(connection: Connection, manifest: Manifest | None, previous: str) -> Iterator[str]:
    """Say what is wrong with a manifest that follows another."""
    if manifest is None:
        yield _("it is not in the store as it was made")
        return
    if manifest.previous != previous:
        yield _("it does not name the one before it")
    if log.root_at(connection, manifest.log.size) != manifest.log.root:
        yield _("the log does not begin as it did then")


def _fault(number: int, reason: str) -> str:
    return _("manifest {number}: {reason}").format(number=number, reason=reason)


def _misplaced(kept: Sequence[KeptManifest], told: Sequence[tuple[int, str]]) -> list[str]:
    """Hold the rows against the log."""
    rows, logged = {each.number: str(each.digest) for each in kept}, dict(told)
    found = []
    for number in sorted(rows.keys() | logged.keys()):
        if number not in rows:
            found.append(_fault(number, _("the log tells of it, the records do not have it")))
        elif number not in logged:
            found.append(_fault(number, _("the log does not tell of it")))
        elif rows[number] != logged[number]:
            found.append(_fault(number, _("it is not the one that the log names")))
    return found


def _read(store: BlobStore, kept: KeptManifest) -> Manifest | None:
    """Read a manifest; None if it is missing or changed, or that of something else."""
    try:
        manifest = decode(store.get(kept.digest))
    except (StoreError, ValueError):
        return None
    is_it = (manifest.content.akte, manifest.number) == (kept.akte, kept.number)
    return manifest if is_it else None


def _since(last: Manifest | None, now: Content) -> str:
    """Say what the last manifest is, and how much is not in it yet."""
    if last is None:
        return _("nothing is in a manifest yet")
    told = _("as in manifest {number} of {day}").format(
        number=last.number, day=f"{from_micros(last.made_at):%Y-%m-%d %H:%M} UTC"
    )
    fresh = len(now.commitments().keys() - last.content.commitments().keys())
    later = _("{count} later versions are not yet in a manifest").format(count=fresh)
    return f"{told}; {later}" if fresh else told


def compared(last: Content, now: Content, erased: AbstractSet[str] = frozenset()) -> list[str]:
    """Name the records that contradict a manifest, and no later version or erasure explains."""
    old, new = last.commitments(), now.commitments()
    fresh = {_record(name) for name in new.keys() - old.keys()} | erased
    faults = [
        name
        for name, commitment in old.items()
        if new.get(name) != commitment and not (name not in new and _record(name) in erased)
    ]
    faults += [now.akte] if last.uuid != now.uuid else []
    faults += _vorgaenge(last.vorgaenge, now.vorgaenge, fresh)
    before, after = ({str(one.id): one for one in each.documents()} for each in (last, now))
    faults += _documents(before, after, fresh)
    faults += _order(last, now, after)
    faults += _entries(last.entries, now.entries, fresh)
    return list(dict.fromkeys(faults))


def _record(version: str) -> str:
    return version.rpartition(":")[0]


def _vorgaenge(
    last: Sequence[ListedVorgang], now: Sequence[ListedVorgang], fresh: set[str]
) -> Iterator[str]:
    before, after = ({(one.number, one.uuid) for one in each} for each in (last, now))
    parents = {each.number: each.parent for each in (*last, *now)}
    for number, uuid in sorted(before ^ after):
        key = f"{parents[number]}#{number}"
        if f"{RecordKind.VORGANG.value}:{key}" not in fresh or (number, uuid) in before:
            yield key


def _documents(
    before: Mapping[str, ListedDocument], after: Mapping[str, ListedDocument], fresh: set[str]
) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        moved = (old and old.parent) != (new and new.parent)
        unexplained = moved and f"{RecordKind.DOCUMENT.value}:{name}" not in fresh
        if unexplained or (old and new and not _same_bytes(old, new)):
            yield name


def _same_bytes(old: ListedDocument, new: ListedDocument) -> bool:
    """Tell whether a document is made of the same bytes; renewed seals keep those before them."""
    seals: list[tuple[Digest, ...]] = [(*each.former, each.sealed) for each in (old, new)]
    same_scan = (old.scan, old.part, old.pages) == (new.scan, new.part, new.pages)
    renewed = seals[1][: len(seals[0])] == seals[0]
    return same_scan and renewed and old.transfervermerk == new.transfervermerk


def _order(last: Content, now: Content, after: Mapping[str, ListedDocument]) -> Iterator[str]:
    """Name the Vorgänge whose documents stand in another order."""
    for vorgang in last.vorgaenge:
        key = f"{vorgang.parent}#{vorgang.number}"
        stayed = [
            each.id
            for each in vorgang.documents
            if each.id in after and after[each.id].parent == key
        ]
        present = [each.id for each in now.documents() if each.parent == key]
        if [each for each in present if each in set(stayed)] != stayed:
            yield key


def _entries(
    last: Sequence[ListedEntry], now: Sequence[ListedEntry], fresh: set[str]
) -> Iterator[str]:
    """Hold entries against each other; those on a document come and go with it."""
    before, after = ({each.uuid: each.parent for each in part} for part in (last, now))
    for uuid in sorted(before.keys() | after.keys()):
        parent = before.get(uuid, after.get(uuid, ""))
        records = {f"{RecordKind.DOCUMENT.value}:{parent}", f"{RecordKind.ENTRY.value}:{uuid}"}
        if before.get(uuid) != after.get(uuid) and not records & fresh:
            yield uuid
