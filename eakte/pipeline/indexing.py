"""Feeding the search index; it is derived, so its faults never hold a document up."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from eakte.database import Connection, transaction
from eakte.domain.akten import DocumentState
from eakte.domain.ids import Digest, DocumentId
from eakte.errors import IndexBrokenError
from eakte.pipeline.desk import Desk
from eakte.records import documents
from eakte.search.index import index_of
from eakte.search.interface import Entry, entry
from eakte.store.local import LocalBlobStore

_log = logging.getLogger(__name__)


def index_document(desk: Desk, document: str) -> bool:
    """Put a filed letter into the index; gives False (and warns) if the index is broken.

    One that came back to review, because its Akte was closed meanwhile, is left out.
    """
    with desk.engine.connect() as connection:
        letter = documents.get(connection, DocumentId(document))
    if letter.state is not DocumentState.FILED:
        return False
    made = read_entry(desk.home.store, letter.id, letter.text, letter.sender)
    try:
        with transaction(desk.engine) as connection:
            index_of(connection).put(connection, [made])
    except SQLAlchemyError as problem:
        _log.warning("the index could not take %s: %s", document, problem)
        return False
    return True


def erase_entry(connection: Connection, document: str) -> None:
    """Take a letter out of the index; raises IndexBrokenError: what is to go must be gone."""
    try:
        with connection.begin_nested():
            index_of(connection).erase(connection, document)
    except SQLAlchemyError as problem:
        raise IndexBrokenError(detail=str(problem).partition("\n")[0]) from problem


def read_entry(store: Path, document: DocumentId, text: Digest, sender: str) -> Entry:
    """Analyse a letter's text, which is in a store; may run in another process."""
    pages = json.loads(LocalBlobStore(store).get(text))
    return entry(document, [page["text"] for page in pages], sender)
