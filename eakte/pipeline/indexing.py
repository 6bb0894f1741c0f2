"""Feeding the search index; it is derived, so its faults never hold a document up."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from eakte.database import transaction
from eakte.domain.codec import each_from_json
from eakte.domain.ids import DocumentId
from eakte.domain.text import RecognisedPage
from eakte.pipeline.context import Context
from eakte.records import documents
from eakte.search.index import SqliteIndex

_log = logging.getLogger(__name__)


def index_document(context: Context, document: str) -> bool:
    """Put a filed letter into the index; gives False (and warns) if the index is broken."""
    with context.engine.connect() as connection:
        letter = documents.get(connection, DocumentId(document))
    pages = each_from_json(RecognisedPage, context.store.get(letter.text))
    texts = tuple(page.text for page in pages)
    try:
        with transaction(context.engine) as connection:
            SqliteIndex().put(connection, document, texts)
    except SQLAlchemyError as problem:
        _log.warning("the index could not take %s: %s", document, problem)
        return False
    return True
