"""Words with their places and confidence as hOCR 1.2, which is XHTML: pure, page by page.

Boxes are in pixels of the page as stored at 300 dpi, as each page's `scan_res` says, whatever
resolution it was read at; `textangle` is how far the text is turned counterclockwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eakte.domain.text import Box, RecognisedPage, Word
from eakte.ocr.blocks import Block, blocks_of
from eakte.ocr.markup import edges, scaled, share, written

DPI = 300

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" \
"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<title>{title}</title>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>
<meta name="ocr-system" content="eakte"/>
<meta name="ocr-capabilities" content="ocr_page ocr_carea ocr_line ocrx_word"/>
</head>
<body>
"""


def hocr(title: str, pages: Iterable[RecognisedPage]) -> Iterator[str]:
    """Write the file piece by piece; `ppageno` counts the letter's pages from 0."""
    yield _HEAD.format(title=written(title))
    for place, page in enumerate(pages):
        yield from _page(page, place)
    yield "</body>\n</html>\n"


def _page(page: RecognisedPage, place: int) -> Iterator[str]:
    wide, high = (scaled(edge, DPI) for edge in (page.width, page.height))
    properties = f"bbox 0 0 {wide} {high}; ppageno {place}; scan_res {DPI} {DPI}"
    yield f'<div class="ocr_page" id="page_{page.number}" title="{properties}">\n'
    for number, block in enumerate(blocks_of(page)):
        yield from _area(block, f"{page.number}_{number}", page.rotation)
    yield "</div>\n"


def _area(block: Block, name: str, rotation: int) -> Iterator[str]:
    angle = f"; textangle {rotation}" if rotation else ""
    yield f'<div class="ocr_carea" id="block_{name}" title="{_place(block.box)}">\n'
    for number, line in enumerate(block.lines):
        words = " ".join(
            _word(word, f"{name}_{number}_{index}") for index, word in enumerate(line.words)
        )
        place = f"{_place(line.box)}{angle}"
        yield f'<span class="ocr_line" id="line_{name}_{number}" title="{place}">{words}</span>\n'
    yield "</div>\n"


def _word(word: Word, name: str) -> str:
    properties = f"{_place(word.box)}; x_wconf {round(100 * share(word.confidence))}"
    text = written(word.text)
    return f'<span class="ocrx_word" id="word_{name}" title="{properties}">{text}</span>'


def _place(box: Box) -> str:
    return "bbox " + " ".join(map(str, edges(box, DPI)))
