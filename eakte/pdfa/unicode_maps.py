"""ToUnicode CMaps: which letters the codes of a font mean (ISO 32000-1 9.10.3)."""

from __future__ import annotations

from collections.abc import Mapping

_PER_BLOCK = 100
"""A section may list so many at once (Adobe Technical Note 5014)."""


def unicode_map(letters: Mapping[int, str], code_bytes: int) -> bytes:
    """Write the CMap of a font with so many bytes a code."""
    digits = 2 * code_bytes
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        f"<{'0' * digits}> <{'F' * digits}>",
        "endcodespacerange",
    ]
    entries = [
        f"<{code:0{digits}X}> <{text.encode('utf-16-be').hex().upper()}>"
        for code, text in sorted(letters.items())
        if text
    ]
    for start in range(0, len(entries), _PER_BLOCK):
        block = entries[start : start + _PER_BLOCK]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines).encode("ascii")
