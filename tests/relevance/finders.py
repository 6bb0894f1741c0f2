"""Our own search over the relevance set, on a database."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from eakte.search import finding
from eakte.search.index import index_of
from eakte.search.interface import entry
from eakte.search.meaning import understand
from eakte.search.query import parse
from eakte.search.tables import ddl
from tests.relevance.judged import Letter
from tests.relevance.peers import Finder


def own(engine: sa.Engine, letters: Sequence[Letter]) -> Finder:
    """Index the letters in an empty database; gives what finds them, similar ones last."""
    with engine.begin() as connection:
        for statement in ddl(engine.dialect.name):
            connection.execute(sa.text(statement))
        entries = [entry(letter.id, (letter.read,)) for letter in letters]
        index_of(connection).put(connection, entries)

    def find(query: str) -> list[str]:
        asked = understand(parse(query)).text
        with engine.connect() as connection:
            found = finding.find(index_of(connection), connection, asked, None, limit=1000)
        return [hit.document for hit in found.hits]

    return find
