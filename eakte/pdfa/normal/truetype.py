"""Simple TrueType fonts: which glyph a code shows, and a table that says so in one way only."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping

from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

from eakte.pdfa.normal.encodings import letter_of, mac_codes

SYMBOL_CODES = 0xF000
_OFFSETS = (SYMBOL_CODES, 0, 0xF100, 0xF200)
_UNICODE = ((3, 10), (3, 1), (0, 6), (0, 4), (0, 3), (0, 2), (0, 1), (0, 0))

Table = tuple[int, int]


def opened(data: bytes) -> TTFont:
    """Open a program to be changed little; its glyphs are named by their numbers."""
    font = TTFont(io.BytesIO(data), lazy=True, recalcBBoxes=False, recalcTimestamp=False)
    font.setGlyphOrder([f"g{number}" for number in range(font["maxp"].numGlyphs)])
    return font


def tables(font: TTFont) -> dict[Table, dict[int, int]]:
    """Give for each table of the program (platform, encoding) the glyph number of each code."""
    if "cmap" not in font:
        return {}
    return {
        (table.platformID, table.platEncID): {
            code: int(name[1:]) for code, name in table.cmap.items()
        }
        for table in font["cmap"].tables
        if hasattr(table, "cmap")
    }


def glyphs_by_name(
    found: Mapping[Table, Mapping[int, int]], names: Mapping[int, str]
) -> dict[int, int]:
    """Find the glyphs of codes by the names of their encoding (ISO 32000-1 9.6.6.4)."""
    unicode = next((found[table] for table in _UNICODE if table in found), None)
    mac = found.get((1, 0))
    glyphs = {}
    for code, name in names.items():
        letters = letter_of(name)
        glyph = unicode.get(ord(letters), 0) if unicode and len(letters) == 1 else 0
        if not glyph and mac:
            glyph = mac.get(mac_codes().get(name, -1), 0)
        if glyph:
            glyphs[code] = glyph
    return glyphs


def glyphs_by_code(found: Mapping[Table, Mapping[int, int]], codes: set[int]) -> dict[int, int]:
    """Find the glyphs of codes in the program's own tables, as for symbolic fonts."""
    return {code: glyph for code in codes if (glyph := next(_candidates(found, code), 0))}


def _candidates(found: Mapping[Table, Mapping[int, int]], code: int) -> Iterator[int]:
    for offset in _OFFSETS:
        glyph = found.get((3, 0), {}).get(offset + code, 0)
        if glyph:
            yield glyph
    if found.get((1, 0), {}).get(code, 0):
        yield found[1, 0][code]


def with_codes(font: TTFont, glyphs: Mapping[int, int]) -> bytes:
    """Give the program with one table: the glyphs of these codes."""
    subtable = CmapSubtable.newSubtable(4)
    subtable.platformID, subtable.platEncID, subtable.language = 3, 0, 0
    subtable.cmap = {SYMBOL_CODES + code: f"g{glyph}" for code, glyph in glyphs.items()}
    table = newTable("cmap")
    table.tableVersion, table.tables = 0, [subtable]
    font["cmap"] = table
    out = io.BytesIO()
    font.save(out, reorderTables=None)
    return out.getvalue()


def letters_of(
    found: Mapping[Table, Mapping[int, int]], glyphs: Mapping[int, int]
) -> dict[int, str]:
    """Say which letters codes mean, as far as the program's Unicode table tells."""
    unicode = next((found[table] for table in _UNICODE if table in found), {})
    letters = {glyph: chr(code) for code, glyph in sorted(unicode.items(), reverse=True)}
    return {code: letters[glyph] for code, glyph in glyphs.items() if glyph in letters}
