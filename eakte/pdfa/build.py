"""From a scan and its text to the archive copy: PDF/A-2u with the scanner's own pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, pdfa

from eakte.domain.archive import ArchiveCopy
from eakte.domain.findings import FindingCode
from eakte.domain.mail import MediaType, PageKind, SourcePage
from eakte.domain.text import RecognisedPage
from eakte.errors import UnusableInputError
from eakte.pdfa.compare import require_same
from eakte.pdfa.font import make_font
from eakte.pdfa.images import CannotKeepError, image_of, redrawn_image
from eakte.pdfa.opening import Aside, open_pdf
from eakte.pdfa.save import archive_copy, save
from eakte.pdfa.scanned import Placed, picture_of, redrawn_page
from eakte.pdfa.textlayer import FONT, letters_of, text_layer

_PICTURE = "/Im0"
_MOST_HELD, _MOST_PAGES_HELD = 1 << 25, 64
"""Bytes of pictures, and pages, that are held before they are put aside."""


def build(
    source: Path,
    media_type: MediaType,
    pages: tuple[SourcePage, ...],
    recognised: tuple[RecognisedPage, ...],
    out: Path,
) -> ArchiveCopy:
    """Write the archive copy of these pages of a scan to `out`.

    Picture pages keep the scanner's coded picture bit for bit wherever PDF/A knows its coding, and
    its pixels otherwise. Born-digital pages, and pictures that PDF/A forbids, are drawn anew and
    named in `rasterised`. Pages, look and text are compared with the scan before the copy is given.
    Raises UnusableInputError (`conversion_failed`).
    """
    redrawn = {page.number for page in pages if page.kind is PageKind.BORN_DIGITAL}
    try:
        redrawn |= _assemble(source, media_type, pages, recognised, redrawn, out)
    except UnusableInputError:
        guilty = _guilty(source, media_type, pages, redrawn, out)
        if not guilty:
            raise
        redrawn |= guilty
        redrawn |= _assemble(source, media_type, pages, recognised, redrawn, out)
    try:
        require_same(source, media_type, pages, recognised, out)
    except UnusableInputError:
        out.unlink()
        raise
    return archive_copy(out, len(pages), tuple(sorted(redrawn)))


def _guilty(
    source: Path, media_type: MediaType, pages: tuple[SourcePage, ...], redrawn: set[int], out: Path
) -> set[int]:
    """Find the pictures that keep the file from conforming, page by page."""
    guilty = set()
    for page in pages:
        if page.number not in redrawn:
            try:
                _assemble(source, media_type, (page,), (), set(), out)
            except UnusableInputError:
                guilty.add(page.number)
    return guilty


def _assemble(
    source: Path,
    media_type: MediaType,
    pages: tuple[SourcePage, ...],
    recognised: tuple[RecognisedPage, ...],
    redrawn: set[int],
    out: Path,
) -> set[int]:
    """Write the file; give the pages whose pictures turned out to need drawing anew."""
    texts = {page.number: page for page in recognised}
    own = tuple(texts[page.number] for page in pages if page.number in texts)
    letters = letters_of(own)
    added = set[int]()
    try:
        with pikepdf.new() as pdf, closing(_Scan(pdf, source, media_type, out)) as scan:
            font = pdf.make_indirect(make_font(pdf, letters))
            for page, placed in scan.placed(pages, redrawn, added):
                _add_page(pdf, page, placed, texts.get(page.number), font, letters)
            pdfa.prepare(pdf, "2b")
            save(pdf, None, out)
    except pikepdf.PdfError as problem:
        reason = FindingCode.CONVERSION_FAILED.value
        raise UnusableInputError(reason=reason, detail=str(problem)) from None
    return added


class _Scan:
    """The scan as a source of pictures for a new PDF."""

    def __init__(
        self, pdf: pikepdf.Pdf, source: Path, media_type: MediaType, beside: Path
    ) -> None:
        self._pdf = pdf
        self._source = source
        self._media_type = media_type
        self._document = open_pdf(source) if media_type is MediaType.PDF else None
        self._aside = Aside(pdf, beside)

    def placed(
        self, pages: tuple[SourcePage, ...], redrawn: set[int], added: set[int]
    ) -> Iterator[tuple[SourcePage, Placed]]:
        """Give each page's picture; pages drawn anew that were not to be come into `added`."""
        held, size = list[tuple[SourcePage, Placed, bool]](), 0
        for page in pages:
            placed = None if page.number in redrawn else self._kept(page)
            made = placed is None or self._document is None
            if placed is None:
                added.add(page.number)
                placed = self._redrawn(page)
            held.append((page, placed, made))
            size += len(placed.image.read_raw_bytes()) if made else 0
            if size > _MOST_HELD or len(held) == _MOST_PAGES_HELD:
                yield from self._settled(held)
                held, size = [], 0
        yield from self._settled(held)

    def _settled(
        self, held: list[tuple[SourcePage, Placed, bool]]
    ) -> Iterator[tuple[SourcePage, Placed]]:
        """Give what was held, with the pictures that were made in memory now on disk."""
        settled = iter(self._aside.settle([placed.image for _, placed, made in held if made]))
        for page, placed, made in held:
            yield page, replace(placed, image=next(settled)) if made else placed

    def _kept(self, page: SourcePage) -> Placed | None:
        """Give the scanner's picture, None if it has to be drawn anew."""
        try:
            if self._document is not None:
                return picture_of(self._pdf, self._document, page)
            image = image_of(self._aside.scratch, self._source, self._media_type, page.number)
        except CannotKeepError:
            return None
        return self._full_page(image, page)

    def _redrawn(self, page: SourcePage) -> Placed:
        """Draw the page anew."""
        draw = redrawn_image if self._document is None else redrawn_page
        return self._full_page(draw(self._aside.scratch, self._source, page), page)

    @staticmethod
    def _full_page(image: pikepdf.Stream, page: SourcePage) -> Placed:
        box = (0.0, 0.0, page.width, page.height)
        return Placed(image, (page.width, 0.0, 0.0, page.height, 0.0, 0.0), box)

    def close(self) -> None:
        """Close the source and what was put aside."""
        self._aside.close()
        if self._document is not None:
            self._document.close()


def _add_page(
    pdf: pikepdf.Pdf,
    page: SourcePage,
    placed: Placed,
    text: RecognisedPage | None,
    font: pikepdf.Object,
    letters: str,
) -> None:
    matrix = " ".join(f"{value:.5f}".rstrip("0").rstrip(".") for value in placed.matrix)
    content = f"q {matrix} cm {_PICTURE} Do Q\n".encode("ascii")
    resources = Dictionary(XObject=Dictionary({_PICTURE: pdf.make_indirect(placed.image)}))
    if text is not None and text.words:
        left, _, _, top = placed.box
        content += text_layer(text, letters, left, top)
        resources.Font = Dictionary({FONT: font})
    box = Array([round(value, 4) for value in placed.box])
    sheet = Dictionary(
        Type=Name.Page,
        MediaBox=box,
        Resources=resources,
        Contents=pdf.make_indirect(pikepdf.Stream(pdf, content)),
    )
    if page.rotation:
        sheet.Rotate = page.rotation
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(sheet)))
