"""From a PDF to its archive copy: the file itself, changed only where PDF/A wants it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pikepdf
from pikepdf import pdfa

from eakte.domain.archive import Claim, Level
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.mail import SourcePage
from eakte.domain.text import RecognisedPage
from eakte.pdfa.attachments import Travelling, attach, kept
from eakte.pdfa.font import make_fonts
from eakte.pdfa.normal.colours import settle_picture_colours
from eakte.pdfa.normal.leaving import leaving
from eakte.pdfa.normal.normalise import normalise
from eakte.pdfa.opening import Pages, open_pdf
from eakte.pdfa.plan import Job, Keep, Made, Plan
from eakte.pdfa.save import attempt
from eakte.pdfa.scanned import Placed, picture_of, plain_picture, redrawn_page, visible_box
from eakte.pdfa.sheets import add_layer, keep_only, show_picture, strip
from eakte.pdfa.textlayer import letters_of, text_layer
from eakte.pdfa.unicode_proof import unproven
from eakte.pdfa.xmp import Facts
from eakte.pictures.refusing import CannotKeepError

_HELD_BYTES = 64 << 20
"""New pictures that memory holds at once; then the work goes on in a file that has them."""


def assemble_document(job: Job, plan: Plan) -> Made:
    """Write the archive copy of pages of a PDF by a plan; raises UnfitError unless it conforms.

    A part of a divided scan brings nothing along that is not on its pages.
    """
    with ExitStack() as opened:
        work = _Work(job.source, job.out, opened)
        divided = keep_only(work.pdf, [page.number for page in job.pages])
        plan = replace(plan, keep=Keep.PAGES if divided else plan.keep)
        leaves = leaving(work.pdf)
        files = Travelling() if plan.keep is Keep.PAGES else kept(work.pdf)
        attach(work.pdf, files)
        plan = _show_pictures(work, job, plan)
        drawn = any(plan.promoted(page) for page in job.pages)
        lost = _lost(leaves, job, plan)
        plan = plan if drawn else replace(plan, keep=max(plan.keep, Keep.FILES))
        strip(work.pdf, plan.keep, drawn=drawn)
        found = _normalised(work.pdf, job, files.part if drawn else None)
        _add_layers(work.pdf, job, plan)
        pdfa.prepare(work.pdf, Claim(files.part).flavour)
        level, doubts = _level(work.pdf, job, plan)
        claim = Claim(files.part, level)
        attempt(work.pdf, Facts(claim, invoice=files.invoice), job.out)
        told = dict.fromkeys((*files.findings, *lost, *found, *doubts))
        return Made(claim, plan, tuple(told))


class _Work:
    """The PDF that is worked on, and pages of the scan to draw; new pictures go to disk in time."""

    def __init__(self, source: Path, out: Path, opened: ExitStack) -> None:
        self.pdf = opened.enter_context(open_pdf(source))
        self.drawn = opened.enter_context(Pages(source))
        self._opened = opened
        self._beside = out
        self._held = 0
        self._laid = 0

    def hold(self, size: int) -> None:
        """Note that so many bytes came into memory."""
        self._held += size
        if self._held > _HELD_BYTES:
            aside = self._beside.with_name(f"{self._beside.name}.{self._laid}")
            self._opened.callback(aside.unlink, missing_ok=True)
            self.pdf.save(aside)
            self.pdf.close()
            self.pdf = self._opened.enter_context(open_pdf(aside))
            self._held, self._laid = 0, self._laid + 1


def _show_pictures(work: _Work, job: Job, plan: Plan) -> Plan:
    """Make pages show their scanner picture, or a picture of them; the others stay as they are."""
    forced = set[int]()
    for index, page in enumerate(job.pages):
        if plan.promoted(page):
            continue
        sheet = work.pdf.pages[index]
        placed = None if page.number in plan.redrawn else _kept(work.pdf, sheet, page)
        if placed is not None:
            show_picture(sheet.obj, work.pdf, placed)
            continue
        forced.add(page.number)
        image = redrawn_page(work.pdf, work.drawn.page(page.number - 1), page)
        size = len(image.read_raw_bytes())
        whole = (visible_box(sheet), page)
        show_picture(sheet.obj, work.pdf, _over_page(image, *whole))
        work.hold(size)
    return plan.drawing(frozenset(forced)) if forced else plan


def _kept(pdf: pikepdf.Pdf, sheet: pikepdf.Page, page: SourcePage) -> Placed | None:
    try:
        placed = picture_of(sheet, page)
    except CannotKeepError:
        return None
    return replace(placed, image=plain_picture(pdf.get_object(placed.image.objgen)))


def _over_page(
    image: pikepdf.Stream, box: tuple[float, float, float, float], page: SourcePage
) -> Placed:
    """Lay a picture over all of the page that is seen."""
    return Placed(image, (page.width, 0.0, 0.0, page.height, box[0], box[1]), box)


def _normalised(pdf: pikepdf.Pdf, job: Job, part: int | None) -> tuple[Finding, ...]:
    """Normalise what a program drew; pages are told by their numbers in the scan.

    `part`: None if there are only pictures, of which just the colours may be in doubt.
    """
    told = settle_picture_colours(pdf) if part is None else normalise(pdf, part)
    return tuple(_numbered(found, job) for found in told)


def _numbered(found: Finding, job: Job) -> Finding:
    page = None if found.page is None else job.pages[found.page - 1].number
    return replace(found, page=page)


def _lost(leaves: tuple[Finding, ...], job: Job, plan: Plan) -> tuple[Finding, ...]:
    """Give what goes from around the pages, and with those that keep nothing but a picture."""
    pictures = {page.number for page in job.pages if not plan.promoted(page)}
    told = (_numbered(found, job) for found in leaves)
    return tuple(found for found in told if found.page is None or found.page in pictures)


def layer_words(read: RecognisedPage | None, page: SourcePage, plan: Plan) -> RecognisedPage | None:
    """Give what the text layer of a page is to say: all that was read and is not its own text."""
    if read is None or not plan.promoted(page):
        return read
    return replace(read, words=read.words[: len(read.words) - read.own_words])


def _add_layers(pdf: pikepdf.Pdf, job: Job, plan: Plan) -> None:
    """Add the text layers, all with the same fonts."""
    layers = (layer_words(job.texts.get(page.number), page, plan) for page in job.pages)
    letters = letters_of(layer for layer in layers if layer is not None)
    fonts = pdf.make_indirect(make_fonts(pdf, letters))
    for index, page in enumerate(job.pages):
        layer = layer_words(job.texts.get(page.number), page, plan)
        if layer is not None and layer.words:
            sheet = pdf.pages[index]
            left, _, _, top = visible_box(sheet)
            add_layer(sheet.obj, pdf, text_layer(layer, letters, left, top), fonts)


def _level(pdf: pikepdf.Pdf, job: Job, plan: Plan) -> tuple[Level, tuple[Finding, ...]]:
    """Claim level U where it is proven; text that a file brings and OCR had to replace is not."""
    if not any(plan.promoted(page) for page in job.pages):
        return Level.U, ()
    unusable = tuple(
        Finding(FindingCode.UNICODE_UNPROVEN, page.number)
        for page in job.pages
        if plan.promoted(page) and _is_unusable(job.texts.get(page.number))
    )
    reasons = unusable or tuple(
        Finding(FindingCode.UNICODE_UNPROVEN, None, reason) for reason in unproven(pdf)[:1]
    )
    return Level.B if reasons else Level.U, reasons


def _is_unusable(read: RecognisedPage | None) -> bool:
    return read is not None and any(
        found.code is FindingCode.TEXT_UNUSABLE for found in read.findings
    )
