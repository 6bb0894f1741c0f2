from __future__ import annotations

import random
import re
import shutil
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eakte.database.schema import document as letters
from eakte.errors import QueryError
from eakte.search import finding, postgresql, relational
from eakte.search.index import index_of
from eakte.search.interface import entry
from eakte.search.meaning import AnyOf, Every, Term, Tree, understand
from eakte.search.query import parse
from eakte.search.rank import needle
from eakte.search.tables import ddl
from tests.tools.postgres import server

LETTERS = {
    "tonne-1": (
        "Widerspruch gegen den Abfallgebührenbescheid vom 12. Februar 2026",
        "Az. 20.1-702.11/2026-0003. Die grüne Tonne ist leer, die Straßen sind es auch.",
    ),
    "laterne-1": ("Die Straßenlaterne vor unserem Haus ist kaputt.",),
    "rechnung-1": ("Rechnung: 1.747,80 EUR auf DE02 1203 0000 0000 2020 51, info@ruhmann.example",),
    "haus-1": ("Viele Häuser in der Rosenstrasse. Tonne grüne, Mueller.",),
}

WORDS = re.findall(
    r"\w+",
    "Widerspruch Bescheid Grundsteuer Kindergarten Hundesteuer Baugenehmigung Nachbar Mahnung"
    " Rechnung Antrag Frist Schule Friedhof Gewerbe Kowalczyk Konto",
)
MISREAD = [f"kowalczx{each}" for each in "bcdfghijlmnopqrtuvwxyz"] + ["kowalczb", "kowalczc"]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest) -> Iterator[sa.Engine]:
    """A database with an index of the letters; tests undo what they change."""
    if request.param == "sqlite":
        yield _filled(sa.create_engine("sqlite://", poolclass=sa.StaticPool))
        return
    folder = Path(tempfile.mkdtemp(prefix="eakte-search-"))
    try:
        with server(folder) as url:
            engine = _filled(sa.create_engine(url))
            yield engine
            engine.dispose()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _filled(engine: sa.Engine) -> sa.Engine:
    with engine.begin() as connection:
        for statement in ddl(engine.dialect.name):
            connection.execute(sa.text(statement))
        entries = [entry(name, pages, "Bäckerei Müller") for name, pages in LETTERS.items()]
        index_of(connection).put(connection, entries)
    return engine


@pytest.fixture
def conn(made: sa.Engine) -> Iterator[sa.Connection]:
    with made.connect() as connection:
        connection.exec_driver_sql("BEGIN") if made.dialect.name == "sqlite" else None
        yield connection
        connection.rollback()


def hits(conn: sa.Connection, query: str, limit: int = 10, **options) -> tuple[finding.Hit, ...]:
    asked = understand(parse(query)).text
    return finding.find(index_of(conn), conn, asked, None, limit=limit, **options).hits


def found(conn: sa.Connection, query: str) -> list[str]:
    return sorted(hit.document for hit in hits(conn, query) if not hit.similar)


def nearly(conn: sa.Connection, query: str) -> list[str]:
    return sorted(hit.document for hit in hits(conn, query) if hit.similar)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("Bescheide", ["tonne-1"]),
        ("gebuehr", ["tonne-1"]),
        ("Abfallgebühren", ["tonne-1"]),
        ("Gebührenabfall", []),
        ("LATERNEN", ["laterne-1"]),
        ("haus", ["haus-1", "laterne-1"]),
        ("Strasse", ["haus-1", "laterne-1", "tonne-1"]),
        ("müller", ["haus-1"]),
        ("Tonne grün", ["haus-1", "tonne-1"]),
        ('"grüne Tonne"', ["tonne-1"]),
        ("Tonne -Müller", ["tonne-1"]),
        ("Tonne OR Laterne", ["haus-1", "laterne-1", "tonne-1"]),
        ("(Tonne OR Laterne) -Müller", ["laterne-1", "tonne-1"]),
        ("Tonne -(grüne leer)", ["haus-1"]),
        ('Tonne -"grüne Tonne"', ["haus-1"]),
        ('"grüne Tonne ist leer"', ["tonne-1"]),
        ('"grüne Tonne leer"', []),
        ('"Haus ist kaputt" OR "Tonne grüne Mueller"', ["haus-1", "laterne-1"]),
        ("die der Laterne", ["laterne-1"]),
        ("von:müller", ["haus-1", "laterne-1", "rechnung-1", "tonne-1"]),
        ("von:laterne", []),
        ("Abfall-Gebühren", ["tonne-1"]),
        ("1747.80", ["rechnung-1"]),
        ('iban:"de02 1203 0000 0000 2020 51"', ["rechnung-1"]),
        ('"12. 2. 2026"', ["tonne-1"]),
        ("Rosenstr*", ["haus-1"]),
        ("Häuser*", ["haus-1", "laterne-1"]),
        ("20.1-702.11/2026-0003", ["tonne-1"]),
        ("12.02.2026", ["tonne-1"]),
        ("1747,80", ["rechnung-1"]),
        ("DE02120300000000202051", ["rechnung-1"]),
        ("info@ruhmann.example", ["rechnung-1"]),
        ("Widerspruch Haus", []),
    ],
)
def test_german_is_found(conn, query, wanted):
    assert found(conn, query) == wanted


