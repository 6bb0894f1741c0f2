"""What is lost with pages that are drawn anew, told before they are."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name

from eakte.domain.findings import Finding, FindingCode
from eakte.pdfa.normal.actions import drop_actions
from eakte.pdfa.normal.annotations import is_comment, lost_with, said
from eakte.pdfa.normal.destinations import Destinations, read_destinations
from eakte.pdfa.normal.layers import Layers, read_layers

_MAX_NOTES = 1000
_WRONG = (pikepdf.PdfError, TypeError, AttributeError, LookupError, ValueError, RuntimeError)
_UNREADABLE = Finding(FindingCode.NOT_SHOWN, None, "unreadable")


def leaving(pdf: pikepdf.Pdf) -> tuple[Finding, ...]:
    """Tell the actions of the document and its pages, and what annotations say, by page from 1.

    Takes from outlines what normalising takes from them, too. Nothing is raised: a scan whose page
    is a good picture must not fail for what hangs on it.
    """
    try:
        return tuple(dict.fromkeys(_leaving(pdf)))
    except _WRONG:
        return (_UNREADABLE,)


def _leaving(pdf: pikepdf.Pdf) -> Iterator[Finding]:
    places = read_destinations(pdf)
    yield from drop_actions(pdf, places)
    form = pdf.Root.get(Name.AcroForm)
    if isinstance(form, Dictionary) and Name.XFA in form:
        yield Finding(FindingCode.ACTIVE_CONTENT, None, "XFA")
        if bool(pdf.Root.get(Name.NeedsRendering, False)):
            yield Finding(FindingCode.NOT_SHOWN, None, "XFA")  # its pages say "Please wait"
    layers = read_layers(pdf)
    for number, page in enumerate(pdf.pages, start=1):
        notes = page.obj.get(Name.Annots)
        for item in list(notes)[:_MAX_NOTES] if isinstance(notes, Array) else ():
            if isinstance(item, Dictionary):
                yield from _of_note(item, number, layers, places)


def _of_note(
    item: Dictionary, page: int, layers: Layers, places: Destinations
) -> Iterator[Finding]:
    """Say what an annotation does and says; the picture of it stays, a comment's words do not."""
    told = tuple(lost_with(item, page, layers, places))
    yield from told
    words = said(item)
    if words and is_comment(item) and FindingCode.NOT_SHOWN not in {one.code for one in told}:
        yield Finding(FindingCode.NOT_SHOWN, page, f"{str(item.Subtype)[1:]} {words}")
