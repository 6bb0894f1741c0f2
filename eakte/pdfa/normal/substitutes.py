"""Fonts free to embed (SIL Open Font License) that stand in for those that were not embedded.

Liberation has the metrics of Arial, Times New Roman and Courier New, Carlito those of Calibri,
Caladea those of Cambria; DejaVu has the signs of Symbol and ZapfDingbats.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.misc.transform import Scale
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

_FOLDER = Path("/usr/share/fonts/truetype")
_LIBERATION = ("Regular", "Bold", "Italic", "BoldItalic")
_FAMILIES = {
    "sans": ("Liberation Sans", "liberation/LiberationSans", _LIBERATION),
    "narrow": ("Liberation Sans Narrow", "liberation/LiberationSansNarrow", _LIBERATION),
    "serif": ("Liberation Serif", "liberation/LiberationSerif", _LIBERATION),
    "mono": ("Liberation Mono", "liberation/LiberationMono", _LIBERATION),
    "calibri": ("Carlito", "crosextra/Carlito", _LIBERATION),
    "cambria": ("Caladea", "crosextra/Caladea", _LIBERATION),
    "signs": ("DejaVu Sans", "dejavu/DejaVuSans", ("", "Bold", "Oblique", "BoldOblique")),
}
_WORDS = (
    ("signs", r"symbol|dingbats"),
    ("narrow", r"arialnarrow|helveticanarrow|(arial|helvetica|univers|frutiger).*cond"),
    ("calibri", r"calibri|carlito"),
    ("cambria", r"cambria|caladea"),
    ("mono", r"courier|mono|consolas|typewriter|lucidaconsole"),
    ("sans", r"arial|helvetica|sans|verdana|tahoma|segoe|frutiger|univers|trebuchet|myriad"),
    ("serif", r"times|serif|georgia|garamond|bookman|palatino|century|minion|roman"),
)
"""Which family a font's name (small letters only) calls for: the first that fits."""
_OTHER_SIGNS = re.compile(r"wingdings|webdings|marlett|barcode|code128|code39|ocr[ab]|musical")
"""Fonts whose codes mean something else in each of them."""
_FIXED, _SERIF, _ITALIC, _BOLD = 1 << 0, 1 << 1, 1 << 6, 1 << 18


@dataclass(frozen=True)
class Style:
    """What a font that is missing looked like: its family as a key of the table, and its style."""

    family: str
    bold: bool
    italic: bool

    @property
    def name(self) -> str:
        """Name the font that stands in."""
        title, _, _ = _FAMILIES[self.family]
        style = f"{' Bold' if self.bold else ''}{' Italic' if self.italic else ''}"
        return f"{title}{style}"

    @property
    def path(self) -> Path:
        """Say where that font is."""
        _, start, styles = _FAMILIES[self.family]
        style = styles[self.bold + 2 * self.italic]
        return _FOLDER / (f"{start}-{style}.ttf" if style else f"{start}.ttf")


def style_of(name: str, flags: int, angle: float) -> Style | None:
    """Tell what a font looked like from its name and the flags of its descriptor.

    None: it was a font of signs that no other one has.
    """
    plain = re.sub(r"[^a-z0-9]", "", re.sub(r"^[A-Z]{6}\+", "", name).lower())
    if _OTHER_SIGNS.search(plain):
        return None
    bold = bool(re.search(r"bold|black|heavy|demi", plain)) or bool(flags & _BOLD)
    italic = bool(re.search(r"italic|oblique|kursiv", plain)) or bool(flags & _ITALIC)
    fitting = (family for family, words in _WORDS if re.search(words, plain))
    family = next(fitting, None)
    if family is None:
        family = "mono" if flags & _FIXED else "serif" if flags & _SERIF else "sans"
    return Style(family, bold, italic or angle != 0)


@cache
def open_font(path: Path) -> TTFont | None:
    """Open a font of the system; None if it is not installed."""
    return TTFont(path, lazy=True) if path.is_file() else None


def glyph_name(font: TTFont, text: str) -> str | None:
    """Find the glyph of a letter; a letter that looks the same will do."""
    cmap = font.getBestCmap()
    for letter in (text, _LIKE.get(text, text)):
        if len(letter) == 1 and ord(letter) in cmap:
            return str(cmap[ord(letter)])
    return None


_LIKE = {
    "\u00a0": " ",
    "\u00ad": "-",
    "\u2126": "Ω",
    "\u2206": "Δ",
    "\u03bc": "µ",
    "\u00b5": "μ",
    "\u2215": "\u2044",
    "\u2219": "·",
    "\u02c9": "¯",
}


def outline(font: TTFont, name: str, stretch: float) -> object:
    """Draw a glyph anew, its width multiplied."""
    glyphs = font.getGlyphSet()
    recording = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(recording)
    pen = TTGlyphPen(None)
    recording.replay(TransformPen(pen, Scale(stretch, 1)) if stretch != 1 else pen)
    return pen.glyph()


def advance(font: TTFont, name: str) -> float:
    """Give a glyph's width in thousandths of an em."""
    width, _ = font["hmtx"][name]
    return float(width * 1000 / font["head"].unitsPerEm)