def test_the_better_hit_comes_first(conn):
    ranked = hits(conn, "straße")
    assert ranked[0].document == "tonne-1"
    assert [hit.rank for hit in ranked] == sorted((hit.rank for hit in ranked), reverse=True)


def test_a_hit_names_its_page_and_marks_its_words(conn):
    (hit,) = hits(conn, "tonne leer")
    marked = [hit.snippet.text[start:end] for start, end in hit.snippet.marks]
    assert (hit.document, hit.page, marked) == ("tonne-1", 2, ["Tonne", "leer"])


def test_pages_of_hits_follow_each_other(conn):
    everything = hits(conn, "strasse")
    assert len(everything) == 3
    for offset in range(3):
        assert hits(conn, "strasse", 1, offset=offset) == everything[offset : offset + 1]
    assert hits(conn, "strasse", 10, offset=3) == ()


def test_similar_words_are_a_group_behind(conn):
    put(conn, "gelesen-1", "Die Tormc ist weg. Der Widcrspruch kam spät.")
    assert (found(conn, "widerspruch"), nearly(conn, "widerspruch")) == (["tonne-1"], ["gelesen-1"])
    assert (found(conn, "wiederspruch"), nearly(conn, "wiederspruch")) == (
        [],
        ["gelesen-1", "tonne-1"],
    )
    (hit,) = (each for each in hits(conn, "widerspruch") if each.similar)
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == ["Widcrspruch"]


def test_a_word_of_its_own_is_no_misreading(conn):
    put(conn, "lohnung-1", "Die Löhnung und die Wohnung")
    put(conn, "lauben-1", "Gartenlauben am Gartenzaun")
    assert nearly(conn, "gartenzaun") == []
    assert nearly(conn, "wohnung") == []


def seen_nearly(conn: sa.Connection, query: str, hidden: str) -> list[tuple[str, float]]:
    """Give what is similar for whom one letter is hidden."""
    asked, among = understand(parse(query)).text, letters.c.id != hidden
    found = finding.find(index_of(conn), conn, asked, among)
    return [(hit.document, hit.rank) for hit in found.hits if hit.similar]


@pytest.mark.parametrize(
    ("query", "shown", "hidden", "count"),
    [
        # one word more than may stand in for it
        ("kowalczxk", (" ".join(MISREAD[:-1]), MISREAD[-1]), "Kowalczak", 2),
        ("kontu", ("Konto",), "Kontos", 1),  # of the same form, with another stem
        ("kowalczyx", ("Kowalczykung",), "Kowalczyk", 0),  # near, with the stem of what is not
    ],
)
def test_words_of_a_hidden_letter_change_nothing(conn, query, shown, hidden, count):
    conn.execute(sa.text("CREATE TABLE document (id TEXT PRIMARY KEY)"))
    names = ["hidden", *(f"shown-{number}" for number in range(len(shown)))]
    conn.execute(sa.text("INSERT INTO document VALUES (:id)"), [{"id": each} for each in names])
    for name, text in zip(names[1:], shown, strict=True):
        put(conn, name, text)
    before = seen_nearly(conn, query, "hidden")
    assert len(before) == count
    put(conn, "hidden", hidden)
    assert seen_nearly(conn, query, "hidden") == before


def test_a_similar_word_is_found_behind_many_letters_with_its_stem(conn):
    conn.execute(sa.text("CREATE TABLE document (id TEXT PRIMARY KEY)"))
    for number in range(10):
        conn.execute(sa.text("INSERT INTO document VALUES (:id)"), {"id": f"shown-{number}"})
        put(conn, f"shown-{number}", "Kowalczykung" if number else "Kowalczyk")
    assert len(seen_nearly(conn, "kowalczyx", "hidden")) == 10


