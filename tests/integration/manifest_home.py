"""A home with Akten whose letters are any bytes: manifests name them and do not look into them."""

from __future__ import annotations

from dataclasses import replace

from eakte.database import transaction
from eakte.domain.akten import Akte, Document, DocumentState
from eakte.pipeline import casework
from eakte.pipeline.desk import Desk
from eakte.pipeline.keeping import By
from eakte.records import documents
from tests.integration.evidence_home import NOW, add_letters

ONE, OTHER = "20.1-702.11/2026-0003", "20.1-702.11/2026-0004"
BY = By("m.brandt", NOW)


def open_akten(desk: Desk, *names: str) -> None:
    with transaction(desk.engine) as connection:
        for name in names:
            casework.open_akte(connection, Akte(name, "Geheimer Titel", "20.1", NOW), BY.actor)


def file_letters(desk: Desk, name: str, *contents: bytes) -> tuple[Document, ...]:
    """File letters whose sealed originals are these bytes in an Akte."""
    return tuple(_filed(desk, each, name) for each in add_letters(desk, *contents))


def _filed(desk: Desk, letter: Document, name: str) -> Document:
    with transaction(desk.engine) as connection:
        akte = casework.require_open(connection, name)
        vorgang = casework.place(connection, akte, BY)
        placed = replace(
            letter,
            state=DocumentState.FILED,
            aktenzeichen=name,
            vorgang_id=vorgang.id,
            sender="Erika Muster",
        )
        filed = documents.update(connection, placed)
        casework.note_filed(connection, filed, vorgang, BY, "station")
    return filed
