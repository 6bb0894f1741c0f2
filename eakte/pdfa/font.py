"""The font of the text layer: every letter is a glyph one em wide that shows nothing.

Its variants reach more or less far above and below the baseline, so that all words of a line stand
on one baseline in one size and still cover what they show. A glyph's outline runs along one
diagonal of its box and back: no area, so nothing is painted even by a viewer that ignores the
rendering mode, but a box for those (PDFium) that mark text by its outlines.
"""

from __future__ import annotations

import io
from functools import cache

import pikepdf
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._g_l_y_f import Glyph
from pikepdf import Array, Dictionary, Name

from eakte.pdfa.unicode_maps import unicode_map

UNITS_PER_EM = 1000
ADVANCE = 1000
"""Wide, because PDFium takes half of it for the step between words that begins a new line."""
REACHES = tuple((above, -below) for above in (660, 500, 780) for below in (110, 10, 210))
"""Ascent and descent of each variant of the font: a word takes the one nearest to its letters."""

FONT = "/EakteText"
"""Name of the first variant in the resources of a page; the others have a number behind it."""
_NAME = "EakteInvisible"
_BORN = 3_000_000_000
"""The font's dates, in seconds since 1904: fixed, so that the program always has the same bytes."""


@cache
def font_program() -> bytes:
    """Build the TrueType program: an invisible glyph per variant; always the same bytes."""
    builder = FontBuilder(UNITS_PER_EM, isTTF=True)
    names = [".notdef", *(f"reach{number}" for number in range(len(REACHES)))]
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x20: names[1]})
    glyphs = [_diagonal(*reach) for reach in (REACHES[0], *REACHES)]
    builder.setupGlyf(dict(zip(names, glyphs, strict=True)))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (ADVANCE, 0)))
    ascent, descent = max(REACHES)[0], min(below for _, below in REACHES)
    builder.setupHorizontalHeader(ascent=ascent, descent=descent)
    builder.setupNameTable({"familyName": _NAME, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=ascent, sTypoDescender=descent)
    builder.setupPost()
    builder.setupHead(unitsPerEm=UNITS_PER_EM, created=_BORN, modified=_BORN)
    builder.font.recalcTimestamp = False
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


def _diagonal(ascent: int, descent: int) -> Glyph:
    pen = TTGlyphPen(None)
    pen.moveTo((0, descent))
    pen.lineTo((ADVANCE, ascent))
    pen.closePath()
    return pen.glyph()


def font_name(variant: int) -> str:
    """Name a variant in the resources of a page."""
    return f"{FONT}{variant or ''}"


def make_fonts(pdf: pikepdf.Pdf, letters: str) -> pikepdf.Dictionary:
    """Make the variants for these letters, by name: the code of a letter is its place, from 1."""
    program = pikepdf.Stream(pdf, font_program(), Length1=len(font_program()))
    shared = pdf.make_indirect(program), pdf.make_indirect(pikepdf.Stream(pdf, to_unicode(letters)))
    return Dictionary(
        {
            font_name(variant): pdf.make_indirect(_font(pdf, variant, len(letters), *shared))
            for variant in range(len(REACHES))
        }
    )


def _font(
    pdf: pikepdf.Pdf,
    variant: int,
    letters: int,
    program: pikepdf.Object,
    texts: pikepdf.Object,
) -> pikepdf.Dictionary:
    ascent, descent = REACHES[variant]
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name(f"/{_NAME}"),
        Flags=4,
        FontBBox=Array([0, descent, ADVANCE, ascent]),
        ItalicAngle=0,
        Ascent=ascent,
        Descent=descent,
        CapHeight=ascent,
        StemV=80,
        FontFile2=program,
    )
    every_code_to_the_glyph = b"\0\0" + bytes((0, variant + 1)) * letters
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name(f"/{_NAME}"),
        CIDSystemInfo=Dictionary(
            Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
        ),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=ADVANCE,
        CIDToGIDMap=pdf.make_indirect(pikepdf.Stream(pdf, every_code_to_the_glyph)),
    )
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name(f"/{_NAME}"),
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
        ToUnicode=texts,
    )


def to_unicode(letters: str) -> bytes:
    """Write the CMap that gives every code its letter (ISO 32000-1 9.10.3)."""
    return unicode_map(dict(enumerate(letters, start=1)), 2)