def test_hidden_letters_change_no_search(conn):
    conn.execute(sa.text("CREATE TABLE document (id TEXT PRIMARY KEY)"))
    chance = random.Random(5)
    texts = [" ".join(_mistyped(chance, chance.choice(WORDS)) for _ in range(25)) for _ in "x" * 20]
    words = [_mistyped(chance, word) for word in WORDS]
    queries = [
        *words,
        *(f'"{one} {two}"' for one, two in pairwise(WORDS[:4])),
        "Frist -Schule",
        "Bes*",
    ]
    for number, text in enumerate(texts[:10]):
        conn.execute(sa.text("INSERT INTO document VALUES (:id)"), {"id": f"shown-{number}"})
        put(conn, f"shown-{number}", text)
    before = [_told(conn, query) for query in queries]
    for number, text in enumerate(texts[10:]):
        conn.execute(sa.text("INSERT INTO document VALUES (:id)"), {"id": f"hidden-{number}"})
        put(conn, f"hidden-{number}", f"{text} {' '.join(words)}")
    assert [_told(conn, query) for query in queries] == before
    assert sum(total.similar for _hits, total in before) > len(words)


def _mistyped(chance: random.Random, word: str) -> str:
    place = chance.randrange(2 * len(word))
    return word[:place] + chance.choice("abcdefghijklmnopqrstuvwxyz") + word[place + 1 :]


def _told(conn: sa.Connection, query: str) -> tuple[tuple[finding.Hit, ...], finding.Total]:
    among = letters.c.id.startswith("shown-")
    told = finding.find(index_of(conn), conn, understand(parse(query)).text, among)
    return told.hits, told.total


def put(conn: sa.Connection, name: str, *pages: str) -> None:
    index_of(conn).put(conn, [entry(name, pages)])


def test_put_again_replaces_and_remove_forgets(conn):
    put(conn, "tonne-1", "ganz anders")
    assert found(conn, "widerspruch") == []
    assert found(conn, "anders") == ["tonne-1"]
    index_of(conn).remove(conn, "tonne-1")
    index_of(conn).remove(conn, "never-there")
    assert found(conn, "anders") == []
    assert index_of(conn).problems(conn) == ()


def test_what_is_erased_leaves_no_word(conn):
    """Not even among the words that similar ones are looked for in; those of others stay."""
    index = index_of(conn)

    def forms():
        return set(conn.execute(sa.text("SELECT form FROM search_near")).scalars())

    before = forms()
    index.put(conn, [entry("geheim-1", ("Die Tonne von Zwetschgenlotte",), "Zwetschgenlotte")])
    assert forms() > before
    index.erase(conn, "geheim-1")
    index.tidy(conn)
    index.erase(conn, "geheim-1")
    assert forms() == before
    assert index.problems(conn) == ()
    assert "geheim-1" not in index.known(conn)
    assert hits(conn, "Tonne")


def test_problems_show_what_the_index_does_not_know(conn):
    assert index_of(conn).problems(conn) == ()
    conn.execute(sa.text("UPDATE search_text SET t = ' heimlich ' WHERE id = 2"))
    (problem,) = index_of(conn).problems(conn)
    assert "agree" in problem


def test_problems_name_tables_that_are_missing(conn):
    conn.execute(sa.text("DROP TABLE search_near"))
    (problem,) = index_of(conn).problems(conn)
    assert "search_near" in problem


def test_an_index_built_anew_takes_the_place_of_a_broken_one(conn):
    index = index_of(conn)
    for _time in range(2):
        conn.execute(sa.text("UPDATE search_text SET t = ' heimlich ' WHERE id = 2"))
        index.begin(conn)
        index.put(conn, [entry(name, pages) for name, pages in LETTERS.items()], new=True)
        assert index.known(conn, new=True) == LETTERS.keys()
        index.finish(conn)
        index.swap(conn)
        assert index.problems(conn) == ()
        assert found(conn, "häuser") == ["haus-1", "laterne-1"]
        put(conn, "haus-1", "fort")
        assert found(conn, "häuser") == ["laterne-1"]
        assert index.problems(conn) == ()


def test_an_index_of_another_analyser_is_a_problem(conn):
    conn.execute(sa.text("UPDATE search_state SET analyser = 'older'"))
    (problem,) = index_of(conn).problems(conn, quick=True)
    assert "analyser" in problem


def test_a_page_without_text_can_be_indexed(conn):
    put(conn, "blank-1", "", "§§", "a\x00b")
    assert index_of(conn).problems(conn) == ()


