"""Words with their places and confidence as ALTO 4 XML: pure, page by page.

Written after the schema of the ALTO Editorial Board, version 4.4. Boxes are in 1/1200 inch from the
top left of the page as stored, whatever resolution it was read at. The same words always give the
same bytes: there is no date in them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from eakte.domain.ids import Digest, DocumentId
from eakte.domain.text import Box, RecognisedPage, Word
from eakte.ocr.blocks import Block, Line, blocks_of
from eakte.ocr.markup import edges, scaled, share, written

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
UNITS_PER_INCH = 1200

_TAGS = {"deu": "de", "eng": "en", "fra": "fr", "ita": "it", "nld": "nl", "pol": "pl", "spa": "es",
         "tur": "tr", "ukr": "uk", "rus": "ru", "dan": "da", "ces": "cs"}  # fmt: skip
"""Tesseract's names of languages to those of BCP 47; others are valid there as they are."""


@dataclass(frozen=True)
class Origin:
    """What the words are of: a letter, the file it came in, and what the reader was told to read.

    `languages` are Tesseract's, as "deu+eng"; they count only for pages that it read.
    """

    document: DocumentId
    scan: Digest
    languages: str


def alto(origin: Origin, pages: Collection[RecognisedPage]) -> Iterator[str]:
    """Write the file piece by piece; the pages are gone through twice, one at a time.

    A page has the number that it has in the scan; its ROTATION is that of its text, in degrees
    counterclockwise. It has a LANG only if it was read in a single language.
    """
    engines = tuple(dict.fromkeys(page.engine for page in pages))
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<alto xmlns="{NAMESPACE}" SCHEMAVERSION="4.4">\n'
    yield from _description(origin, engines)
    yield "<Layout>\n"
    for page in pages:
        yield from _page(page, engines.index(page.engine), _language(page, origin.languages))
    yield "</Layout>\n</alto>\n"


def _description(origin: Origin, engines: tuple[str, ...]) -> Iterator[str]:
    yield "<Description>\n<MeasurementUnit>inch1200</MeasurementUnit>\n"
    yield (
        "<sourceImageInformation>"
        f'<fileIdentifier fileIdentifierLocation="SHA-256">{written(origin.scan)}</fileIdentifier>'
        '<documentIdentifier documentIdentifierLocation="eakte">'
        f"{written(origin.document)}</documentIdentifier></sourceImageInformation>\n"
    )
    for number, engine in enumerate(engines):
        name, _, version = engine.partition(" ")
        settings = f"languages {origin.languages}" if _reads(engine) else ""
        yield (
            f'<Processing ID="engine{number}">'
            "<processingCategory>contentGeneration</processingCategory>"
            f"<processingStepSettings>{written(settings)}</processingStepSettings>"
            f"<processingSoftware><softwareName>{written(name)}</softwareName>"
            f"<softwareVersion>{written(version)}</softwareVersion></processingSoftware>"
            "</Processing>\n"
        )
    yield "</Description>\n"


def _reads(engine: str) -> bool:
    """Tell whether an engine reads pictures in given languages."""
    return engine.startswith("tesseract")


def _language(page: RecognisedPage, languages: str) -> str:
    """Give the attribute with the page's language, "" if several are possible."""
    if not _reads(page.engine) or not languages.isalpha() or not languages.isascii():
        return ""
    return f' LANG="{_TAGS.get(languages, languages)}"'


def _page(page: RecognisedPage, engine: int, language: str) -> Iterator[str]:
    wide, high = (scaled(edge, UNITS_PER_INCH) for edge in (page.width, page.height))
    stopped = "" if page.complete else ' QUALITY_DETAIL="reading was stopped"'
    yield (
        f'<Page ID="page{page.number}" PROCESSINGREFS="engine{engine}" HEIGHT="{high}" '
        f'WIDTH="{wide}" PHYSICAL_IMG_NR="{page.number}"{stopped} PC="{share(page.confidence)}" '
        f'ROTATION="{page.rotation}"{language}>\n'
        f'<PrintSpace HEIGHT="{high}" WIDTH="{wide}" HPOS="0" VPOS="0">\n'
    )
    for number, block in enumerate(blocks_of(page)):
        yield from _block(block, f"{page.number}.{number}")
    yield "</PrintSpace>\n</Page>\n"


def _block(block: Block, name: str) -> Iterator[str]:
    yield f'<TextBlock ID="block{name}"{_place(block.box)}>\n'
    for number, line in enumerate(block.lines):
        yield from _line(line, f"{name}.{number}")
    yield "</TextBlock>\n"


def _line(line: Line, name: str) -> Iterator[str]:
    yield f'<TextLine ID="line{name}"{_place(line.box)}>'
    yield "<SP/>".join(_string(word, f"{name}.{number}") for number, word in enumerate(line.words))
    yield "</TextLine>\n"


def _string(word: Word, name: str) -> str:
    return (
        f'<String ID="word{name}"{_place(word.box)} CONTENT="{written(word.text)}" '
        f'WC="{share(word.confidence)}"/>'
    )


def _place(box: Box) -> str:
    x0, y0, x1, y1 = edges(box, UNITS_PER_INCH)
    return f' HEIGHT="{y1 - y0}" WIDTH="{x1 - x0}" HPOS="{x0}" VPOS="{y0}"'
