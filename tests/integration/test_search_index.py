from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eakte.search.index import DDL, SqliteIndex

INDEX = SqliteIndex()
LETTERS = {
    "tonne-1": (
        "Widerspruch gegen den Abfallgebührenbescheid vom 12. Februar 2026",
        "Az. 20.1-702.11/2026-0003. Die grüne Tonne ist leer, die Straßen sind es auch.",
    ),
    "laterne-1": ("Die Straßenlaterne vor unserem Haus ist kaputt.",),
    "rechnung-1": ("Rechnung: 1.747,80 EUR auf DE02 1203 0000 0000 2020 51, info@ruhmann.example",),
    "haus-1": ("Viele Häuser in der Rosenstrasse. Tonne grüne, Mueller.",),
}


@pytest.fixture
def conn() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        for statement in DDL:
            connection.execute(sa.text(statement))
        for document, pages in LETTERS.items():
            INDEX.put(connection, document, pages)
        yield connection
    engine.dispose()


def found(conn: sa.Connection, query: str, **options) -> list[str]:
    return sorted(hit.document for hit in INDEX.find(conn, query, 10, **options))


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
        ("-Müller", []),
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
    hits = INDEX.find(conn, "straße", 10)
    assert hits[0].document == "tonne-1"
    assert [hit.rank for hit in hits] == sorted((hit.rank for hit in hits), reverse=True)


def test_a_hit_names_its_page_and_marks_its_words(conn):
    (hit,) = INDEX.find(conn, "tonne leer", 1)
    marked = [hit.snippet.text[start:end] for start, end in hit.snippet.marks]
    assert (hit.document, hit.page, marked) == ("tonne-1", 2, ["Tonne", "leer"])


def test_only_among_given_documents(conn):
    assert found(conn, "haus", documents={"haus-1", "'; drop table search_text; --"}) == ["haus-1"]
    assert found(conn, "haus", documents=()) == []


def test_the_limit_holds(conn):
    assert len(INDEX.find(conn, "strasse", 2)) == 2
    assert INDEX.find(conn, "strasse", 0) == ()


def test_put_again_replaces_and_remove_forgets(conn):
    INDEX.put(conn, "tonne-1", ("ganz anders",))
    assert found(conn, "widerspruch") == []
    assert found(conn, "anders") == ["tonne-1"]
    INDEX.remove(conn, "tonne-1")
    INDEX.remove(conn, "never-there")
    assert found(conn, "anders") == []
    assert INDEX.check(conn)


def test_check_notices_what_the_index_does_not_know(conn):
    assert INDEX.check(conn)
    conn.execute(sa.text("UPDATE search_text SET t = 'heimlich' WHERE document = 'haus-1'"))
    assert not INDEX.check(conn)


def test_rebuild_heals(conn):
    conn.execute(sa.text("UPDATE search_text SET t = 'heimlich' WHERE document = 'haus-1'"))
    assert INDEX.rebuild(conn, LETTERS.items()) == len(LETTERS)
    assert INDEX.check(conn)
    assert found(conn, "häuser") == ["haus-1", "laterne-1"]


def test_a_page_without_text_can_be_indexed(conn):
    INDEX.put(conn, "blank-1", ("", "§§"))
    assert INDEX.check(conn)


SYNTAX = st.text(
    alphabet=st.sampled_from("ab äß\"'*-+^:(){}.,/\\%;0123456789ANDORTNE\n\x00€@"), max_size=60
)


@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(query=SYNTAX | st.text(max_size=60))
def test_no_query_is_an_error(conn, query):
    for hit in INDEX.find(conn, query, 3):
        assert hit.document in LETTERS
        assert all(0 <= a < b <= len(hit.snippet.text) for a, b in hit.snippet.marks)


@pytest.mark.parametrize(
    "query",
    ['"', "*", "-", "()", "NEAR(", "t:haus", "{t p}: haus", "haus AND", "OR", "a\x00b", "\ud800"],
)
def test_syntax_of_the_engine_is_no_syntax_of_ours(conn, query):
    INDEX.find(conn, query, 3)


def test_a_compound_within_a_compound_is_marked(conn):
    (hit,) = INDEX.find(conn, "Abfallgebühren", 3)
    (start, end) = hit.snippet.marks[0]
    assert hit.snippet.text[start:end] == "Abfallgebührenbescheid"
