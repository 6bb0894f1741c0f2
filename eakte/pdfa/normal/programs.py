"""Embedded TrueType programs whose widths are not those of their font dictionary.

Viewers place text by the widths of the dictionary, and draw glyphs by the outlines of the program:
so the program's table of widths can be corrected without anything moving (ISO 19005-2 6.2.11.5).
"""

from __future__ import annotations

import io
import logging
import struct
from collections.abc import Mapping

from fontTools.ttLib import TTFont, TTLibError
from fontTools.ttLib.tables.DefaultTable import DefaultTable

BROKEN = (
    TTLibError,
    struct.error,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    OverflowError,
    EOFError,
)
"""What fontTools raises on programs that are damaged."""
_TOLERANCE = 1.0
logging.getLogger("fontTools").addHandler(logging.NullHandler())
_ENTRY = struct.Struct(">Hh")
_BEARING = struct.Struct(">h")
_GREATEST = 0xFFFF


def with_widths(data: bytes, wanted: Mapping[int, float]) -> bytes | None:
    """Give a program whose glyphs have the widths wanted, in thousandths of an em.

    Widths that are right, and those of other glyphs, stay. None: nothing has to change.
    Raises one of BROKEN.
    """
    font = TTFont(io.BytesIO(data), lazy=True, recalcBBoxes=False, recalcTimestamp=False)
    count = font["maxp"].numGlyphs
    units = max(font["head"].unitsPerEm, 1)
    raw = font.reader["hmtx"]
    long = font["hhea"].numberOfHMetrics
    metrics, whole = _read(raw, count, long)
    changed = False
    for glyph, width in wanted.items():
        if glyph >= count:
            continue
        told, bearing = metrics[glyph]
        if abs(told * 1000 / units - width) > _TOLERANCE:
            metrics[glyph] = (min(max(0, round(width * units / 1000)), _GREATEST), bearing)
            changed = True
    if whole and not changed:
        return None
    table = DefaultTable("hmtx")
    table.data = b"".join(_ENTRY.pack(*metric) for metric in metrics)
    font["hmtx"] = table
    font["hhea"].numberOfHMetrics = count
    out = io.BytesIO()
    font.save(out, reorderTables=None)
    return out.getvalue()


def _read(raw: bytes, count: int, long: int) -> tuple[list[tuple[int, int]], bool]:
    """Read width and bearing of each glyph; tell whether the table had them all."""
    metrics: list[tuple[int, int]] = []
    whole = True
    for glyph in range(count):
        at = glyph * 4 if glyph < long else long * 4 + (glyph - long) * 2
        if glyph < long and at + 4 <= len(raw):
            metrics.append(_ENTRY.unpack_from(raw, at))
        elif glyph >= long > 0 and at + 2 <= len(raw):
            metrics.append((metrics[long - 1][0], _BEARING.unpack_from(raw, at)[0]))
        else:
            metrics.append((metrics[long - 1][0] if glyph >= long > 0 else 0, 0))
            whole = False
    return metrics, whole
