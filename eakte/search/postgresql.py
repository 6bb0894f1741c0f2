"""The index in PostgreSQL: a tsvector of our own tokens with a GIN index.

Tokens of the columns but t carry its name: `p:haus`. The vector has no positions: GIN could not use
them, they end at 16,383, and phrases are found by their pairs of neighbours (`a b`) and proven by
the text of the column.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.sql.elements import ColumnElement

from eakte.i18n import _
from eakte.search import similar
from eakte.search.interface import Condition, Entry
from eakte.search.meaning import AnyOf, Every, Run, Term, Tree
from eakte.search.rank import needle
from eakte.search.relational import RelationalIndex, run, seen, selected, texts

_MOST_LEXEMES = 60_000
"""A tsvector holds a megabyte; a letter of thousands of pages keeps its most telling columns."""
_LOOKED_AT = 200
"""Letters of which the check makes the tokens anew."""
_PHRASE = 2
_INSERTS = (
    "INSERT INTO {0}_document (id, document) VALUES (:id, :document)",
    """
    INSERT INTO {0}_text (id, t, p, x, s, pages, terms)
    VALUES (:id, :t, :p, :x, :s, :pages, array_to_tsvector(CAST(:terms AS text[])))
    """,
)
_DELETES = (
    "DELETE FROM {0}_text WHERE id = :id",
    "DELETE FROM {0}_amount WHERE id = :id",
)
_LEARN = """
    INSERT INTO {0}_near (key, form, stem)
    SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:forms AS text[]), CAST(:stems AS text[]))
    ON CONFLICT DO NOTHING
    """
_terms: sa.ColumnClause[Any] = sa.literal_column("search_text.terms")


class PostgresIndex(RelationalIndex):
    """A SearchIndex in PostgreSQL."""

    dialect = "postgresql"

    def _matching(
        self, _conn: Connection, asked: Tree | None, among: Condition | None
    ) -> sa.Select[Any]:
        query = selected().order_by(texts.c.id.desc())
        if among is not None:
            query = query.where(seen(among))
        return query if asked is None else query.where(_meets(asked))

    def _row(self, number: int, entry: Entry) -> dict[str, Any]:
        return {
            "id": number,
            "document": entry.document,
            "pages": json.dumps(entry.pages, ensure_ascii=False).replace("\\u0000", ""),
            **entry.columns,
            "terms": lexemes(entry.columns),
        }

    def _insert(self, conn: Connection, prefix: str, rows: Sequence[dict[str, Any]]) -> None:
        for statement in _INSERTS:
            run(conn, prefix, statement, rows)

    def _remove(self, conn: Connection, prefix: str, document: str) -> None:
        delete = "DELETE FROM {0}_document WHERE document = :document RETURNING id"
        found = run(conn, prefix, delete, {"document": document}).scalar()
        for statement in _DELETES if found is not None else ():
            run(conn, prefix, statement, {"id": found})

    def _learn(self, conn: Connection, prefix: str, forms: frozenset[tuple[str, str]]) -> None:
        rows = [(key, form, stem) for form, stem in sorted(forms) for key in similar.keys(form)]
        if rows:
            columns = zip(("keys", "forms", "stems"), zip(*rows, strict=True), strict=True)
            run(conn, prefix, _LEARN, {name: list(values) for name, values in columns})

    def tidy(self, conn: Connection) -> None:
        """Leave it to the database: its vacuum does that."""

    def _unsound(self, conn: Connection) -> tuple[str, ...]:
        """Hold some of the vectors against the texts; PostgreSQL checks its own pages."""
        read = sa.text(
            "SELECT t, p, x, s, tsvector_to_array(terms) AS terms FROM search_text"
            " ORDER BY id DESC LIMIT :most"
        )
        for row in conn.execute(read, {"most": _LOOKED_AT}).mappings():
            if set(row["terms"]) != set(lexemes({name: row[name] for name in "tpxs"})):
                return (_("it does not agree with the text it was made from"),)
        return ()


def lexemes(columns: dict[str, str]) -> list[str]:
    """Give what the vector of a letter holds."""
    words = columns["t"].split()
    found = [*words, *map(" ".join, pairwise(words))]
    for name in "xsp":
        found += [f"{name}:{token}" for token in columns[name].split()]
    return list(dict.fromkeys(found))[:_MOST_LEXEMES]


def _meets(asked: Tree) -> ColumnElement[bool]:
    """Say that a text meets a query: by its tokens, and where those do not tell by the text."""
    if _is_plain(asked):
        return _vector(asked)
    if not isinstance(asked, Term):
        return _both(asked)
    plain = tuple(run for run in asked.runs if _is_plain(Term((run,))))
    longer = (_held(run) for run in asked.runs if run not in plain)
    return sa.or_(*([_vector(Term(plain))] if plain else []), *longer)


def _both(asked: Every | AnyOf) -> ColumnElement[bool]:
    if isinstance(asked, AnyOf):
        return sa.or_(*(_meets(each) for each in asked.parts))
    return sa.and_(
        *(_meets(each) for each in asked.wanted), *(~_meets(each) for each in asked.unwanted)
    )


def _is_plain(asked: Tree) -> bool:
    """Tell whether tokens alone tell: no run is longer than a pair."""
    return all(len(run.tokens) <= _longest(run) for run in _runs(asked))


def _longest(run: Run) -> int:
    return _PHRASE if run.column == "t" and not run.prefix else 1


def _runs(asked: Tree) -> Iterator[Run]:
    if isinstance(asked, Term):
        yield from asked.runs
    else:
        parts = asked.parts if isinstance(asked, AnyOf) else (*asked.wanted, *asked.unwanted)
        for each in parts:
            yield from _runs(each)


def _held(run: Run) -> ColumnElement[bool]:
    """Say that a run occurs: its tokens by the index, their order by the text."""
    return _vector(Term((run,))) & (sa.func.strpos(texts.c[run.column], needle(run)) > 0)


def _vector(asked: Tree) -> ColumnElement[bool]:
    return _terms.op("@@")(sa.cast(tsquery(asked), _TsQuery()))


class _TsQuery(sa.types.UserDefinedType[str]):
    """PostgreSQL's tsquery."""

    cache_ok = True

    def get_col_spec(self, **_options: object) -> str:
        """Give its name."""
        return "tsquery"


def tsquery(asked: Tree) -> str:
    """Write a query as a tsquery; every token is quoted, so none can be syntax."""
    if isinstance(asked, AnyOf):
        return " | ".join(f"({tsquery(each)})" for each in asked.parts)
    if isinstance(asked, Every):
        unwanted = (f"!({tsquery(each)})" for each in asked.unwanted)
        return " & ".join([*(f"({tsquery(each)})" for each in asked.wanted), *unwanted])
    return " | ".join(f"({_tokens(run)})" for run in asked.runs)


def _tokens(run: Run) -> str:
    """Write the tokens of a run: words beside each other as pairs, else one by one."""
    if run.column != "t":
        return " & ".join(_quoted(f"{run.column}:{token}") for token in run.tokens)
    pairs = [_quoted(" ".join(pair)) for pair in pairwise(run.tokens)]
    last = _quoted(run.tokens[-1])
    if run.prefix:
        return " & ".join([*pairs[:-1], f"{last}:*"])
    return " & ".join(pairs or [last])


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
