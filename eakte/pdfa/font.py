"""The font of the text layer: every letter is a glyph half an em wide that shows nothing.

Its outline runs along one diagonal of its box and back: no area, so nothing is painted even by a
viewer that ignores the rendering mode, but a box for those (PDFium) that mark text by its outlines.
"""

from __future__ import annotations

import io
from functools import cache

import pikepdf
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._g_l_y_f import Glyph
from pikepdf import Array, Dictionary, Name

UNITS_PER_EM = 1000
ADVANCE = 500
ASCENT, DESCENT = 800, -200

_NAME = "EakteInvisible"
_BORN = 3_000_000_000
"""The font's dates, in seconds since 1904: fixed, so that the program always has the same bytes."""
_CHARACTERS_PER_BLOCK = 100
"""A ToUnicode section may list so many at once (Adobe Technical Note 5014)."""


@cache
def font_program() -> bytes:
    """Build the TrueType program: .notdef and one invisible glyph; always the same bytes."""
    builder = FontBuilder(UNITS_PER_EM, isTTF=True)
    names = [".notdef", "invisible"]
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x20: "invisible"})
    builder.setupGlyf(dict.fromkeys(names, _diagonal()))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (ADVANCE, 0)))
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupNameTable({"familyName": _NAME, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT)
    builder.setupPost()
    builder.setupHead(unitsPerEm=UNITS_PER_EM, created=_BORN, modified=_BORN)
    builder.font.recalcTimestamp = False
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


def _diagonal() -> Glyph:
    pen = TTGlyphPen(None)
    pen.moveTo((0, DESCENT))
    pen.lineTo((ADVANCE, ASCENT))
    pen.closePath()
    return pen.glyph()


def make_font(pdf: pikepdf.Pdf, letters: str) -> pikepdf.Dictionary:
    """Make the font object for these letters: the code of a letter is its place, from 1."""
    program = pikepdf.Stream(pdf, font_program(), Length1=len(font_program()))
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name(f"/{_NAME}"),
        Flags=4,
        FontBBox=Array([0, DESCENT, ADVANCE, ASCENT]),
        ItalicAngle=0,
        Ascent=ASCENT,
        Descent=DESCENT,
        CapHeight=ASCENT,
        StemV=80,
        FontFile2=pdf.make_indirect(program),
    )
    every_code_to_glyph_1 = b"\0\0" + b"\0\1" * len(letters)
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name(f"/{_NAME}"),
        CIDSystemInfo=Dictionary(
            Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
        ),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=ADVANCE,
        CIDToGIDMap=pdf.make_indirect(pikepdf.Stream(pdf, every_code_to_glyph_1)),
    )
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name(f"/{_NAME}"),
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
        ToUnicode=pdf.make_indirect(pikepdf.Stream(pdf, to_unicode(letters))),
    )


def to_unicode(letters: str) -> bytes:
    """Write the CMap that gives every code its letter (ISO 32000-1 9.10.3)."""
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<0000> <FFFF>",
        "endcodespacerange",
    ]
    for start in range(0, len(letters), _CHARACTERS_PER_BLOCK):
        block = letters[start : start + _CHARACTERS_PER_BLOCK]
        lines.append(f"{len(block)} beginbfchar")
        lines.extend(
            f"<{code:04X}> <{letter.encode('utf-16-be').hex().upper()}>"
            for code, letter in enumerate(block, start=start + 1)
        )
        lines.append("endbfchar")
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines).encode("ascii")


def is_ours(font: pikepdf.Dictionary) -> bool:
    """Tell whether a font object is one that make_font makes: it maps every code to a letter."""
    return font.get(Name.BaseFont) == Name(f"/{_NAME}") and Name.ToUnicode in font
