"""Which digests the database names, wherever it may be: what is named is not thrown away."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import sqlalchemy as sa

from eakte.database.engine import Connection
from eakte.database.schema import (
    akte_manifest,
    document,
    enclosure,
    evidence_tree,
    former_seal,
    scan,
    verfahren,
)
from eakte.domain.ids import Digest

_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_WORKFLOW_COLUMNS = ("workflow_uuid", "workflow_id")
_DERIVED = "search_"
_SYSTEM_SCHEMA = "information_schema"
_PAGE = 500


def digests_in(text: str) -> frozenset[Digest]:
    """Give every word of 64 hexadecimal digits, which is how a digest is written."""
    return frozenset(Digest(found) for found in _DIGEST.findall(text))


def named_digests(connection: Connection, skip: Callable[[str], bool]) -> frozenset[Digest]:
    """Give every digest in any text of any table, also of tables that this code does not know.

    Rows of workflows for which `skip` says yes (by workflow id) are left out, and the search index,
    which is derived. Too much is found rather than too little: hashes of other things too.
    """
    found = (
        digests_in(text)
        for schema, name in _tables(connection)
        if not name.startswith(_DERIVED)
        for text in _texts(connection, schema, name, skip)
    )
    return frozenset[Digest]().union(*found)


def working_digests(connection: Connection, of: Callable[[str], bool]) -> frozenset[Digest]:
    """Give every digest in the inputs, steps and results of workflows for which `of` says yes."""
    found = (
        digests_in(text)
        for schema, name in _tables(connection)
        for text in _texts_of_work(connection, schema, name, of)
    )
    return frozenset[Digest]().union(*found)


def needed_digests(connection: Connection) -> frozenset[Digest]:
    """Give the digests that the records promise to keep: scans, what belongs to them, letters."""
    letter = document.c
    columns = (
        scan.c.digest, enclosure.c.digest, letter.text, letter.alto, letter.archive_copy,
        letter.sealed, letter.report, former_seal.c.sealed, former_seal.c.report,
        verfahren.c.sha256, evidence_tree.c.token, akte_manifest.c.digest,
    )  # fmt: skip
    promised = {
        Digest(digest)
        for column in columns
        for digest in connection.execute(sa.select(column).where(column.is_not(None))).scalars()
    }
    notes = connection.execute(
        sa.select(letter.transfervermerk).where(letter.transfervermerk != "")
    )
    documentation = (
        json.loads(note)["verfahrensdokumentation"]["sha256"] for note in notes.scalars()
    )
    return frozenset(promised.union(*(digests_in(text) for text in documentation)))


def _tables(connection: Connection) -> Iterator[tuple[str, str]]:
    """Give schema and name of every table; on PostgreSQL the engine's are in a schema of their own.

    Those of the database server itself are left out.
    """
    inspector = sa.inspect(connection)
    for schema in inspector.get_schema_names():
        if schema != _SYSTEM_SCHEMA:
            yield from ((schema, name) for name in inspector.get_table_names(schema))


def _texts_of_work(
    connection: Connection, schema: str, name: str, of: Callable[[str], bool]
) -> Iterator[str]:
    """Give the texts in a table's rows about some workflows; none if it is about others."""
    names = [column["name"] for column in sa.inspect(connection).get_columns(name, schema)]
    if not set(names).isdisjoint(_WORKFLOW_COLUMNS):
        yield from _texts(connection, schema, name, lambda workflow: not of(workflow))


def _texts(
    connection: Connection, schema: str, name: str, skip: Callable[[str], bool]
) -> Iterator[str]:
    """Give the texts in a table's rows."""
    told = sa.inspect(connection).get_columns(name, schema)
    table = sa.table(name, *(sa.column(each["name"], each["type"]) for each in told), schema=schema)
    key = next((column for column in _WORKFLOW_COLUMNS if column in table.c), None)
    rows = connection.execute(sa.select(table).execution_options(yield_per=_PAGE))
    for row in rows.mappings():
        if key is None or not skip(str(row[key])):
            yield from (value for value in row.values() if isinstance(value, str))
