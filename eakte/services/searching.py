"""Finding letters by their text."""

from __future__ import annotations

from dataclasses import dataclass

from eakte.domain.access import Scope
from eakte.domain.akten import Document
from eakte.domain.events import Action
from eakte.domain.ids import DocumentId
from eakte.errors import NotFoundError
from eakte.i18n import N_
from eakte.pipeline.desk import Desk
from eakte.records import akten, documents
from eakte.search.index import Hit, SqliteIndex
from eakte.services.access import Permission, require
from eakte.services.desks import note


@dataclass(frozen=True)
class Filters:
    """What narrows a search; empty strings do not. Dates are ISO 8601, both inclusive."""

    akte: str = ""
    class_id: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True)
class Found:
    """A hit with the letter it points to."""

    hit: Hit
    document: Document
    class_name: str


def search(desk: Desk, query: str, filters: Filters, limit: int) -> tuple[Found, ...]:
    """Give the best hits among the filed letters, best first.

    Raises NotFoundError for a class or Akte that does not exist: no hits would mislead.
    """
    scope = require(desk, Permission.READ)
    _require_known(desk, filters, scope)
    with desk.engine.connect() as connection:
        among = _narrowed(desk, filters, scope)
        hits = SqliteIndex().find(connection, query, limit, among)
        found = tuple(
            Found(hit, document, _class_name(desk, document))
            for hit in hits
            if (document := documents.find(connection, DocumentId(hit.document))) is not None
        )
    note(desk, Action.SEARCHED, "index", hits=str(len(found)))
    return found


def _require_known(desk: Desk, filters: Filters, scope: Scope) -> None:
    if filters.class_id and desk.definitions.class_of(filters.class_id) is None:
        raise NotFoundError(kind=N_("class"), name=filters.class_id)
    if filters.akte:
        with desk.engine.connect() as connection:
            akten.get(connection, filters.akte, scope)


def _narrowed(desk: Desk, filters: Filters, scope: Scope) -> frozenset[str] | None:
    if filters == Filters() and scope.everything:
        return None
    with desk.engine.connect() as connection:
        matching = documents.matching(
            connection,
            scope,
            akte=filters.akte,
            class_id=filters.class_id,
            since=filters.since,
            until=filters.until,
        )
    return frozenset(document.id for document in matching)


def _class_name(desk: Desk, document: Document) -> str:
    definition = desk.definitions.class_of(document.classification.class_id)
    return definition.name if definition else ""
