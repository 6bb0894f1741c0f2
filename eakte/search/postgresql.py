"""The index in PostgreSQL: a tsvector of our own tokens with a GIN index.

Tokens of the columns but t carry its name: `p:haus`. The vector has no positions: GIN could not use
them, they end at 16,383, and phrases are found by their pairs of neighbours (`+a b`, `p:+a b`);
longer ones are proven by the text of the column. GIN gives letters in no order, so of what very
many hold it is asked for the newest first: every vector names the block (`#7`) of its number.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.sql.elements import ColumnElement

from eakte.i18n import _
from eakte.search import similar
from eakte.search.interface import Condition, Entry
from eakte.search.meaning import AnyOf, Every, Run, Tree
from eakte.search.relational import RelationalIndex, numbers, run, seen, texts

_MOST_LEXEMES = 60_000
"""A tsvector holds a megabyte; a letter of thousands of pages keeps its most telling columns."""
_LOOKED_AT = 200
"""Letters of which the check makes the tokens anew."""
_PHRASE = 2
_BLOCK = 4096
"""Letters of a block."""
_INSERTS = (
    "INSERT INTO {0}_document (id, document) VALUES (:id, :document)",
    "INSERT INTO {0}_text (id, t, p, x, s) VALUES (:id, :t, :p, :x, :s)",
    "INSERT INTO {0}_page (id, pages) VALUES (:id, :pages)",
    """
    INSERT INTO {0}_terms (id, terms)
    VALUES (:id, array_to_tsvector(CAST(:terms AS text[])))
    """,
)
_DELETES = (
    "DELETE FROM {0}_terms WHERE id = :id",
    "DELETE FROM {0}_page WHERE id = :id",
    "DELETE FROM {0}_text WHERE id = :id",
    "DELETE FROM {0}_amount WHERE id = :id",
)
_LEARN = """
    INSERT INTO {0}_near (key, form, stem)
    SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:forms AS text[]), CAST(:stems AS text[]))
    ON CONFLICT DO NOTHING
    """
_PLAN = """
    SELECT set_config('enable_' || name, '{}', true)
    FROM unnest(ARRAY['seqscan', 'indexscan', 'hashjoin', 'mergejoin']) AS name
    """
_BY_BITMAPS, _BY_PLANNER = _PLAN.format("off"), _PLAN.format("on")
"""How vectors are searched: few rows by their keys, found by bitmaps; the planner would rather read
all of them by their numbers, as it does not count what unpacking them costs. Other queries are its.
"""
_terms = sa.table("search_terms", sa.column("id"), sa.column("terms"))


class PostgresIndex(RelationalIndex):
    """A SearchIndex in PostgreSQL."""

    dialect = "postgresql"
    _one_of = "= ANY(CAST(:listed AS integer[]))"

    def _matching(self, conn: Connection, asked: Tree, most: int) -> Sequence[int]:
        last = conn.execute(sa.select(sa.func.max(_terms.c.id))).scalar() or 0
        newest = range(last // _BLOCK, max(-1, last // _BLOCK - 2), -1)
        blocks = " | ".join(_quoted(f"#{each}") for each in newest)
        found = self._met(conn, asked, most, f"({blocks}) & ")
        return found if len(found) >= most or 0 in newest else self._met(conn, asked, most)

    def _within(
        self, conn: Connection, asked: Tree, few: Sequence[int], most: int
    ) -> Sequence[int]:
        return self._met(conn, asked, most, also=self._listed(_terms.c.id, few))

    def _both(self, conn: Connection, asked: Tree, among: Condition, most: int) -> Sequence[int]:
        known = sa.exists().where(numbers.c.id == _terms.c.id, seen(among))
        return self._met(conn, asked, most, also=sa.case((known, 1), else_=0) == 1)

    def _met(
        self,
        conn: Connection,
        asked: Tree,
        most: int,
        within: str = "",
        also: Condition | None = None,
    ) -> Sequence[int]:
        """Give the newest letters that meet a query, within what a tsquery begins with.

        Tokens alone tell of nearly all; the texts of others are read.
        """
        sure, likely = tsquery(asked, sure=True), tsquery(asked)
        rest = f"({likely}) & !({sure})" if sure else likely
        found = self._having(conn, f"{within}({sure})", most, also) if sure else []
        if sure != likely:
            text = self._held_by(asked)
            found += self._having(conn, f"{within}({rest})", most, also, text)
        return sorted(found, reverse=True)[:most]

    def _having(
        self,
        conn: Connection,
        wanted: str,
        most: int,
        also: Condition | None,
        text: ColumnElement[bool] | None = None,
    ) -> list[int]:
        met = _terms.c.terms.op("@@")(sa.cast(wanted, _TsQuery()))
        query = sa.select(_terms.c.id).where(met).limit(most)
        query = query.order_by(-_terms.c.id)  # so that GIN must do it
        if text is not None:
            query = query.join(texts, texts.c.id == _terms.c.id).where(text)
        if also is not None:
            query = query.where(also)
        conn.exec_driver_sql(_BY_BITMAPS)
        found = list(conn.execute(query).scalars())
        conn.exec_driver_sql(_BY_PLANNER)
        return found

    def _list(self, found: Collection[int]) -> list[int]:
        return list(found)

    def _place(self, text: ColumnElement[str], part: str) -> ColumnElement[int]:
        return sa.func.strpos(text, part)

    def _row(self, number: int, entry: Entry) -> dict[str, Any]:
        return {
            "id": number,
            "document": entry.document,
            "pages": json.dumps(entry.pages, ensure_ascii=False).replace("\\u0000", ""),
            **entry.columns,
            "terms": lexemes(number, entry.columns),
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
            "SELECT id, t, p, x, s, tsvector_to_array(terms) AS terms"
            " FROM search_terms JOIN search_text USING (id) ORDER BY id DESC LIMIT :most"
        )
        for row in conn.execute(read, {"most": _LOOKED_AT}).mappings():
            columns = {name: row[name] for name in "tpxs"}
            if set(row["terms"]) != set(lexemes(row["id"], columns)):
                return (_("it does not agree with the text it was made from"),)
        return ()


def lexemes(number: int, columns: dict[str, str]) -> list[str]:
    """Give what the vector of a letter holds, the most telling first."""
    words, parts = columns["t"].split(), columns["p"].split()
    found = [f"#{number // _BLOCK}"]
    for name in "xsp":
        found += [f"{name}:{token}" for token in columns[name].split()]
    found += [*words, *(f"p:{_pair(each)}" for each in pairwise(parts))]
    found += map(_pair, pairwise(words))
    return list(dict.fromkeys(found))[:_MOST_LEXEMES]


def _pair(words: Iterable[str]) -> str:
    return f"+{' '.join(words)}"


class _TsQuery(sa.types.UserDefinedType[str]):
    """PostgreSQL's tsquery."""

    cache_ok = True

    def get_col_spec(self, **_options: object) -> str:
        """Give its name."""
        return "tsquery"


