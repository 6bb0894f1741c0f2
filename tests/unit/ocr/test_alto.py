"""ALTO and hOCR of recognised pages: their structure, places, and whatever text may hold."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from lxml import etree

from eakte.domain.ids import Digest, DocumentId
from eakte.domain.text import Box, RecognisedPage, Word
from eakte.ocr.alto import Origin, alto
from eakte.ocr.hocr import hocr
from tests.unit.ocr.alto_rules import NAMESPACE, check, schema

_ORIGIN = Origin(DocumentId("ab-1"), Digest("ab" * 32), "deu+eng")
_A = f"{{{NAMESPACE}}}"
_H = "{http://www.w3.org/1999/xhtml}"
_WORDS = (
    Word("Sehr", Box(72, 72, 108, 82), 0.961, 0),
    Word("geehrte", Box(112, 72, 160, 84), 0.5, 0),
    Word("Damen", Box(72, 86, 110, 96), 0.9, 1),
    Word("Anlage", Box(72, 300, 110, 310), 0.9, 2),
)
_HOSTILE = "<&>\"'\x00\x08\x0b\ud800\ufffe\uffff\U0001f600\u0301אב\t\n\r]]>-->"


def _page(number: int = 1, words: tuple[Word, ...] = _WORDS, **more: Any) -> RecognisedPage:
    facts: dict[str, Any] = {"rotation": 0, "complete": True, "engine": "tesseract 5.3.0"} | more
    return RecognisedPage(number, 595.0, 842.0, words, "", confidence=0.9, **facts)


def _alto(*pages: RecognisedPage, origin: Origin = _ORIGIN) -> bytes:
    return "".join(alto(origin, pages)).encode()


def test_words_have_place_confidence_and_order() -> None:
    root = check(_alto(_page()))
    strings = list(root.iter(f"{_A}String"))
    assert [each.get("CONTENT") for each in strings] == ["Sehr", "geehrte", "Damen", "Anlage"]
    first = dict(strings[0].attrib)
    assert (first["HPOS"], first["VPOS"]) == ("1200", "1200")
    assert (first["WIDTH"], first["HEIGHT"], first["WC"]) == ("600", "167", "0.96")
    lines = [len(block) for block in root.iter(f"{_A}TextBlock")]
    assert lines == [2, 1], "the last line stands too far below to be of the same block"
    page = next(root.iter(f"{_A}Page"))
    assert (page.get("WIDTH"), page.get("HEIGHT")) == ("9917", "14033")


def test_pages_tell_rotation_language_engine_and_what_is_missing() -> None:
    origin = Origin(DocumentId("ab-1"), Digest("ab" * 32), "deu")
    pages = (
        _page(3, rotation=90),
        _page(4, (), engine="pdf-text"),
        _page(5, (), complete=False),
    )
    root = check(_alto(*pages, origin=origin))
    found = list(root.iter(f"{_A}Page"))
    assert [each.get("ROTATION") for each in found] == ["90", "0", "0"]
    assert [each.get("LANG") for each in found] == ["de", None, "de"]
    assert [each.get("PHYSICAL_IMG_NR") for each in found] == ["3", "4", "5"]
    assert [each.get("PROCESSINGREFS") for each in found] == ["engine0", "engine1", "engine0"]
    assert [each.get("QUALITY_DETAIL") is None for each in found] == [True, True, False]


def test_several_languages_are_no_language_of_a_page() -> None:
    (page,) = check(_alto(_page())).iter(f"{_A}Page")
    assert page.get("LANG") is None


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_lines_of_one_paragraph_are_one_block_however_the_page_lies(rotation: int) -> None:
    place = {
        0: lambda row: Box(72, 72 + row, 300, 82 + row),
        90: lambda row: Box(72 + row, 72, 82 + row, 300),
        180: lambda row: Box(72, 700 - row, 300, 710 - row),
        270: lambda row: Box(500 - row, 72, 510 - row, 300),
    }[rotation]
    words = tuple(Word("Zeile", place(14 * line), 0.9, line) for line in range(4))
    columns = (*words, Word("Spalte", place(-14), 0.9, 4))
    root = check(_alto(_page(1, columns, rotation=rotation)))
    assert [len(block) for block in root.iter(f"{_A}TextBlock")] == [4, 1]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1e300, 1e300])
def test_any_text_and_any_number_give_a_well_formed_file(value: float) -> None:
    words = (
        Word(_HOSTILE, Box(value, value, 3, 4), value, 0),
        Word("x", Box(9, 9, 1, 1), -3.0, 0),
    )
    page = _page(1, words, engine=f"tesseract {_HOSTILE}")
    root = check(_alto(page))
    (first, second) = root.iter(f"{_A}String")
    assert first.get("CONTENT").startswith("<&>\"'\ufffd")
    assert "\U0001f600\u0301אב\t\n\r]]>" in first.get("CONTENT")
    assert (second.get("WIDTH"), second.get("WC")) == ("0", "0.0")
    etree.fromstring("".join(hocr(_HOSTILE, (page,))).encode())


def test_the_same_words_give_the_same_bytes() -> None:
    assert _alto(_page(), _page(2)) == _alto(_page(), _page(2))


class _ManyPages:
    """Pages that are made when asked for, and counted while they are needed."""

    def __len__(self) -> int:
        return 60

    def __contains__(self, _page: object) -> bool:
        return False

    def __iter__(self) -> Iterator[RecognisedPage]:
        for number in range(1, 61):
            words = (
                Word(f"w{number}", Box(x, 9 * y, x + 9, 9 * y + 8), 0.9, y)
                for y in range(40)
                for x in range(0, 100, 10)
            )
            yield _page(number, tuple(words))


def test_a_long_letter_is_never_whole_in_memory() -> None:
    tracemalloc.start()
    size = sum(len(piece) for piece in alto(_ORIGIN, _ManyPages()))
    size += sum(len(piece) for piece in hocr("x", _ManyPages()))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 4_000_000
    assert peak < 1_000_000


def test_alto_is_valid_by_its_schema() -> None:
    known = schema()
    if known is None:
        pytest.skip("no ALTO 4 schema at hand: name one in EAKTE_ALTO_XSD")
    data = _alto(_page(), _page(2, (), engine="pdf-text", rotation=270, complete=False))
    known.assertValid(etree.fromstring(data))


def _bbox(element: Any) -> list[int]:
    properties = dict(each.strip().split(" ", 1) for each in element.get("title").split(";"))
    return [int(edge) for edge in properties["bbox"].split()]


def test_hocr_nests_words_in_lines_in_areas_in_pages() -> None:
    """HOCR 1.2: ocr_page, ocr_carea, ocr_line, ocrx_word, each with its bbox within the outer."""
    root = etree.fromstring("".join(hocr("ab-1", (_page(), _page(2, rotation=90)))).encode())
    capabilities = root.find(f"{_H}head/{_H}meta[@name='ocr-capabilities']").get("content")
    assert capabilities.split() == ["ocr_page", "ocr_carea", "ocr_line", "ocrx_word"]
    words = [each for each in root.iter() if each.get("class") == "ocrx_word"]
    assert [each.text for each in words[:4]] == ["Sehr", "geehrte", "Damen", "Anlage"]
    assert words[0].get("title") == "bbox 300 300 450 342; x_wconf 96"
    for word in words:
        nest = [word, *list(word.iterancestors())[:3]]
        assert [each.get("class") for each in nest] == capabilities.split()[::-1]
        for inner, outer in pairwise(map(_bbox, nest)):
            assert outer[0] <= inner[0] <= inner[2] <= outer[2]
            assert outer[1] <= inner[1] <= inner[3] <= outer[3]
    pages = [each for each in root.iter() if each.get("class") == "ocr_page"]
    assert pages[0].get("title") == "bbox 0 0 2479 3508; ppageno 0; scan_res 300 300"
    lines = [each.get("title") for each in pages[1].iter() if each.get("class") == "ocr_line"]
    assert all(title.endswith("textangle 90") for title in lines)
    names = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(names) == len(set(names))
