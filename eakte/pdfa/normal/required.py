"""What ISO 32000-1 requires dictionaries to say and viewers do without: it is written down.

Nothing of it changes how a page looks. veraPDF asks for little of it, other validators for all.
"""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object

from eakte.pdfa.normal.usage import fonts_of

_LAST_CODE = 255
_SYMBOLIC = 1 << 2
_NUMBERS = ("/ItalicAngle", "/Ascent", "/Descent", "/CapHeight", "/StemV")
_QUADS = {"/Highlight", "/Underline", "/Squiggly", "/StrikeOut"}


def write_required(pdf: pikepdf.Pdf) -> None:
    """Complete the fonts, transparency groups and comments of a document that was pruned."""
    for font in fonts_of(pdf):
        _complete_font(font)
    for scope in pdf.content_scopes():
        if scope.kind != "glyph":
            _settle_group(scope.content)
    for page in pdf.pages:
        for note in page.obj.get(Name.Annots, ()):
            _complete_note(note)


def _complete_font(font: Dictionary) -> None:
    """Write what tables 111, 114, 117 and 122 require."""
    _settle_last(font)
    for holder in (font, *_descendants(font)):
        holder.Type = Name.Font
        descriptor = holder.get(Name.FontDescriptor)
        if not isinstance(descriptor, Dictionary):
            continue
        descriptor.Type = Name.FontDescriptor
        if Name.FontName not in descriptor and isinstance(holder.get(Name.BaseFont), Name):
            descriptor.FontName = holder.BaseFont
        if Name.Flags not in descriptor:
            descriptor.Flags = _SYMBOLIC
        if Name.FontBBox not in descriptor:
            descriptor.FontBBox = Array([0, 0, 0, 0])
        for key in _NUMBERS:
            if key not in descriptor:
                descriptor[key] = 0


def _settle_last(font: Dictionary) -> None:
    """Let the last code be that of the last width; codes without one are none of the font."""
    first, widths = font.get(Name.FirstChar), font.get(Name.Widths)
    if not isinstance(first, int) or not isinstance(widths, Array) or not len(widths):
        return
    if font.get(Name.Subtype) == Name.Type3 or not 0 <= first <= _LAST_CODE:
        return
    if first + len(widths) - 1 > _LAST_CODE:
        widths = Array(list(widths)[: _LAST_CODE + 1 - first])
        font.Widths = widths
    font.LastChar = first + len(widths) - 1


def _descendants(font: Dictionary) -> Iterator[Dictionary]:
    listed = font.get(Name.DescendantFonts)
    for item in listed if isinstance(listed, Array) else ():
        if isinstance(item, Dictionary):
            yield item


def _settle_group(content: Object) -> None:
    """Name a transparency group what it is (table 96); a group of another kind does nothing."""
    group = content.get(Name.Group)
    if not isinstance(group, Dictionary):
        return
    if group.get(Name.S) == Name.Transparency:
        group.Type = Name.Group
    else:
        del content.Group


def _complete_note(note: Object) -> None:
    """Write the shape of a comment (tables 175 to 182); its appearance shows the real one."""
    subtype = str(note.get(Name.Subtype)) if isinstance(note, Dictionary) else ""
    box = note.get(Name.Rect) if subtype else None
    if not isinstance(box, Array):
        return
    left, low, right, top = box
    corners = [left, top, right, top, left, low, right, low]
    shape: tuple[str, Array] | None = (
        ("/QuadPoints", Array(corners))
        if subtype in _QUADS
        else {
            "/Line": ("/L", Array([left, low, right, top])),
            "/Ink": ("/InkList", Array([Array([left, low, right, top])])),
            "/Polygon": ("/Vertices", Array(corners)),
            "/PolyLine": ("/Vertices", Array(corners)),
        }.get(subtype)
    )
    if shape is not None and shape[0] not in note:
        note[shape[0]] = shape[1]
