"""Making manifests of Akten: of each one in which something changed since its last.

They are made when an Akte is closed, when it is handed over, and before evidence records are made,
which is once a day. An Akte that contradicts its history, or its last manifest, gets no new one:
that would make what was done to it look right. Killed at any time, a manifest is there with its
event, or it is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from eakte.audit import log
from eakte.database import Connection, lock, snapshot, transaction
from eakte.domain.events import Action
from eakte.domain.manifest import LogState, Manifest, encode
from eakte.domain.moments import to_micros
from eakte.domain.verification import Verdict
from eakte.errors import RefusedError
from eakte.pipeline.desk import Desk
from eakte.pipeline.noted import event
from eakte.records import manifests as records
from eakte.records.manifests import KeptManifest, Mark
from eakte.services import akte_evidence
from eakte.services.akte_content import content

_TRIES = 3
"""So often is an Akte looked at again that somebody changed meanwhile."""


@dataclass(frozen=True)
class Flaw:
    """An Akte or an object that is not as it should be, so that no proof of it was made."""

    name: str
    reason: str


@dataclass(frozen=True)
class Made:
    """What came of a run: new manifests, and the Akten that got none."""

    kept: tuple[KeptManifest, ...] = ()
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True)
class _Draft:
    manifest: Manifest
    mark: Mark


def make(desk: Desk, actor: str, only: Iterable[str] | None = None) -> Made:
    """Make the manifests that are due, of all Akten or only of some, on behalf of an actor."""
    wanted, kept, flaws = None if only is None else set(only), list[KeptManifest](), list[Flaw]()
    for _attempt in range(_TRIES):
        drafts = [*_drafts(desk, wanted, {each.name for each in flaws})]
        flaws += [each for each in drafts if isinstance(each, Flaw)]
        found = [each for each in drafts if isinstance(each, _Draft)]
        added = [_keep(desk, actor, each) for each in found]
        kept += [each for each in added if each is not None]
        if all(added):
            break
    return Made(tuple(kept), tuple(flaws))


def newest(desk: Desk, aktenzeichen: str, actor: str) -> KeptManifest:
    """Give the manifest of an Akte as it is now, made if there is none yet.

    Raises RefusedError if the Akte contradicts its history.
    """
    for flaw in make(desk, actor, (aktenzeichen,)).flaws:
        raise RefusedError(detail=f"{flaw.name}: {flaw.reason}")
    with desk.engine.connect() as connection:
        return records.of_akte(connection, aktenzeichen)[-1]


def _drafts(desk: Desk, wanted: set[str] | None, without: set[str]) -> Iterator[_Draft | Flaw]:
    """Look at all Akten that changed as they were at one moment."""
    with snapshot(desk.engine) as connection:
        changed = set(records.changed(connection)) - without
        names = sorted(changed if wanted is None else changed & wanted)
        if not names:
            return
        known = akte_evidence.logged(connection)
        for name in names:
            now = desk.clock.now()
            report = akte_evidence.report(desk.store, connection, name, known, now)
            if report.verdict is Verdict.VALID:
                yield _draft(desk, connection, name)
            else:
                yield Flaw(name, report.reason)


def _draft(desk: Desk, connection: Connection, name: str) -> _Draft:
    before = records.of_akte(connection, name)
    manifest = Manifest(
        number=len(before) + 1,
        previous=before[-1].digest if before else "",
        made_at=to_micros(desk.clock.now()),
        log=LogState(*log.head(connection)),
        content=content(connection, name),
    )
    return _Draft(manifest, records.mark_of(connection, name))


def _keep(desk: Desk, actor: str, draft: _Draft) -> KeptManifest | None:
    """Keep a manifest with its event; None if somebody changed the Akte, or was faster."""
    manifest, digest = draft.manifest, desk.store.put(encode(draft.manifest))
    name = manifest.content.akte
    with transaction(desk.engine) as connection:
        lock(connection)
        before = records.of_akte(connection, name)
        if records.mark_of(connection, name) != draft.mark or len(before) >= manifest.number:
            return None
        desk.store.require((digest,))
        kept = KeptManifest(name, manifest.number, digest, draft.mark)
        records.add(connection, kept)
        after = {
            "number": str(manifest.number),
            "sha256": digest,
            "previous": manifest.previous,
            "events": str(manifest.log.size),
        }
        now = desk.clock.now()
        log.append(connection, event(Action.MANIFEST_MADE, name, actor, now, "", after))
    return kept
