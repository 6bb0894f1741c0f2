"""Repairs of embedded fonts that move and change no glyph."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pikepdf
from fontTools import agl
from pikepdf import Array, Dictionary, Name, Object, Stream

from eakte.pdfa.normal.encodings import code_names, differences, letter_of
from eakte.pdfa.normal.programs import BROKEN, with_widths
from eakte.pdfa.normal.truetype import (
    glyphs_by_code,
    glyphs_by_name,
    letters_of,
    opened,
    tables,
    with_codes,
)
from eakte.pdfa.normal.usage import Usage, fonts_of
from eakte.pdfa.unicode_maps import unicode_map

_SYMBOLIC, _NONSYMBOLIC = 1 << 2, 1 << 5
_DEFAULT_WIDTH = 1000.0
_MAX_CID = 0xFFFF
_ESCAPED = re.compile(rb"#([0-9a-fA-F]{2})")


def repair_embedded(pdf: pikepdf.Pdf, usage: Usage) -> None:
    """Bring widths in line, and write down what PDF/A wants to be said."""
    wanted: dict[tuple[int, int], dict[int, float]] = {}
    programs: dict[tuple[int, int], Dictionary] = {}
    for font in list(fonts_of(pdf)):
        _settle_cid_font(font)
        descriptor = _descriptor(font)
        program = None if descriptor is None else descriptor.get(Name.FontFile2)
        if descriptor is None or not isinstance(program, Stream):
            continue
        programs[program.objgen] = descriptor
        try:
            glyphs = _glyph_widths(font, usage, program)
        except (*BROKEN, pikepdf.PdfError):
            continue
        known = wanted.setdefault(program.objgen, {})
        for glyph, width in glyphs.items():
            known.setdefault(glyph, width)
    for mark, widths in wanted.items():
        _fit(programs[mark], widths)


def _fit(descriptor: Dictionary, widths: dict[int, float]) -> None:
    program = descriptor.FontFile2
    try:
        data = with_widths(program.read_bytes(), widths)
    except (*BROKEN, pikepdf.PdfError):
        return
    if data is not None:
        program.write(data)
        program.Length1 = len(data)


def _settle_cid_font(font: Dictionary) -> None:
    """Say that CIDs are glyph numbers where nothing is said: that is the default."""
    for descendant in _descendants(font):
        if descendant.get(Name.Subtype) == Name.CIDFontType2:
            if not isinstance(descendant.get(Name.CIDToGIDMap), Name | Stream):
                descendant.CIDToGIDMap = Name.Identity
        elif Name.CIDToGIDMap in descendant:
            del descendant.CIDToGIDMap


def _descendants(font: Dictionary) -> Iterable[Dictionary]:
    listed = font.get(Name.DescendantFonts)
    return (
        [item for item in listed if isinstance(item, Dictionary)]
        if isinstance(listed, Array)
        else []
    )


def _descriptor(font: Dictionary) -> Dictionary | None:
    holder: Object = font
    for descendant in _descendants(font):
        holder = descendant
    descriptor = holder.get(Name.FontDescriptor)
    return descriptor if isinstance(descriptor, Dictionary) else None


def _glyph_widths(font: Dictionary, usage: Usage, program: Stream) -> dict[int, float]:
    """Give the width that the dictionary tells for each glyph that is shown."""
    if font.get(Name.Subtype) == Name.Type0:
        return _cid_widths(font, usage)
    return _simple_widths(font, usage, program)


def _cid_widths(font: Dictionary, usage: Usage) -> dict[int, float]:
    if font.get(Name.Encoding) != Name("/Identity-H") or usage.unknown:
        return {}
    descendant = next(iter(_descendants(font)))
    told = _w_array(descendant.get(Name.W))
    default = descendant.get(Name.DW, _DEFAULT_WIDTH)
    to_glyph = descendant.get(Name.CIDToGIDMap)
    table = to_glyph.read_bytes() if isinstance(to_glyph, Stream) else None
    widths: dict[int, float] = {}
    for shown in usage.shown[font.objgen]:
        for at in range(0, len(shown) - 1, 2):
            cid = int.from_bytes(shown[at : at + 2], "big")
            glyph = cid if table is None else int.from_bytes(table[2 * cid : 2 * cid + 2], "big")
            widths.setdefault(glyph, told.get(cid, float(default)))
    return widths


def _w_array(listed: Object | None) -> dict[int, float]:
    """Read the widths of CIDs (ISO 32000-1 9.7.4.3)."""
    widths: dict[int, float] = {}
    items = list(listed) if isinstance(listed, Array) else []
    while len(items) > 1:
        first, second = int(items[0]), items[1]
        if isinstance(second, Array):
            widths |= {first + place: float(width) for place, width in enumerate(second)}
            items = items[2:]
        elif len(items) > 2:  # noqa: PLR2004 - first, last and width
            last = min(int(second), _MAX_CID)
            widths |= dict.fromkeys(range(first, last + 1), float(items[2]))
            items = items[3:]
        else:
            break
    return widths


def _simple_widths(font: Dictionary, usage: Usage, program: Stream) -> dict[int, float]:
    first, listed = font.get(Name.FirstChar), font.get(Name.Widths)
    if not isinstance(first, int) or not isinstance(listed, Array) or usage.unknown:
        return {}
    codes = {code for code in usage.codes(font) if 0 <= code - first < len(listed)}
    glyphs = _glyphs(font, tables(opened(program.read_bytes())), codes)
    return {glyph: float(listed[code - first]) for code, glyph in glyphs.items()}


def _glyphs(
    font: Dictionary, found: dict[tuple[int, int], dict[int, int]], codes: set[int]
) -> dict[int, int]:
    """Find the glyph of each code as viewers do: by its encoding, or by the program's tables."""
    names = {code: name for code, name in code_names(font).items() if code in codes}
    by_name = glyphs_by_name(found, names) if Name.Encoding in font else {}
    by_code = glyphs_by_code(found, codes)
    return by_code | by_name if not _is_symbolic(font) else by_name | by_code


