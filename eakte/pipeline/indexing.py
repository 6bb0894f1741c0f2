"""Feeding the search index; it is derived, so its faults never hold a document up."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from eakte.database import transaction
from eakte.domain.ids import Digest, DocumentId
from eakte.pipeline.context import Context
from eakte.records import documents
from eakte.search.index import index_of
from eakte.search.interface import Entry, entry
from eakte.store.local import LocalBlobStore

_log = logging.getLogger(__name__)


def index_document(context: Context, document: str) -> bool:
    """Put a filed letter into the index; gives False (and warns) if the index is broken."""
    with context.engine.connect() as connection:
        letter = documents.get(connection, DocumentId(document))
    made = read_entry(context.home.store, letter.id, letter.text, letter.sender)
    try:
        with transaction(context.engine) as connection:
            index_of(connection).put(connection, [made])
    except SQLAlchemyError as problem:
        _log.warning("the index could not take %s: %s", document, problem)
        return False
    return True


def read_entry(store: Path, document: DocumentId, text: Digest, sender: str) -> Entry:
    """Analyse a letter's text, which is in a store; may run in another process."""
    pages = json.loads(LocalBlobStore(store).get(text))
    return entry(document, [page["text"] for page in pages], sender)
