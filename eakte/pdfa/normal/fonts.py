"""Fonts that were not embedded get one that was made to measure: their codes, widths and letters.

The font that stands in has a glyph for each code that is used, and says by its own table which
(a symbolic TrueType font, ISO 19005-2 6.2.11.6), so that no encoding can be understood differently.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Object, Stream

from eakte.domain.findings import Finding, FindingCode
from eakte.pdfa.normal.encodings import code_names, is_dingbats, letter_of, standard_widths
from eakte.pdfa.normal.substitutes import Style, advance, glyph_name, open_font, outline, style_of
from eakte.pdfa.normal.usage import Usage, fonts_of
from eakte.pdfa.unicode_maps import unicode_map

_BORN = 3_000_000_000
"""The font's dates, in seconds since 1904: fixed, so that the same font has the same bytes."""
_PROGRAMS = (Name.FontFile, Name.FontFile2, Name.FontFile3)
_TOLD = (Name.Subtype, Name.BaseFont, Name.Encoding, Name.FirstChar, Name.Widths, Name.ToUnicode)
_SAME_WIDTH = 3
_SYMBOLIC, _NONSYMBOLIC = 1 << 2, 1 << 5
_SYMBOL_CODES = 0xF000
_EMPTY = {*range(0x20), 0x7F, 0x81, 0x8D, 0x8F, 0x90, 0x9D, 0xA0, 0xAD}
"""Codes that show nothing where no encoding names them."""


@dataclass(frozen=True)
class _Sign:
    """What a code stands for: its letters, the glyph (None: nothing is shown) and its width."""

    letters: str
    glyph: str | None
    width: float


def replace_missing(pdf: pikepdf.Pdf, usage: Usage) -> Iterator[Finding]:
    """Embed a font for each simple font that has no program; name both.

    A font whose used codes the other one cannot show stays as it is.
    """
    alike: dict[tuple[bytes, ...], list[Dictionary]] = {}
    for font in fonts_of(pdf):
        if font.get(Name.Subtype) in (Name.Type1, Name.TrueType, Name.MMType1) and _missing(font):
            alike.setdefault(_likeness(font), []).append(font)
    for fonts in alike.values():
        font = fonts[0]
        codes = set[int]().union(*(usage.codes(each) for each in fonts))
        style = _style(font)
        program = None if style is None else open_font(style.path)
        signs = None if program is None else _signs(font, program, codes)
        if signs is None or style is None or program is None:
            continue
        old = str(font.get(Name.BaseFont, "/?"))[1:]
        made = _replacement(pdf, font, style, program, signs)
        for each in fonts:
            _become(each, made)
        yield Finding(FindingCode.FONT_REPLACED, None, f"{old} → {style.name}")


def _likeness(font: Dictionary) -> tuple[bytes, ...]:
    """Give what fonts have in common that one program can stand in for: often one a page."""
    descriptor = font.get(Name.FontDescriptor)
    told = [font.get(key) for key in _TOLD]
    if isinstance(descriptor, Dictionary):
        told += [descriptor.get(key) for key in (Name.Flags, Name.ItalicAngle, Name.MissingWidth)]
    return tuple(_written(value) for value in told)


def _written(value: object) -> bytes:
    if isinstance(value, Object):
        return value.unparse(resolved=True)
    return str(value).encode()


def _become(font: Dictionary, made: Dictionary) -> None:
    for key in list(font.keys()):
        if key not in made:
            del font[key]
    for key, value in made.items():
        font[key] = value


def _missing(font: Dictionary) -> bool:
    descriptor = font.get(Name.FontDescriptor)
    return not isinstance(descriptor, Dictionary) or not any(
        isinstance(descriptor.get(key), Stream) for key in _PROGRAMS
    )


def _style(font: Dictionary) -> Style | None:
    descriptor = font.get(Name.FontDescriptor)
    flags, angle = 0, 0.0
    if isinstance(descriptor, Dictionary):
        flags = int(_number(descriptor.get(Name.Flags)) or 0)
        angle = _number(descriptor.get(Name.ItalicAngle)) or 0.0
    return style_of(str(font.get(Name.BaseFont, ""))[1:], flags, angle)


def _signs(font: Dictionary, program: TTFont, codes: set[int]) -> dict[int, _Sign] | None:
    """Find letters, glyph and width of each code; None if the program lacks one."""
    base_font = str(font.get(Name.BaseFont, ""))
    names = code_names(font)
    standard = standard_widths(base_font)
    dingbats = is_dingbats(base_font)
    signs = {}
    for code in sorted(codes):
        name = names.get(code)
        if name is None or name == ".notdef":
            if code not in _EMPTY:
                return None
            signs[code] = _Sign(" ", None, _width(font, code, standard, "", 0))
            continue
        letters = letter_of(name, dingbats=dingbats)
        glyph = glyph_name(program, letters)
        if glyph is None:
            return None
        usual = advance(program, glyph)
        signs[code] = _Sign(letters, glyph, _width(font, code, standard, name, usual))
    return signs


