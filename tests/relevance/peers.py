"""What others find on the relevance set: SQLite's FTS5 as it comes, and tantivy's German tokenizer.

Both get each query in their own syntax (all words, phrases, exclusions, OR, prefixes), so that the
difference is in what they make of German words and identifiers.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

import tantivy

from eakte.search.query import All, Either, Field, Node, Not, Phrase, Prefix, Word, parse
from tests.relevance.judged import Letter

Finder = Callable[[str], list[str]]
_MOST = 1000


def fts5(letters: Sequence[Letter]) -> Finder:
    """Give FTS5 with its default tokenizer (unicode61) and ranking."""
    conn = sqlite3.connect(":memory:")
    conn.execute("CREATE VIRTUAL TABLE letter USING fts5(id UNINDEXED, text)")
    rows = [(letter.id, letter.read) for letter in letters]
    conn.executemany("INSERT INTO letter (id, text) VALUES (?, ?)", rows)

    def find(query: str) -> list[str]:
        select = "SELECT id FROM letter WHERE letter MATCH ? ORDER BY rank LIMIT ?"
        return [row[0] for row in conn.execute(select, (_fts5(parse(query)), _MOST))]

    return find


def _fts5(node: Node) -> str:
    if isinstance(node, All):
        wanted = " AND ".join(_fts5(each) for each in node.nodes if not isinstance(each, Not))
        unwanted = "".join(
            f" NOT {_fts5(each.node)}" for each in node.nodes if isinstance(each, Not)
        )
        return f"({wanted}{unwanted})"
    if isinstance(node, Either):
        return "(" + " OR ".join(map(_fts5, node.nodes)) + ")"
    return _quoted(node) + (" *" if isinstance(node, Prefix) else "")


def _quoted(node: Node) -> str:
    assert isinstance(node, Word | Phrase | Prefix | Field)
    text = node.value if isinstance(node, Field) else node.text
    return '"' + text.replace('"', "") + '"'


def german_tantivy(letters: Sequence[Letter]) -> Finder:
    """Give tantivy with its German stemmer."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("text", tokenizer_name="de_stem")
    index = tantivy.Index(builder.build())
    writer = index.writer(num_threads=1)
    for letter in letters:
        writer.add_document(tantivy.Document(id=letter.id, text=letter.read))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def find(query: str) -> list[str]:
        asked = index.parse_query(_tantivy(parse(query)), ["text"])
        hits = searcher.search(asked, _MOST).hits
        return [searcher.doc(address)["id"][0] for _score, address in hits]

    return find


def _tantivy(node: Node) -> str:
    if isinstance(node, All):
        signed = (
            f"-{_tantivy(each.node)}" if isinstance(each, Not) else f"+{_tantivy(each)}"
            for each in node.nodes
        )
        return "(" + " ".join(signed) + ")"
    if isinstance(node, Either):
        return "(" + " OR ".join(map(_tantivy, node.nodes)) + ")"
    return _quoted(node) + ("*" if isinstance(node, Prefix) and " " in node.text else "")
