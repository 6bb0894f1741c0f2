"""An evidence bundle: a document or an Akte with all that proves it, for somebody without eakte.

The entries of the audit log are in it byte for byte, as they were hashed, and nothing in them can
be blanked: whoever exports sees every level, and every Akte that an entry names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from eakte.audit.excerpt import Entry, entries, proofs
from eakte.audit.tree import leaf_hash, proves_inclusion
from eakte.database import Connection, snapshot
from eakte.domain.access import Scope
from eakte.domain.akten import Document, DocumentState, is_aktenzeichen
from eakte.domain.events import Action, Event
from eakte.domain.ids import Digest
from eakte.domain.manifest import Manifest, decode
from eakte.errors import EakteError, NotFoundError, RefusedError
from eakte.handover.bundle import BundleFile, publish
from eakte.i18n import N_, _
from eakte.pipeline.desk import Desk
from eakte.pipeline.keeping import COMMITMENT
from eakte.records import akten, documents, manifests
from eakte.services import actor
from eakte.services import manifests as making
from eakte.services.access import Permission, require
from eakte.services.anchoring import Attester, SignedCheckpoint, sign_checkpoint, signed_checkpoints
from eakte.services.bundle_pieces import Chosen, Proven, pieces
from eakte.services.desks import note
from eakte.services.evidence_chains import Forest
from eakte.services.handing_over import for_all

_WRONG_LOG = N_("the log contradicts its signed checkpoint: eakte audit verify")


@dataclass(frozen=True)
class Bundled:
    """What was written, and what is worth a thought."""

    bundle: BundleFile
    documents: int
    events: int
    levels: tuple[str, ...]
    """What the seals in it reach."""
    warnings: tuple[str, ...] = ()


def bundle(
    desk: Desk,
    name: str,
    out: Path,
    open_sealer: Callable[[], Attester],
    *,
    whole_scans: bool = False,
) -> Bundled:
    """Write a bundle for a document (by its id) or an Akte as a new file.

    The log is sealed before (`open_sealer`), so that all of it is covered; without key or authority
    an earlier checkpoint must do. `whole_scans`: scans that hold letters of others, too. Raises
    NotFoundError, RefusedError if something is not filed or may not be seen or the file is there
    already, SystemRefusedError if it cannot be written. The audit log names the bundle and its
    digest before it appears.
    """
    scope = require(desk, Permission.CHANGE_AKTEN)
    target = out.absolute()
    if not target.parent.is_dir():
        raise NotFoundError(kind=N_("folder"), name=target.parent)
    chosen = _chosen(desk, scope, name, whole_scans=whole_scans)
    warnings = [*_sealed_log(desk, open_sealer), *chosen.warnings()]
    with snapshot(desk.engine) as connection:
        proven = _proven(desk, connection, chosen, scope)
    warnings += proven.warnings()

    def noted(made: BundleFile) -> None:
        told = {"sha256": made.sha256, "files": str(made.files)}
        note(desk, Action.EXPORTED, chosen.name, what="evidence", **told)

    made = publish(pieces(desk, chosen, proven), desk.clock.now(), target, noted)
    levels = tuple(sorted({each.level_reached for each in chosen.letters}))
    return Bundled(made, len(chosen.letters), len(proven.events), levels, tuple(warnings))


def _chosen(desk: Desk, scope: Scope, name: str, *, whole_scans: bool) -> Chosen:
    if is_aktenzeichen(name):
        with desk.engine.connect() as connection:
            akten.get(connection, name, for_all(scope))
        making.newest(desk, name, actor.current(desk))
    with snapshot(desk.engine) as connection:
        if not is_aktenzeichen(name):
            letter = documents.get_by_prefix(connection, name, scope)
            for_all(scope)  # only now: what may not be seen is not there
            return _with_chains(desk, connection, letter.id, (letter,), None, whole=whole_scans)
        letters = documents.of_akte(connection, name)
        kept = manifests.of_akte(connection, name)[-1]
        return _with_chains(desk, connection, name, letters, kept.digest, whole=whole_scans)


def _with_chains(
    desk: Desk,
    connection: Connection,
    name: str,
    letters: tuple[Document, ...],
    manifest: Digest | None,
    *,
    whole: bool,
) -> Chosen:
    for each in letters:
        if each.state is not DocumentState.FILED or each.sealed is None:
            detail = _("{document} is {state}, not filed yet")
            raise RefusedError(detail=detail.format(document=each.id, state=_(each.state.value)))
    objects = [*(each.sealed for each in letters if each.sealed), *([manifest] if manifest else [])]
    forest = Forest.of(desk, connection)
    return Chosen(
        name=name,
        letters=letters,
        manifest=manifest,
        chains={each: forest.chains(connection, each) for each in objects},
        scans=frozenset(
            each.scan for each in letters if whole or _is_here(connection, each.scan, letters)
        ),
    )


def _is_here(connection: Connection, scan: Digest, letters: tuple[Document, ...]) -> bool:
    """Tell whether every letter that came in a file goes into the bundle."""
    names = {each.id for each in letters}
    return all(each.id in names for each in documents.packed_in(connection, scan))


def _sealed_log(desk: Desk, open_sealer: Callable[[], Attester]) -> Iterator[str]:
    """Seal the log as it is now; if that cannot be, say why."""
    try:
        sign_checkpoint(desk, open_sealer())
    except RefusedError:
        raise
    except EakteError as problem:
        told = _("no new checkpoint of the log could be sealed: {reason}")
        yield told.format(reason=problem.message())


def _proven(desk: Desk, connection: Connection, chosen: Chosen, scope: Scope) -> Proven:
    found = tuple(entries(connection, _wanted(desk, chosen)))
    _require_seen(connection, found, scope)
    states = _states(desk, found)
    if not states:
        return Proven(found, (), None)
    old, size = states[0].checkpoint.size, states[-1].checkpoint.size
    covered = [each.position for each in found if each.position < size]
    try:
        proof = proofs(connection, covered, old, size)
    except ValueError as problem:
        raise RefusedError(detail=_(_WRONG_LOG)) from problem
    good = proof.root.hex() == states[-1].checkpoint.root and all(
        proves_inclusion(
            leaf_hash(each.raw), each.position, size, proof.inclusion[each.position], proof.root
        )
        for each in found
        if each.position < size
    )
    if not good:
        raise RefusedError(detail=_(_WRONG_LOG))
    return Proven(found, states, proof)


def _wanted(desk: Desk, chosen: Chosen) -> Callable[[Event], bool]:
    """Say which events are about it: those of its records, and of the files they came in."""
    names = {chosen.name, *(each.id for each in chosen.letters)}
    names |= {each.scan for each in chosen.letters}
    manifest = _manifest(desk, chosen)
    versions = manifest.content.commitments() if manifest else {}
    return lambda event: (
        event.object in names or (COMMITMENT in event.after and event.after["record"] in versions)
    )


def _manifest(desk: Desk, chosen: Chosen) -> Manifest | None:
    return decode(desk.store.get(chosen.manifest)) if chosen.manifest else None


def _require_seen(connection: Connection, found: tuple[Entry, ...], scope: Scope) -> None:
    """Refuse entries that name an Akte which may not be seen: they cannot be blanked."""
    if scope.everything:
        return
    values = {
        value
        for each in found
        for value in (*each.event.before.values(), *each.event.after.values())
    }
    for name in filter(is_aktenzeichen, values):
        if akten.find(connection, name, scope) is None:
            detail = _("the log names an Akte of another office with it: others must export it")
            raise RefusedError(detail=detail)


def _states(desk: Desk, found: tuple[Entry, ...]) -> tuple[SignedCheckpoint, ...]:
    """Give the newest checkpoint and, if there is one, an older: the first that covers it all."""
    whole = [
        each
        for each in signed_checkpoints(desk.home.anchors)
        if all(file.is_file() for file in each.files)
    ]
    if not whole:
        return ()
    last = max((each.position for each in found), default=0)
    older = [each for each in whole[:-1] if each.checkpoint.size > last] or whole[-2:-1]
    return (*older[:1], whole[-1])