def _width(font: Dictionary, code: int, standard: dict[str, int], name: str, usual: float) -> float:
    """Give the width of a code as its font says; `usual` is that of the glyph standing in."""
    widths = font.get(Name.Widths)
    first = _number(font.get(Name.FirstChar))
    if isinstance(widths, Array) and first is not None:
        place = code - int(first)
        told = _number(widths[place]) if 0 <= place < len(widths) else None
        if told is not None:
            return told
        descriptor = font.get(Name.FontDescriptor)
        missing = descriptor.get(Name.MissingWidth) if isinstance(descriptor, Dictionary) else None
        return _number(missing) or 0.0
    return float(standard.get(name, usual))


def _number(value: Object | None) -> float | None:
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError):
        return None


def _replacement(
    pdf: pikepdf.Pdf, font: Dictionary, style: Style, source: TTFont, signs: dict[int, _Sign]
) -> Dictionary:
    """Make the font dictionary of the font standing in."""
    data = _program(style, source, signs)
    tag = "".join(chr(65 + byte % 26) for byte in hashlib.sha256(data).digest()[:6])
    name = Name(f"/{tag}+{style.name.replace(' ', '')}")
    told = font.get(Name.ToUnicode)
    first, last = min(signs, default=32), max(signs, default=32)
    widths = [signs[code].width if code in signs else 0 for code in range(first, last + 1)]
    if not isinstance(told, Stream):
        letters = {code: sign.letters for code, sign in signs.items()}
        told = pdf.make_stream(unicode_map(letters, 1))
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.TrueType,
        BaseFont=name,
        FirstChar=first,
        LastChar=last,
        Widths=pdf.make_indirect(Array([round(width, 3) for width in widths])),
        FontDescriptor=pdf.make_indirect(_descriptor(pdf, name, style, source, data)),
        ToUnicode=told,
    )


def _descriptor(
    pdf: pikepdf.Pdf, name: Name, style: Style, source: TTFont, data: bytes
) -> Dictionary:
    scale = 1000 / source["head"].unitsPerEm
    head, os2 = source["head"], source["OS/2"]
    box = (head.xMin, head.yMin, head.xMax, head.yMax)
    return Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=_SYMBOLIC | (64 if style.italic else 0) | (style.family == "mono"),
        FontBBox=Array([round(value * scale) for value in box]),
        ItalicAngle=-12 if style.italic else 0,
        Ascent=round(source["hhea"].ascent * scale),
        Descent=round(source["hhea"].descent * scale),
        CapHeight=round(getattr(os2, "sCapHeight", source["hhea"].ascent) * scale),
        StemV=140 if style.bold else 80,
        FontFile2=pdf.make_stream(data, Length1=len(data)),
    )


def _program(style: Style, source: TTFont, signs: dict[int, _Sign]) -> bytes:
    """Build the program; the same signs give the same bytes."""
    units = source["head"].unitsPerEm
    glyphs = {".notdef": TTGlyphPen(None).glyph()}
    advances = {".notdef": units // 2}
    for code, sign in signs.items():
        name = f"code{code:02X}"
        advances[name] = max(0, round(sign.width * units / 1000))
        glyphs[name] = (
            TTGlyphPen(None).glyph()
            if sign.glyph is None
            else outline(source, sign.glyph, _stretch(source, sign))
        )
    builder = FontBuilder(units, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({_SYMBOL_CODES + code: f"code{code:02X}" for code in signs})
    for table in builder.font["cmap"].tables:
        table.platEncID = 0
    builder.font["cmap"].tables = [
        table
        for table in builder.font["cmap"].tables
        if table.platformID == 3  # noqa: PLR2004
    ]
    builder.setupGlyf(glyphs)
    table = builder.font["glyf"]
    metrics = {name: (width, getattr(table[name], "xMin", 0)) for name, width in advances.items()}
    builder.setupHorizontalMetrics(metrics)
    builder.setupHorizontalHeader(ascent=source["hhea"].ascent, descent=source["hhea"].descent)
    builder.setupNameTable({"familyName": style.name, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost(keepGlyphNames=False)
    builder.setupHead(unitsPerEm=units, created=_BORN, modified=_BORN)
    builder.font.recalcTimestamp = False
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


def _stretch(source: TTFont, sign: _Sign) -> float:
    """Tell how a glyph fits its width: one that is too wide is condensed, as viewers do."""
    usual = advance(source, str(sign.glyph))
    if sign.width <= 0 or usual <= sign.width + _SAME_WIDTH:
        return 1.0
    return sign.width / usual