def _is_symbolic(font: Dictionary) -> bool:
    flags = font.FontDescriptor.get(Name.Flags, 0)
    return isinstance(flags, int) and bool(flags & _SYMBOLIC) and not flags & _NONSYMBOLIC


def settle_simple(pdf: pikepdf.Pdf, usage: Usage) -> None:
    """Give simple fonts flags that say one thing, and TrueType programs a table that fits them."""
    for font in list(fonts_of(pdf)):
        descriptor = font.get(Name.FontDescriptor)
        if not isinstance(descriptor, Dictionary) or font.get(Name.Subtype) == Name.Type3:
            continue
        _settle_flags(font, descriptor)
        program = descriptor.get(Name.FontFile2)
        if font.get(Name.Subtype) == Name.TrueType and isinstance(program, Stream):
            try:
                _settle_codes(pdf, font, program, usage.codes(font))
            except (*BROKEN, pikepdf.PdfError):
                continue


def settle_names(pdf: pikepdf.Pdf) -> None:
    """Write the names of fonts in UTF-8 (ISO 19005-2 6.1.8); old ones are often in Latin-1."""
    for font in fonts_of(pdf):
        for holder in (font, *_descendants(font)):
            _settle_name(holder, Name.BaseFont)
            descriptor = holder.get(Name.FontDescriptor)
            if isinstance(descriptor, Dictionary):
                _settle_name(descriptor, Name.FontName)


def _settle_name(holder: Dictionary, key: Name) -> None:
    name = holder.get(key)
    if not isinstance(name, Name):
        return
    try:
        str(name)
    except UnicodeDecodeError:
        plain = _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), name.unparse())
        holder[key] = Name(plain.decode("latin-1"))


def _settle_flags(font: Dictionary, descriptor: Dictionary) -> None:
    """Set one of the flags symbolic and nonsymbolic: an encoding is for fonts of letters."""
    flags = descriptor.get(Name.Flags, 0)
    flags = flags if isinstance(flags, int) else 0
    if bool(flags & _SYMBOLIC) == bool(flags & _NONSYMBOLIC):
        flags &= ~(_SYMBOLIC | _NONSYMBOLIC)
        flags |= _NONSYMBOLIC if Name.Encoding in font else _SYMBOLIC
    descriptor.Flags = flags


def _settle_codes(pdf: pikepdf.Pdf, font: Dictionary, program: Stream, codes: set[int]) -> None:
    """Write a table of codes of its own into a program whose tables PDF/A does not take.

    The font becomes a symbolic one (ISO 19005-2 6.2.11.6): there is one way to read it.
    """
    loaded = opened(program.read_bytes())
    found = tables(loaded)
    if _conforms(font, found):
        return
    glyphs = _glyphs(font, found, codes)
    if not glyphs or len(glyphs) < len(codes):
        return
    data = with_codes(loaded, glyphs)
    if Name.ToUnicode not in font:
        names = code_names(font) if Name.Encoding in font else {}
        letters = letters_of(found, glyphs)
        letters |= {code: letter_of(names[code]) for code in glyphs if code in names}
        font.ToUnicode = pdf.make_stream(unicode_map(letters, 1))
    descriptor = Dictionary(dict(font.FontDescriptor.items()))
    descriptor.Flags = (int(descriptor.Flags) | _SYMBOLIC) & ~_NONSYMBOLIC
    descriptor.FontFile2 = pdf.make_stream(data, Length1=len(data))
    font.FontDescriptor = pdf.make_indirect(descriptor)
    if Name.Encoding in font:
        del font.Encoding


def _conforms(font: Dictionary, found: dict[tuple[int, int], dict[int, int]]) -> bool:
    """Tell whether tables, flags and encoding fit each other (ISO 19005-2 6.2.11.6)."""
    encoding = font.get(Name.Encoding)
    if _is_symbolic(font):
        return encoding is None and ((3, 0) in found or list(found) == [(1, 0)])
    if isinstance(encoding, Dictionary):
        named = differences(encoding.get(Name.Differences)).values()
        if named and ((3, 1) not in found or any(name not in agl.LEGACY_AGL2UV for name in named)):
            return False
        encoding = encoding.get(Name.BaseEncoding, Name.WinAnsiEncoding)
    usable = (3, 1) in found or (1, 0) in found
    return encoding in (Name.WinAnsiEncoding, Name.MacRomanEncoding) and usable
