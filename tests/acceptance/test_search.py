"""Search over the filed sample letters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.conftest import run_eakte


def _files(demo: Path, *arguments: str) -> set[str]:
    hits = json.loads(run_eakte(demo, "search", "--json", "--limit", "50", *arguments).stdout)[
        "found"
    ]
    lines = json.loads(run_eakte(demo, "status", "--all", "--json").stdout)
    names = {line["document"]: line["file"] for line in lines}
    return {names[hit["document"]["id"]][:2] for hit in hits}


@pytest.mark.parametrize(
    "query",
    [
        "Abfallgebührenbescheid",
        "abfallgebuehrenbescheids",
        "Abfallgebühren",
        "20.1-702.11/2026-0003",
    ],
)
def test_a_letter_is_found_in_many_spellings(demo: Path, query: str) -> None:
    assert "01" in _files(demo, query)


def test_filters_narrow(demo: Path) -> None:
    everything = _files(demo, "Widerspruch")
    assert {"01", "02", "03"} <= everything
    assert _files(demo, "Widerspruch", "--akte", "20.1-702.11/2026-0003") == {"01"}
    assert _files(demo, "Bescheid", "--class", "foerderbescheid") == {"29"}
    assert _files(demo, "Widerspruch", "--from", "2030-01-01") == set()


def test_what_was_not_filed_is_not_found(demo: Path) -> None:
    assert "40" not in _files(demo, "Widerspruch")


def test_what_cannot_be_read_is_told_with_its_place(demo: Path) -> None:
    for query, place in (('a "b', 3), ("*", 1), ("brief ab:b", 7), ("NEAR(", 6)):
        refused = run_eakte(demo, "search", "--", query)
        assert refused.returncode == 2
        assert f"character {place}" in refused.stderr
    assert run_eakte(demo, "search", "--", "'; DROP TABLE document").returncode == 0


def test_fields_of_the_query_narrow(demo: Path) -> None:
    assert _files(demo, "az:20.1-702.11/2026-0003 widerspruch") == {"01"}
    assert _files(demo, "klasse:foerderbescheid bescheid") == {"29"}
    assert "01" in _files(demo, "Wiederspruch")


def test_the_index_is_sound_and_can_be_made_anew(demo: Path) -> None:
    before = _files(demo, "Widerspruch")
    assert run_eakte(demo, "index", "check").returncode == 0
    made = run_eakte(demo, "index", "rebuild", "--workers", "2")
    assert (made.returncode, "Warning" in made.stderr) == (0, False), made.stderr
    assert _files(demo, "Widerspruch") == before
