from __future__ import annotations

from dataclasses import replace

from eakte.classify.layout import lay_out
from eakte.domain.text import Box
from tests.unit.classify.typed_page import typed, words_at


def texts(page) -> list[list[str]]:
    return [[line.text for line in row] for row in lay_out(page).rows]


def test_a_wide_gap_divides_a_line_that_ocr_took_for_one():
    page = typed([])
    words = (
        *words_at("Stadt Neuenfurt", 70.0, 160.0, 0),
        *words_at("Ihr Zeichen", 350.0, 160.0, 0),
    )
    assert texts(replace(page, words=words)) == [["Stadt Neuenfurt", "Ihr Zeichen"]]


def test_words_of_a_line_stay_together():
    assert texts(typed([(70.0, 160.0, "ein ganz normaler Satz")])) == [["ein ganz normaler Satz"]]


def test_a_skewed_page_is_levelled():
    lines = [(70.0, 160.0, "Stadt Neuenfurt"), (440.0, 160.0, "Ihr Zeichen")]
    body = [(70.0, 200.0 + 14 * n, "viele Worte in einer langen Zeile " * 2) for n in range(3)]
    page = typed([*lines, *body])
    skewed = tuple(
        replace(word, box=Box(b.x0, b.y0 + 0.03 * b.x0, b.x1, b.y1 + 0.03 * b.x0))
        for word in page.words
        for b in (word.box,)
    )
    assert texts(replace(page, words=skewed))[0] == ["Stadt Neuenfurt", "Ihr Zeichen"]


def test_the_label_above_a_field_is_found():
    layout = lay_out(
        typed([(70.0, 200.0, "Datum"), (70.0, 212.0, "1.1.26"), (70.0, 300.0, "fern")])
    )
    label, value, far = layout.lines
    assert (layout.above(value), layout.above(label), layout.above(far)) == (label, None, None)


def test_evidence_is_the_box_of_the_words_that_were_read():
    (line,) = lay_out(typed([(70.0, 200.0, "am 02.03.2026 kam")])).lines
    assert line.evidence(3, 13) == (Box(85.0, 200.0, 135.0, 210.0), 0.95)