def test_an_index_built_anew_has_what_makes_it_fast(conn):
    index = index_of(conn)
    index.begin(conn)
    index.put(conn, [entry("haus-1", LETTERS["haus-1"])], new=True)
    index.finish(conn)
    index.swap(conn)
    if conn.dialect.name == "postgresql":
        query = (
            "SELECT count(*) FROM pg_indexes WHERE tablename = 'search_terms' AND indexdef ~ 'gin'"
        )
        assert conn.exec_driver_sql(query).scalar() == 1
    assert found(conn, "häuser") == ["haus-1"]


def met(asked: Tree, columns: dict[str, str]) -> bool:
    """Tell whether a text meets a query, as slowly and simply as can be."""
    if isinstance(asked, Term):
        return any(needle(run) in columns[run.column] for run in asked.runs)
    if isinstance(asked, AnyOf):
        return any(met(each, columns) for each in asked.parts)
    unwanted = any(met(each, columns) for each in asked.unwanted)
    return all(met(each, columns) for each in asked.wanted) and not unwanted


def test_every_way_to_find_the_newest_finds_the_same(conn, monkeypatch):
    """Few match or many, few meet the condition or many: other ways are shortest."""
    for name, value in {"_PROBE": 3, "_REACH": 12, "_FEW": 22, "_HANDFUL": 6}.items():
        monkeypatch.setattr(relational, name, value)
    monkeypatch.setattr(postgresql, "_BLOCK", 4)
    conn.execute(sa.text("CREATE TABLE document (id TEXT PRIMARY KEY)"))
    chance, index, columns = random.Random(3), index_of(conn), dict[str, dict[str, str]]()
    words = [
        "Frist",
        "Konto",
        "Abfallgebühr",
        "Abfall",
        "Gebühren",
        "Mahnung",
        "Abfallamt",
        "Gebührensatzung",
    ]
    for number in range(60):
        made = entry(f"n{number}", [" ".join(chance.choices(words, (9, 5, 1, 1, 1, 2, 2, 2), k=6))])
        conn.execute(sa.text("INSERT INTO document VALUES (:id)"), {"id": made.document})
        index.put(conn, [made])
        columns[made.document] = made.columns
    names = dict(conn.execute(sa.text("SELECT document, id FROM search_document")).all())
    queries = 'Frist|Frist Konto|"Frist Konto"|"Frist Konto Frist"|Fris*|Abfallgebühren'
    queries += "|Frist -Konto|Frist OR Mahnung|Frist -Abfallgebühr|(Konto OR Gebühr) -(Frist Konto)"
    trees = [understand(parse(each)).text for each in queries.split("|")]
    for tree in (*trees, Every((), (trees[1],)), None):
        for size, most in ((1, 9), (5, 2), (20, 3), (20, 30), (50, 4), (60, 99)):
            allowed = set(chance.sample(sorted(columns), size))
            wanted = [names[each] for each in allowed if tree is None or met(tree, columns[each])]
            got = index.candidates(conn, tree, letters.c.id.in_(allowed), most)
            assert list(got.numbers) == sorted(wanted, reverse=True)[:most], (tree, size, most)
    given = [names[name] for name in columns if met(trees[0], columns[name])]
    assert list(index.candidates(conn, trees[0], None, 5).numbers) == given[:-6:-1]


SYNTAX = st.text(
    alphabet=st.sampled_from("ab äß\"'*-+^:(){}.,/\\%;0123456789ANDORTNE\n\x00€@"), max_size=60
)


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(query=SYNTAX | st.text(max_size=60))
def test_every_query_is_read_or_refused(conn, query):
    try:
        answer = hits(conn, query, 3)
    except QueryError:
        return
    for hit in answer:
        assert hit.document in LETTERS
        assert all(0 <= a < b <= len(hit.snippet.text) for a, b in hit.snippet.marks)


@pytest.mark.parametrize(
    "query",
    ["NEAR(haus)", "{t p}haus", "haus AND x", "a\x00b", "a\ud800", "it's", "a\\'b", "'a' & 'b'"],
)
def test_syntax_of_the_engine_is_no_syntax_of_ours(conn, query):
    hits(conn, query, 3)


def test_a_compound_within_a_compound_is_marked(conn):
    (hit,) = hits(conn, "Abfallgebühren")
    (start, end) = hit.snippet.marks[0]
    assert hit.snippet.text[start:end] == "Abfallgebührenbescheid"
