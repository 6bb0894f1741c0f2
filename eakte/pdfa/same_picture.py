"""Does a page of the copy show the very picture of the scan, bit for bit, in the same place?

Where that is proven, no renderer can tell the pages apart, and none is asked: drawing pages was an
eighth of the cost of a copy. Proven is: both pages draw one plain JPEG with the same bytes, the
same matrix and the same boxes; what the copy adds is text that paints nothing (ISO 32000-1 9.3.6,
mode 3) in fonts that obey this (not Type 3); nothing else is there that could show or change
colours. Whatever is less plain is for PDFium.
"""

from __future__ import annotations

import re
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from eakte.pdfa.plain_page import CONTENT, is_plain_jpeg, shown_picture
from eakte.pdfa.scanned import visible_box

_COPY = re.compile(
    rb"\s*q\s+(?P<drawn>q\s.{0,1000}?\sQ)\s+Q(?P<layer>\s+BT\s.*\sET)?\s*", re.DOTALL
)
_LAYER = {"BT", "ET", "Tr", "Tf", "Tz", "Tm", "Tj", "TJ"}
_INVISIBLE = 3
_PAGE_KEYS = {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/Contents", "/Resources"}
_RESOURCES = {"/Font", "/XObject", "/ProcSet"}
_SAID = ("/Width", "/Height", "/BitsPerComponent", "/ColorSpace", "/Filter")
_SLACK = 1e-4
_LARGEST = 1 << 26
"""Bytes of a picture that are held twice."""


def shows_same_picture(copy: pikepdf.Page, scan: pikepdf.Page) -> bool:
    """Tell whether it is proven; False says nothing."""
    if not (_is_plain_page(scan.obj) and _is_plain_page(copy.obj)):
        return False
    before, after = shown_picture(scan.obj), _shown_in_copy(copy.obj)
    if before is None or after is None:
        return False
    places = zip((*before[0], *visible_box(scan)), (*after[0], *visible_box(copy)), strict=True)
    return (
        all(abs(here - there) <= _SLACK for here, there in places)
        and is_plain_jpeg(before[1])
        and is_plain_jpeg(after[1])
        and int(before[1].get(Name.Length, 0)) <= _LARGEST
        and all(before[1].get(key) == after[1].get(key) for key in _SAID)
        and before[1].read_raw_bytes() == after[1].read_raw_bytes()
    )


def _is_plain_page(page: Any) -> bool:
    """Tell whether nothing beside the content could change what a page shows."""
    resources: Any = page.get(Name.Resources, Dictionary())
    return set(page.keys()) <= _PAGE_KEYS and set(resources.keys()) <= _RESOURCES


def _shown_in_copy(page: Any) -> tuple[tuple[float, ...], Any] | None:
    """Give matrix and picture of a page that draws one, and nothing else that shows."""
    resources: Any = page.get(Name.Resources, Dictionary())
    found = _COPY.fullmatch(_content(page))
    drawn = found and CONTENT.fullmatch(found["drawn"])
    pictures: Any = resources.get(Name.XObject, Dictionary())
    if not (found and drawn) or len(pictures) != 1 or not _is_invisible(found["layer"], resources):
        return None
    return tuple(float(each) for each in drawn[1].split()), pictures.get(drawn[2].decode())


def _content(page: Any) -> bytes:
    contents: Any = page.get(Name.Contents)
    parts = list(contents) if isinstance(contents, Array) else [contents]
    if not all(isinstance(part, Stream) for part in parts):
        return b""
    return b"\n".join(part.read_bytes() for part in parts)


def _is_invisible(layer: bytes | None, resources: Any) -> bool:
    """Tell whether a text layer paints nothing: one text object, mode 3 before all else."""
    if layer is None:
        return True
    fonts: Any = resources.get(Name.Font, Dictionary())
    if any(font.get(Name.Subtype) != Name.Type0 for font in fonts.values()):
        return False
    with pikepdf.new() as pdf:
        told = pikepdf.parse_content_stream(pdf.make_stream(layer))
    names = [str(each.operator) for each in told]
    modes = [each.operands[0] for each in told if str(each.operator) == "Tr"]
    return (
        names[:2] == ["BT", "Tr"]
        and names.index("ET") == len(names) - 1
        and set(names) <= _LAYER
        and modes == [_INVISIBLE]
    )
