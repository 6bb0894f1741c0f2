"""Annotations: links and comments stay, what else can be seen becomes part of the page.

PDF/A-2 6.3 wants every annotation but links to have one appearance, to be visible and printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf
from pikepdf import Annotation, Array, Dictionary, Name, Object, Page, Stream, String

from eakte.domain.findings import Finding, FindingCode
from eakte.pdfa.normal.actions import action_name, kept_action
from eakte.pdfa.normal.appearances import draw_field, value_of
from eakte.pdfa.normal.comments import draw_comment
from eakte.pdfa.normal.destinations import Destinations
from eakte.pdfa.normal.keys import MARKUP
from eakte.pdfa.normal.layers import Layers
from eakte.pdfa.normal.shown_values import shows
from eakte.pdfa.normal.usage import copied

_INVISIBLE, _HIDDEN, _PRINT, _NO_VIEW, _TOGGLE = 1, 2, 4, 32, 256
_MEDIA = {"/Screen", "/Movie", "/Sound", "/RichMedia", "/3D"}
_COMMENTS = {"/Text", *MARKUP}
_NOT_TOLD = {"/Popup", "/TrapNet"}
"""Dropped without a word: they repeat the text of another one, or are the printer's."""
_MAX_LENGTH = 80


@dataclass
class _Pass:
    """One way through all pages; what was flattened gets a name that no page has yet."""

    pdf: pikepdf.Pdf
    layers: Layers
    destinations: Destinations
    form: Dictionary
    gone: set[tuple[int, int]] = field(default_factory=set)
    kept: set[tuple[int, int]] = field(default_factory=set)
    drawn: int = 0

    def page(self, page: Page, number: int) -> Iterator[Finding]:
        listed = page.obj.get(Name.Annots)
        if listed is None:
            return
        kept: list[Object] = []
        content = b""
        fields = 0
        for item in listed if isinstance(listed, Array) else ():
            if not isinstance(item, Dictionary):
                continue
            subtype = str(item.get(Name.Subtype, ""))
            if subtype == "/Widget":
                yield from self._field(item, number)
            if subtype in _COMMENTS and _look(item) is None:
                draw_comment(self.pdf, item)
            yield from lost_with(item, number, self.layers, self.destinations)
            if not _shown(item, subtype, self.layers):
                self._forget(item)
            elif self._stays(item, subtype):
                kept.append(item)
                self.kept.add(item.objgen)
            else:
                content += self._flattened(page, item)
                fields += subtype == "/Widget" and not _is_signature(item)
                self._forget(item)
        if fields:
            yield Finding(FindingCode.FORM_FLATTENED, number)
        _set_annotations(page, kept)
        if content:
            _append(self.pdf, page, content)

    def _field(self, item: Dictionary, page: int) -> Iterator[Finding]:
        """Draw what a field says; tell a value that is not what it shows, for only that stays."""
        look, value = _look(item), value_of(item)
        if not draw_field(self.pdf, item, self.form):
            yield Finding(FindingCode.NOT_SHOWN, page, f"Widget {said(item)}")
        elif (
            look is not None
            and _shown(item, "/Widget", self.layers)
            and not shows(_look(item) or look, self.form, value)
        ):
            yield Finding(FindingCode.NOT_SHOWN, page, f"Widget {value[:_MAX_LENGTH]}")

    def _stays(self, item: Dictionary, subtype: str) -> bool:
        """Tell whether an annotation stays one, and make it fit."""
        if subtype == "/Link":
            return self._kept_link(item)
        look = _look(item)
        if subtype not in _COMMENTS or look is None or not str(item.get(Name.Contents, "")):
            return False
        item.AP = Dictionary(N=look)
        _make_visible(item)
        return True

    def _kept_link(self, item: Dictionary) -> bool:
        if Name.A in item:
            action = kept_action(item.A, self.destinations)
            if action is None:
                del item.A
            else:
                item.A = action
        if Name.Dest in item:
            place = self.destinations.kept(item.Dest)
            if place is None:
                del item.Dest
            else:
                item.Dest = place
        _make_visible(item)
        return Name.A in item or Name.Dest in item

    def _forget(self, item: Dictionary) -> None:
        if item.is_indirect:
            self.gone.add(item.objgen)

    def _flattened(self, page: Page, item: Dictionary) -> bytes:
        """Make an annotation's appearance an XObject of the page; give what draws it."""
        annotation = Annotation(item)
        look = annotation.get_appearance_stream(Name.N)
        if not isinstance(look, Stream) or Name.BBox not in look:
            return b""
        look.Type, look.Subtype = Name.XObject, Name.Form
        if Name.Resources not in look and Name.DR in self.form:
            look.Resources = copied(self.form.DR)
        name = Name(f"/EakteAnnotation{self.drawn}")
        turned = int(page.obj.get(Name.Rotate, 0))
        content = annotation.get_page_content_for_appearance(name, turned, 0, _HIDDEN | _NO_VIEW)
        if content:
            self.drawn += 1
            page.add_resource(look, Name.XObject, name)
        return content


