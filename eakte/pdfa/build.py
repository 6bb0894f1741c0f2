"""From a scan and its text to the archive copy: PDF/A-2u with the scanner's own pictures."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack, closing
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
from eakte.pdfa.font import make_fonts
from eakte.pdfa.images import CannotKeepError, image_of, redrawn_image
from eakte.pdfa.opening import Aside, bare_pdf, open_pdf
from eakte.pdfa.save import archive_copy, save
from eakte.pdfa.scanned import Placed, picture_of, plain_picture, redrawn_page
from eakte.pdfa.textlayer import letters_of, text_layer

_PICTURE = "/Im0"
_TRAILER = {"/Root", "/Size", "/Encrypt"}


def build(
    source: Path,
    media_type: MediaType,
    pages: tuple[SourcePage, ...],
    texts: Mapping[int, RecognisedPage],
    out: Path,
) -> ArchiveCopy:
    """Write the archive copy of these pages of a scan to `out`.

    Picture pages keep the scanner's coded picture bit for bit wherever PDF/A knows its coding, and
    its pixels otherwise. Born-digital pages, and pictures that PDF/A forbids, are drawn anew and
    named in `rasterised`. Pages, look and text are compared with the scan before the copy is given.
    `texts`: what was read, by page number; it may be long, so it is looked up page by page.
    Raises UnusableInputError (`conversion_failed`).
    """
    redrawn = {page.number for page in pages if page.kind is PageKind.BORN_DIGITAL}
    try:
        redrawn |= _assemble(source, media_type, pages, texts, redrawn, out)
    except UnusableInputError:
        guilty = _guilty(source, media_type, pages, redrawn, out)
        if not guilty:
            raise
        redrawn |= guilty
        redrawn |= _assemble(source, media_type, pages, texts, redrawn, out)
    try:
        require_same(source, media_type, pages, texts, out)
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
                _assemble(source, media_type, (page,), {}, set(), out)
            except UnusableInputError:
                guilty.add(page.number)
    return guilty


def _assemble(
    source: Path,
    media_type: MediaType,
    pages: tuple[SourcePage, ...],
    texts: Mapping[int, RecognisedPage],
    redrawn: set[int],
    out: Path,
) -> set[int]:
    """Write the file; give the pages whose pictures turned out to need drawing anew."""
    letters = letters_of(texts[page.number] for page in pages if page.number in texts)
    added = set[int]()
    try:
        with closing(_Scan(source, media_type, out)) as scan:
            found = [(page, scan.placed(page, redrawn, added)) for page in pages]
            pdf = scan.pdf()
            fonts = pdf.make_indirect(make_fonts(pdf, letters))
            tree = _emptied(pdf)
            for page, placed in found:
                settled = replace(placed, image=scan.image(placed.image))
                _add_page(pdf, tree, page, settled, texts.get(page.number), fonts, letters)
            pdfa.prepare(pdf, "2b")
            save(pdf, None, out)
    except pikepdf.PdfError as problem:
        reason = FindingCode.CONVERSION_FAILED.value
        raise UnusableInputError(reason=reason, detail=str(problem)) from None
    return added


class _Scan:
    """The scan as a source of pictures: the new PDF begins as a file that holds them all.

    A PDF is that file itself; pictures of other files are put into one first. So a picture stays
    on disk until it is written: copied from one PDF into another it would be held in memory.
    """

    def __init__(self, source: Path, media_type: MediaType, beside: Path) -> None:
        self._source = source
        self._media_type = media_type
        self._open = ExitStack()
        self._scratch = pikepdf.new()
        self._document: pikepdf.Pdf | None = None
        self._aside: Aside | None = None
        if media_type is MediaType.PDF:
            self._document = self._open.enter_context(open_pdf(source))
        else:
            self._aside = Aside(beside.with_name(f"{beside.name}.pictures"))
            self._open.callback(self._aside.close)
        self._pdf: pikepdf.Pdf | None = None

    def placed(self, page: SourcePage, redrawn: set[int], added: set[int]) -> Placed:
        """Give the page's picture; a page drawn anew that was not to be comes into `added`."""
        placed = None if page.number in redrawn else self._kept(page)
        if placed is None:
            added.add(page.number)
            placed = self._redrawn(page)
        if self._aside is None:
            return placed
        number = self._aside.put(placed.image)
        self._scratch.close()
        self._scratch = pikepdf.new()
        return replace(placed, image=number)

    def pdf(self) -> pikepdf.Pdf:
        """Give the file with the pictures, to become the new PDF."""
        made = bare_pdf(self._source) if self._aside is None else self._aside.finish()
        self._pdf = self._open.enter_context(made)
        return self._pdf

    def image(self, found: pikepdf.Object | int) -> pikepdf.Object:
        """Give a picture as an object of that file."""
        assert self._pdf is not None  # noqa: S101 - pdf() comes first
        if isinstance(found, int):
            return self._pdf.get_object(found, 0)
        if found.is_owned_by(self._scratch):
            return self._pdf.copy_foreign(self._scratch.make_indirect(found))
        return plain_picture(self._pdf.get_object(found.objgen))

    def _kept(self, page: SourcePage) -> Placed | None:
        """Give the scanner's picture, None if it has to be drawn anew."""
        try:
            if self._document is not None:
                return picture_of(self._scratch, self._document, page)
            image = image_of(self._scratch, self._source, self._media_type, page.number)
        except CannotKeepError:
            return None
        return self._full_page(image, page)

    def _redrawn(self, page: SourcePage) -> Placed:
        """Draw the page anew."""
        draw = redrawn_image if self._document is None else redrawn_page
        return self._full_page(draw(self._scratch, self._source, page), page)

    @staticmethod
    def _full_page(image: pikepdf.Stream, page: SourcePage) -> Placed:
        box = (0.0, 0.0, page.width, page.height)
        return Placed(image, (page.width, 0.0, 0.0, page.height, 0.0, 0.0), box)

    def close(self) -> None:
        """Close all files."""
        self._scratch.close()
        self._open.close()


def _emptied(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """Leave nothing of a file but its objects; give the root of its new page tree."""
    for key in set(pdf.trailer.keys()) - _TRAILER:
        del pdf.trailer[key]
    tree = pdf.make_indirect(Dictionary(Type=Name.Pages, Count=0, Kids=Array([])))
    pdf.trailer.Root = pdf.make_indirect(Dictionary(Type=Name.Catalog, Pages=tree))
    return tree


def _add_page(
    pdf: pikepdf.Pdf,
    tree: pikepdf.Object,
    page: SourcePage,
    placed: Placed,
    text: RecognisedPage | None,
    fonts: pikepdf.Object,
    letters: str,
) -> None:
    matrix = " ".join(f"{value:.5f}".rstrip("0").rstrip(".") for value in placed.matrix)
    content = f"q {matrix} cm {_PICTURE} Do Q\n".encode("ascii")
    resources = Dictionary(XObject=Dictionary({_PICTURE: pdf.make_indirect(placed.image)}))
    if text is not None and text.words:
        left, _, _, top = placed.box
        content += text_layer(text, letters, left, top)
        resources.Font = fonts
    box = Array([round(value, 4) for value in placed.box])
    sheet = Dictionary(
        Type=Name.Page,
        Parent=tree,
        MediaBox=box,
        Resources=resources,
        Contents=pdf.make_indirect(pikepdf.Stream(pdf, content)),
    )
    if page.rotation:
        sheet.Rotate = page.rotation
    tree.Kids.append(pdf.make_indirect(sheet))
    tree.Count = len(tree.Kids)