def tsquery(asked: Tree, *, sure: bool = False) -> str:
    """Write a query as a tsquery; every token is quoted, so none can be syntax.

    It finds all that meets the query and more, or what meets it for `sure` ("": nothing does).
    """
    if isinstance(asked, AnyOf):
        parts = [tsquery(each, sure=sure) for each in asked.parts]
        return " | ".join(f"({each})" for each in parts if each)
    if isinstance(asked, Every):
        wanted = [tsquery(each, sure=sure) for each in asked.wanted]
        unwanted = (tsquery(each, sure=not sure) for each in asked.unwanted)
        parts = [*(f"({each})" for each in wanted), *(f"!({each})" for each in unwanted if each)]
        return " & ".join(parts) if all(wanted) else ""
    return " | ".join(f"({_tokens(run)})" for run in asked.runs if not sure or _is_plain(run))


def _is_plain(run: Run) -> bool:
    """Tell whether tokens alone tell: it is no longer than a pair."""
    return len(run.tokens) <= (1 if run.prefix else _PHRASE)


def _tokens(run: Run) -> str:
    """Write the tokens of a run: words beside each other as pairs, else one by one."""
    named = "" if run.column == "t" else f"{run.column}:"
    pairs = [_quoted(f"{named}{_pair(each)}") for each in pairwise(run.tokens)]
    last = _quoted(f"{named}{run.tokens[-1]}")
    if run.prefix:
        return " & ".join([*pairs[:-1], f"{last}:*"])
    return " & ".join(pairs or [last])


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
