"""Finding letters by their text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from eakte.database import snapshot
from eakte.domain.access import Scope
from eakte.domain.akten import Document
from eakte.domain.events import Action
from eakte.domain.ids import DocumentId
from eakte.errors import IndexBrokenError, NotFoundError
from eakte.i18n import N_
from eakte.pipeline.desk import Desk
from eakte.records import akten, documents, visible
from eakte.search import finding
from eakte.search.analyser import fold
from eakte.search.finding import Hit, Hits, Total
from eakte.search.index import index_of
from eakte.search.interface import Condition
from eakte.search.meaning import Asked, understand
from eakte.search.narrowing import narrowed
from eakte.search.query import parse
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
    """A hit with the letter it points to; `number` counts all hits from 1."""

    number: int
    hit: Hit
    document: Document
    class_name: str


@dataclass(frozen=True)
class Result:
    """One page of hits, and of how many."""

    found: tuple[Found, ...]
    total: Total


def search(desk: Desk, query: str, filters: Filters, *, limit: int = 10, offset: int = 0) -> Result:
    """Give a page of hits among the filed letters that the current user may see, best first.

    Raises QueryError for what cannot be read, NotFoundError for a class or Akte that does not exist
    (no hits would mislead), IndexBrokenError if the index cannot be read.
    """
    scope = require(desk, Permission.READ)
    _require_known(desk, filters, scope)
    asked = understand(parse(query))
    among = _among(desk, asked, filters, scope)
    try:
        hits, letters = _looked_up(desk, asked, among, limit, offset)
    except IndexBrokenError:  # perhaps a new index took its place just now
        hits, letters = _looked_up(desk, asked, among, limit, offset)
    found = tuple(_found(desk, hits.hits, letters, offset))
    note(desk, Action.SEARCHED, "index", hits=str(hits.total.count))
    return Result(found, hits.total)


def _looked_up(
    desk: Desk, asked: Asked, among: Condition | None, limit: int, offset: int
) -> tuple[Hits, dict[DocumentId, Document]]:
    with snapshot(desk.engine) as connection:
        index = index_of(connection)
        hits = finding.find(index, connection, asked.text, among, limit=limit, offset=offset)
        return hits, documents.several(connection, [each.document for each in hits.hits])


def _found(
    desk: Desk, hits: Iterable[Hit], letters: dict[DocumentId, Document], offset: int
) -> Iterator[Found]:
    for number, hit in enumerate(hits, start=offset + 1):
        document = letters.get(DocumentId(hit.document))
        if document is not None:
            yield Found(number, hit, document, _class_name(desk, document))


def _require_known(desk: Desk, filters: Filters, scope: Scope) -> None:
    if filters.class_id and desk.definitions.class_of(filters.class_id) is None:
        raise NotFoundError(kind=N_("class"), name=filters.class_id)
    if filters.akte:
        with desk.engine.connect() as connection:
            akten.get(connection, filters.akte, scope)


def _among(desk: Desk, asked: Asked, filters: Filters, scope: Scope) -> Condition | None:
    """Say which letters count at all; None if all filed ones do, which all indexed ones are."""
    if asked.records is None and filters == Filters() and scope.everything:
        return None
    condition = visible.documents(scope) & documents.filed(
        akte=filters.akte,
        class_id=filters.class_id,
        since=filters.since,
        until=filters.until,
    )
    if asked.records is not None:
        condition &= narrowed(asked.records, _classes(desk))
    return condition


def _classes(desk: Desk) -> dict[str, str]:
    """Give the classes by how they may be named."""
    named = {fold(each.id): each.id for each in desk.definitions.classes.values()}
    return {fold(each.name): each.id for each in desk.definitions.classes.values()} | named


def _class_name(desk: Desk, document: Document) -> str:
    definition = desk.definitions.class_of(document.classification.class_id)
    return definition.name if definition else ""
