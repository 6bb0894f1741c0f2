"""Which character codes of a font have a Unicode value that is proven (ISO 19005-2 6.2.11.7.2).

A ToUnicode CMap counts first, then an encoding of named glyphs. Not counted, although the standard
would: MacExpertEncoding and the Adobe-GB1, -CNS1, -Japan1 and -Korea1 collections (which of their
codes have a value is in tables of Adobe's that are not at hand), and glyph names that only the
font program tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

import pikepdf
from fontTools.agl import LEGACY_AGL2UV
from pikepdf import Array, Dictionary, Name, Stream

from eakte.pdfa.cmap import TWO_BYTES, CMap, read_cmap
from eakte.pdfa.decoded import decoded

_MAX_CMAP = 8 << 20
_SYMBOLIC, _NONSYMBOLIC = 1 << 2, 1 << 5
_LAST_CODE = 0xFF
_IDENTITY = (Name("/Identity-H"), Name("/Identity-V"))
_SIMPLE = (Name.Type1, Name.MMType1, Name.TrueType, Name.Type3)
_NOT_IN_MAC_ROMAN = frozenset("\x7f≠∞≤≥∂∑∏π∫Ω√≈∆◊\uf8ff€")
"""What Apple's MacRoman has and the MacRomanEncoding of PDF lacks (ISO 32000-1 D.2)."""


class FontCodes:
    """The codes of one font; what cannot be followed has no proven code."""

    def __init__(self, font: pikepdf.Object) -> None:
        """Read the font's maps."""
        self.name = _text(font.get(Name.BaseFont) or font.get(Name.Name))
        self.problem = ""
        self._values = dict[int, bool]()
        self._named = frozenset[int]()
        self._proven = set[int]()
        self._codespace: CMap | None = None
        try:
            self._read(font)
        except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError) as problem:
            self.problem = str(problem) or type(problem).__name__

    def _read(self, font: pikepdf.Object) -> None:
        if Name.ToUnicode in font:
            self._values = _cmap(font[Name.ToUnicode]).values
        subtype = font.get(Name.Subtype)
        if subtype == Name.Type0:
            self._codespace = _codespace(font[Name.Encoding])
        elif subtype in _SIMPLE:
            self._named = _named_codes(font)
        else:
            raise ValueError("the font is of an unknown type")

    def unproven(self, shown: bytes) -> Iterable[str]:
        """Say what is unproven about a string shown in this font."""
        if self.problem:
            return [self.problem]
        try:
            codes = set(shown if self._codespace is None else self._codespace.codes(shown))
        except ValueError as problem:
            return [str(problem)]
        doubtful = sorted(code for code in codes - self._proven if not self._has(code))
        self._proven |= codes.difference(doubtful)
        return [f"code 0x{code:02X} has no Unicode value" for code in doubtful]

    def _has(self, code: int) -> bool:
        value = self._values.get(code)
        return code in self._named if value is None else value


def _cmap(found: pikepdf.Object) -> CMap:
    if not isinstance(found, Stream):
        raise TypeError("the font's CMap is no stream")
    if Name.UseCMap in found or _text(found.get(Name.CMapName)).startswith("Identity"):
        raise ValueError("the CMap builds on another one")
    return read_cmap(decoded(found, _MAX_CMAP))


def _codespace(encoding: pikepdf.Object) -> CMap:
    if encoding in _IDENTITY:
        return CMap(codespace=TWO_BYTES)
    if isinstance(encoding, Name):
        raise TypeError("the font uses a predefined CMap")
    return _cmap(encoding)


def _named_codes(font: pikepdf.Object) -> frozenset[int]:
    """Give the codes whose glyphs have names of the Adobe Glyph List."""
    if font.get(Name.Subtype) == Name.TrueType and not _is_nonsymbolic(font):
        return frozenset()
    encoding = font.get(Name.Encoding)
    if isinstance(encoding, Name):
        return _predefined(str(encoding))
    if not isinstance(encoding, Dictionary):
        return frozenset()
    named = set(_predefined(_text(encoding.get(Name.BaseEncoding), "/")))
    for code, glyph in _differences(encoding.get(Name.Differences, Array([]))):
        (named.add if glyph in LEGACY_AGL2UV else named.discard)(code)
    return frozenset(named)


def _is_nonsymbolic(font: pikepdf.Object) -> bool:
    flags = int(font.FontDescriptor.get(Name.Flags, _SYMBOLIC))
    return bool(flags & _NONSYMBOLIC) and not flags & _SYMBOLIC


def _differences(entries: pikepdf.Object) -> Iterator[tuple[int, str]]:
    """Give code and glyph name of each entry of a Differences array."""
    if not isinstance(entries, Array):
        raise TypeError("the font's Differences are no array")
    code = None
    for entry in entries:
        if not isinstance(entry, Name):
            code = int(entry)
        elif code is None or not 0 <= code <= _LAST_CODE:
            raise ValueError("the font's Differences name no code")
        else:
            yield code, str(entry)[1:]
            code += 1


@cache
def _predefined(encoding: str) -> frozenset[int]:
    """Give the codes of WinAnsiEncoding or MacRomanEncoding, none of any other."""
    codec = {"/WinAnsiEncoding": "cp1252", "/MacRomanEncoding": "mac_roman"}.get(encoding)
    if codec is None:
        return frozenset()
    letters = {code: bytes([code]).decode(codec, "replace") for code in range(0x20, 0x100)}
    unused = _NOT_IN_MAC_ROMAN if codec == "mac_roman" else frozenset("\x7f")
    return frozenset(
        code
        for code, letter in letters.items()
        if letter not in unused and letter != "\N{REPLACEMENT CHARACTER}"
    )


def _text(found: pikepdf.Object | None, prefix: str = "") -> str:
    """Give a name or string as text, without the slash of a name."""
    if not isinstance(found, Name):
        return ""
    return prefix + str(found)[1:]
