"""Letters that are really sealed, without a watcher: ready to be filed, each in a transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace

from eakte.database import Connection, transaction
from eakte.domain.akten import DocumentState
from eakte.domain.codec import from_json
from eakte.domain.ids import Digest, DocumentId
from eakte.domain.preservation import Protection, SealedVersion
from eakte.domain.transfervermerk import Transfervermerk
from eakte.pipeline import transitions
from eakte.pipeline.complete_steps import CompleteSteps
from eakte.pipeline.context import Context
from eakte.pipeline.desk import Desk
from eakte.records import documents
from eakte.services import reviewing
from eakte.services.reviewing import Corrections
from tests.integration.sealing_office import archive_copy
from tests.integration.waiting_letters import add_letters


@dataclass(frozen=True)
class Sealed:
    """A released letter and what was made of it."""

    id: DocumentId
    version: SealedVersion
    made: Transfervermerk


def seal(desk: Desk, aktenzeichen: str, mark: str) -> Sealed:
    """Release a letter for an Akte and seal it; it is not filed yet."""
    (letter,) = add_letters(desk, ((1,),), mark=mark)
    copy = desk.store.put(archive_copy())
    with transaction(desk.engine) as connection:
        stored = documents.get(connection, letter.id)
        documents.update(connection, replace(stored, archive_copy=copy))
    corrections = Corrections(akte=aktenzeichen, class_id="sonstiges")
    released = reviewing.release(desk, letter.id, corrections, "A. Probst")
    assert released.state is DocumentState.RELEASED
    return _sealed(desk, released.id, released.version)


def _sealed(desk: Desk, name: DocumentId, version: int) -> Sealed:
    context, store = Context(desk.home, desk.clock), desk.store
    steps = CompleteSteps(context)
    noted = steps.attach_transfervermerk(name)
    made = steps.seal(name, version, noted["pdf"], noted["record"])
    checked = steps.verify(made["sealed"], made["report"], noted["record"])
    context.engine.dispose()
    sealed = SealedVersion(
        Digest(made["sealed"]),
        Digest(checked["report"]),
        checked["verdict"],
        from_json(Protection, checked["protection"]),
    )
    return Sealed(name, sealed, from_json(Transfervermerk, store.get(Digest(noted["record"]))))


def file(connection: Connection, desk: Desk, letter: Sealed) -> None:
    """Do what the workflow does last."""
    now = desk.clock.now()
    transitions.file(connection, letter.id, letter.version, letter.made, desk.definitions, now, ())
