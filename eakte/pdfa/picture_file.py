"""From a picture file (JPEG, PNG, TIFF) to its archive copy: its pictures, page by page."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, pdfa

from eakte.domain.archive import Claim
from eakte.domain.mail import SourcePage
from eakte.pdfa.font import make_fonts
from eakte.pdfa.images import redrawn_image
from eakte.pdfa.opening import Aside
from eakte.pdfa.plan import Job, Made, Plan
from eakte.pdfa.save import attempt
from eakte.pdfa.scanned import Placed
from eakte.pdfa.sheets import add_layer, show_picture
from eakte.pdfa.textlayer import letters_of, text_layer
from eakte.pdfa.xmp import Facts
from eakte.pictures.image import image_of
from eakte.pictures.refusing import CannotKeepError


def assemble_pictures(job: Job, plan: Plan) -> Made:
    """Write the archive copy of pages of a picture file by a plan; raises UnfitError.

    The new PDF begins as a plain file that takes the pictures one by one: a picture that was copied
    from one PDF into another would be held in memory.
    """
    with ExitStack() as opened:
        aside = Aside(job.out.with_name(f"{job.out.name}.pictures"))
        opened.callback(aside.close)
        laid = [_put(aside, job, plan, page) for page in job.pages]
        pdf = opened.enter_context(aside.finish())
        tree = pdf.make_indirect(Dictionary(Type=Name.Pages, Count=0, Kids=Array([])))
        pdf.trailer.Root = pdf.make_indirect(Dictionary(Type=Name.Catalog, Pages=tree))
        letters = letters_of(
            job.texts[page.number] for page in job.pages if page.number in job.texts
        )
        fonts = pdf.make_indirect(make_fonts(pdf, letters))
        for page, (number, _) in zip(job.pages, laid, strict=True):
            sheet = _page(pdf, pdf.get_object(number, 0), page)
            read = job.texts.get(page.number)
            if read is not None and read.words:
                layer = text_layer(read, letters, 0.0, page.height)
                add_layer(sheet, pdf, layer, fonts)
            sheet.Parent = tree
            tree.Kids.append(pdf.make_indirect(sheet))
        tree.Count = len(tree.Kids)
        pdfa.prepare(pdf, Claim().flavour)
        attempt(pdf, Facts(), job.out)
        forced = (page.number for page, (_, kept) in zip(job.pages, laid, strict=True) if not kept)
        return Made(Claim(), plan.drawing(frozenset(forced)))


def _put(aside: Aside, job: Job, plan: Plan, page: SourcePage) -> tuple[int, bool]:
    """Lay a page's picture aside; give its object number and whether it is the scanner's."""
    with pikepdf.new() as scratch:
        if page.number not in plan.redrawn:
            with suppress(CannotKeepError):
                return aside.put(image_of(scratch, job.source, job.media_type, page.number)), True
        return aside.put(redrawn_image(scratch, job.source, page)), False


def _page(pdf: pikepdf.Pdf, image: pikepdf.Object, page: SourcePage) -> Any:
    box = (0.0, 0.0, page.width, page.height)
    sheet = Dictionary(Type=Name.Page)
    show_picture(sheet, pdf, Placed(image, (page.width, 0.0, 0.0, page.height, 0.0, 0.0), box))
    if page.rotation:
        sheet.Rotate = page.rotation
    return sheet
