from __future__ import annotations

import random

from eakte.search.analyser import fold, parts, stem
from eakte.search.meaning import terms, understand
from eakte.search.query import parse as read
from eakte.search.snippet import Snippet, locate
from eakte.search.vocabulary import SEED


def parse(query: str):
    return terms(understand(read(query)).text)


def marked(snippet: Snippet) -> list[str]:
    return [snippet.text[start:end] for start, end in snippet.marks]


def test_inflections_and_compounds_are_marked_as_they_stand():
    _, snippet = locate(("Die Abfallgebührenbescheide und\ndie Gebühr.",), parse("gebühren"))
    assert snippet.text == "Die Abfallgebührenbescheide und die Gebühr."
    assert marked(snippet) == ["Abfallgebührenbescheide", "Gebühr"]


def test_the_page_that_meets_most_is_given():
    pages = ("Hund Hund Hund", "der Hund beißt die Katze")
    assert locate(pages, parse("hund katze"))[0] == 2


def test_phrases_identifiers_and_prefixes_are_marked():
    text = "Die grüne Tonne vom 2. März 2026 war überfüllt."
    _, snippet = locate((text,), parse('"grünen Tonnen" 02.03.2026 überf*'))
    assert marked(snippet) == ["grüne Tonne", "2. März 2026", "überfüllt"]


def test_a_snippet_is_short_and_keeps_its_mark():
    text = "wort " * 300 + "Nadel " + "wort " * 300
    _, snippet = locate((text,), parse("nadel"))
    assert marked(snippet) == ["Nadel"]
    assert len(snippet.text) < 300
    assert not snippet.text.startswith("ort")


def test_markup_in_a_letter_stays_text():
    _, snippet = locate(("<b>Hund</b>",), parse("hund"))
    assert snippet.text == "<b>Hund</b>"
    assert marked(snippet) == ["Hund"]


def test_no_pages():
    assert locate((), parse("hund")) == (1, Snippet("", ()))


def test_in_a_very_long_letter_the_right_page_is_found():
    pages = tuple(f"Seite {number} von vielen" for number in range(500))
    pages = (*pages[:400], "Die Laternen am Hafen", *pages[400:])
    assert locate(pages, parse("laterne hafen"))[0] == 401


def test_a_hyphen_hides_nothing():
    _, snippet = locate(("Die Abfall-Gebühren steigen",), parse("abfallgebühr"))
    assert marked(snippet) == ["Abfall-Gebühren"]


def test_words_show_the_beginnings_of_their_stems_and_parts():
    """What `locate` passes over has neither: else marks would be missing."""
    chance = random.Random(1)
    for _ in range(2000):
        words = [fold(chance.choice(SEED) + chance.choice(("", "en", "s"))) for _ in "ab"]
        assert words[0].startswith(stem(words[0])[:4])
        for part in parts("".join(words)):
            assert part[: max(2, min(4, len(part) - 1))] in "".join(words)
