"""From the codes of a simple font to the letters that they mean (ISO 32000-1 9.6.6)."""

from __future__ import annotations

import re
from functools import cache

from fontTools import agl
from pikepdf import Array, Dictionary, Name, Object
from reportlab.pdfbase import _fontdata

_TABLES: dict[str, tuple[str | None, ...]] = {
    "/WinAnsiEncoding": tuple(_fontdata.encodings["WinAnsiEncoding"]),
    "/MacRomanEncoding": tuple(_fontdata.encodings["MacRomanEncoding"]),
    "/StandardEncoding": tuple(_fontdata.encodings["StandardEncoding"]),
    "/MacExpertEncoding": tuple(_fontdata.encodings["MacExpertEncoding"]),
    "/Symbol": tuple(_fontdata.encodings["SymbolEncoding"]),
    "/ZapfDingbats": tuple(_fontdata.encodings["ZapfDingbatsEncoding"]),
}
_CODES = 256
_BULLET = 0x95


def code_names(font: Dictionary) -> dict[int, str]:
    """Give the name of the glyph of each code of a font that is not embedded."""
    base_font = str(font.get(Name.BaseFont, ""))
    encoding = font.get(Name.Encoding)
    base = encoding.get(Name.BaseEncoding) if isinstance(encoding, Dictionary) else encoding
    table = _TABLES.get(_builtin(base_font) or str(base))
    if table is None:
        usual = "/WinAnsiEncoding" if font.get(Name.Subtype) == Name.TrueType else None
        table = _TABLES[usual or "/StandardEncoding"]
    names = {code: name for code, name in enumerate(table) if name}
    if isinstance(encoding, Dictionary):
        names.update(differences(encoding.get(Name.Differences)))
    return names


def differences(listed: Object | None) -> dict[int, str]:
    """Read the differences of an encoding; what is no name or number in them is skipped."""
    found = {}
    code = 0
    for item in listed if isinstance(listed, Array) else ():
        if isinstance(item, int):
            code = item
        elif isinstance(item, Name):
            if 0 <= code < _CODES:
                found[code] = str(item)[1:]
            code += 1
    return found


def letter_of(name: str, *, dingbats: bool = False) -> str:
    """Give the text that a glyph name stands for; empty if it says nothing."""
    return str(agl.toUnicode(name, isZapfDingbats=dingbats))


def standard_widths(base_font: str) -> dict[str, int]:
    """Give the widths of one of the 14 standard fonts by glyph name; empty for any other."""
    plain = base_font.removeprefix("/")
    name = _ALIASES.get(plain, plain)
    widths: dict[str, int] = _fontdata.widthsByFontGlyph.get(name, {})
    return widths


def is_dingbats(base_font: str) -> bool:
    """Tell whether a font is ZapfDingbats, whose glyphs have names of their own."""
    return _builtin(base_font) == "/ZapfDingbats"


def _builtin(base_font: str) -> str | None:
    """Name the table of a font of signs that has one of its own."""
    plain = re.sub(r"[^a-z]", "", base_font.lower())
    if "dingbats" in plain and "zapf" in plain:
        return "/ZapfDingbats"
    return "/Symbol" if re.match(r"symbol(mt)?(bold|italic)*$", plain) else None


def _aliases() -> dict[str, str]:
    """Give the other names of the standard fonts (as viewers know them)."""
    found = {}
    families = {
        "Arial": ("Helvetica", "Oblique", ""),
        "ArialMT": ("Helvetica", "Oblique", ""),
        "CourierNew": ("Courier", "Oblique", ""),
        "CourierNewPSMT": ("Courier", "Oblique", ""),
        "TimesNewRoman": ("Times", "Italic", "-Roman"),
        "TimesNewRomanPSMT": ("Times", "Italic", "-Roman"),
        "TimesNewRomanPS": ("Times", "Italic", "-Roman"),
    }
    for alias, (family, slant, regular) in families.items():
        found[alias] = f"{family}{regular}"
        stem = alias.removesuffix("MT") if alias.endswith("PSMT") else alias
        for separator in (",", "-"):
            found[f"{alias}{separator}Bold"] = f"{family}-Bold"
            found[f"{alias}{separator}Italic"] = f"{family}-{slant}"
            found[f"{alias}{separator}BoldItalic"] = f"{family}-Bold{slant}"
            found[f"{stem}{separator}BoldMT"] = f"{family}-Bold"
            found[f"{stem}{separator}ItalicMT"] = f"{family}-{slant}"
            found[f"{stem}{separator}BoldItalicMT"] = f"{family}-Bold{slant}"
    return found


_ALIASES = _aliases()


@cache
def mac_codes() -> dict[str, int]:
    """Give the code of each glyph name in MacRomanEncoding."""
    return {name: code for code, name in enumerate(_TABLES["/MacRomanEncoding"]) if name}
