"""Typefaces: which font file a face, weight and slant stand for, and how wide a text is in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont

MM_PER_POINT = 25.4 / 72
_MEASURED_AT = 200

_TRUETYPE = Path("/usr/share/fonts/truetype")
_GYRE = Path("/usr/share/texmf/fonts/opentype/public/tex-gyre")
_FAMILIES: dict[str, tuple[Path, str, tuple[str, str, str, str]]] = {
    "sans": (
        _TRUETYPE / "liberation",
        "LiberationSans-{}.ttf",
        ("Regular", "Bold", "Italic", "BoldItalic"),
    ),
    "serif": (
        _TRUETYPE / "liberation",
        "LiberationSerif-{}.ttf",
        ("Regular", "Bold", "Italic", "BoldItalic"),
    ),
    "mono": (
        _TRUETYPE / "liberation",
        "LiberationMono-{}.ttf",
        ("Regular", "Bold", "Italic", "BoldItalic"),
    ),
    "narrow": (
        _TRUETYPE / "liberation",
        "LiberationSansNarrow-{}.ttf",
        ("Regular", "Bold", "Italic", "BoldItalic"),
    ),
    "carlito": (
        _TRUETYPE / "crosextra",
        "Carlito-{}.ttf",
        ("Regular", "Bold", "Italic", "BoldItalic"),
    ),
    "caladea": (
        _TRUETYPE / "crosextra",
        "Caladea-{}.ttf",
        ("Regular", "Bold", "Italic", "BoldItalic"),
    ),
    "dejavu": (
        _TRUETYPE / "dejavu",
        "DejaVuSans{}.ttf",
        ("", "-Bold", "-Oblique", "-BoldOblique"),
    ),
    "pagella": (
        _GYRE,
        "texgyrepagella-{}.otf",
        ("regular", "bold", "italic", "bolditalic"),
    ),
    "heros": (
        _GYRE,
        "texgyreheros-{}.otf",
        ("regular", "bold", "italic", "bolditalic"),
    ),
    "schola": (
        _GYRE,
        "texgyreschola-{}.otf",
        ("regular", "bold", "italic", "bolditalic"),
    ),
    "bonum": (
        _GYRE,
        "texgyrebonum-{}.otf",
        ("regular", "bold", "italic", "bolditalic"),
    ),
    "cursor": (
        _GYRE,
        "texgyrecursor-{}.otf",
        ("regular", "bold", "italic", "bolditalic"),
    ),
    "chorus": (_GYRE, "texgyrechorus-{}.otf", ("mediumitalic",) * 4),
}


@dataclass(frozen=True)
class Ink:
    """How a text is written: face, size in points, weight, slant and colour (#rrggbb)."""

    face: str = "sans"
    size: float = 11.0
    bold: bool = False
    italic: bool = False
    colour: str = "#1c1c1c"


def font_path(ink: Ink) -> Path:
    """The Debian font file of this ink's face."""
    folder, pattern, names = _FAMILIES[ink.face]
    return folder / pattern.format(names[2 * ink.italic + ink.bold])


@cache
def font(path: Path, pixels: float) -> ImageFont.FreeTypeFont:
    """The font at so many pixels, without the optional Raqm shaping (it differs by machine)."""
    return ImageFont.truetype(str(path), pixels, layout_engine=ImageFont.Layout.BASIC)


def width(text: str, ink: Ink) -> float:
    """The width of the text in millimetres."""
    length = font(font_path(ink), _MEASURED_AT).getlength(text)
    return length / _MEASURED_AT * ink.size * MM_PER_POINT


def wrap(text: str, ink: Ink, room: float) -> list[str]:
    """The text broken into lines no wider than `room` millimetres; a longer word stands alone."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if line and width(longer, ink) > room:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line] if line else lines