def settle_annotations(
    pdf: pikepdf.Pdf, layers: Layers, destinations: Destinations
) -> Iterator[Finding]:
    """Bring the annotations of all pages, form fields among them, into the shape of PDF/A."""
    form = pdf.Root.get(Name.AcroForm)
    known = form if isinstance(form, Dictionary) else Dictionary()
    work = _Pass(pdf, layers, destinations, known)
    for number, page in enumerate(pdf.pages, start=1):
        yield from work.page(page, number)
    gone = work.gone - work.kept
    if gone:
        _forget_in_structure(pdf, gone)
    for mark in gone:
        _emptied(pdf.get_object(mark))


def lost_with(
    item: Dictionary, page: int, layers: Layers, destinations: Destinations
) -> Iterator[Finding]:
    """Name what is lost with an annotation: what it does, and what it says without showing it."""
    subtype = str(item.get(Name.Subtype, ""))
    action = item.get(Name.A)
    if subtype in _MEDIA:
        yield Finding(FindingCode.ACTIVE_CONTENT, page, subtype[1:])
    elif (
        action is not None
        and action_name(action) != "GoTo"
        and kept_action(action, destinations) is None
    ):
        yield Finding(FindingCode.ACTIVE_CONTENT, page, f"{subtype[1:]}: {action_name(action)}")
    if Name.AA in item:
        yield Finding(FindingCode.ACTIVE_CONTENT, page, f"{subtype[1:]}: AA")
    if subtype in _NOT_TOLD or subtype == "/Link" or _is_signature(item):
        return
    lost = said(item)
    hidden = not _shown(item, subtype, layers)
    if (hidden and (lost or _look(item) is not None)) or (lost and _look(item) is None):
        yield Finding(FindingCode.NOT_SHOWN, page, f"{subtype[1:]} {lost}".strip())


def said(item: Dictionary) -> str:
    """Give the text of an annotation: a comment, or what a field says."""
    for key in (Name.Contents, Name.V):
        if isinstance(item.get(key), String):
            return str(item[key])[:_MAX_LENGTH]
    return ""


def is_comment(item: Dictionary) -> bool:
    """Tell whether an annotation is a comment, which may say more than it shows."""
    return str(item.get(Name.Subtype, "")) in _COMMENTS


def _shown(item: Dictionary, subtype: str, layers: Layers) -> bool:
    if subtype in _NOT_TOLD or not layers.shown(item.get(Name.OC)):
        return False
    return not _flags(item) & (_HIDDEN | _NO_VIEW)


def _make_visible(item: Dictionary) -> None:
    item.F = (_flags(item) | _PRINT) & ~(_INVISIBLE | _TOGGLE)


def _flags(item: Dictionary) -> int:
    flags = item.get(Name.F, 0)
    return flags if isinstance(flags, int) else 0


def _look(item: Dictionary) -> Stream | None:
    look = Annotation(item).get_appearance_stream(Name.N)
    return look if isinstance(look, Stream) and Name.BBox in look else None


def _is_signature(item: Dictionary) -> bool:
    kind = item.get(Name.FT)
    parent = item.get(Name.Parent)
    if kind is None and isinstance(parent, Dictionary):
        kind = parent.get(Name.FT)
    return bool(kind == Name.Sig)


def _set_annotations(page: Page, kept: list[Object]) -> None:
    if kept:
        page.obj.Annots = Array(kept)
    else:
        del page.obj.Annots


def _append(pdf: pikepdf.Pdf, page: Page, content: bytes) -> None:
    """Draw on top of the page in its own coordinates, whatever its content leaves behind."""
    depth = 0
    for instruction in pikepdf.parse_content_stream(page, "q Q"):
        depth += 1 if str(instruction.operator) == "q" else -1
    page.contents_add(pdf.make_stream(b"q\n"), prepend=True)
    page.contents_add(pdf.make_stream(b"\nQ" * (1 + max(depth, 0)) + b"\n" + content))


def _forget_in_structure(pdf: pikepdf.Pdf, gone: set[tuple[int, int]]) -> None:
    """Take references to annotations that are gone out of the structure tree."""
    if Name.StructTreeRoot not in pdf.Root:
        return
    for element in pdf.objects:
        if not isinstance(element, Dictionary) or Name.K not in element:
            continue
        kids = element.K
        if isinstance(kids, Array):
            left = [kid for kid in kids if not _refers(kid, gone)]
            if len(left) < len(kids):
                element.K = Array(left)
        elif _refers(kids, gone):
            del element.K


def _emptied(item: Object) -> None:
    """Leave nothing of what is gone, in case something still refers to it."""
    if isinstance(item, Dictionary):
        for key, entry in list(item.items()):
            if entry is not None:
                del item[key]


def _refers(kid: Object, gone: set[tuple[int, int]]) -> bool:
    if not isinstance(kid, Dictionary) or Name.Obj not in kid:
        return False
    target = kid.Obj
    return isinstance(target, Object) and target.objgen in gone
