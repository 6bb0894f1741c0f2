"""A first page after DIN 5008: sender, address window, references and footer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sample_mail.generator.faces import Ink, width
from sample_mail.generator.marks import emblem, shield
from sample_mail.generator.surface import text_centred, text_right

if TYPE_CHECKING:
    from sample_mail.generator.model import Letter
    from sample_mail.generator.surface import Surface

LEFT = 25.0
RIGHT = 190.0
_WINDOW = {"A": 27.0, "B": 45.0}
_WITHOUT_WINDOW = {"form": 46.0, "card": 40.0, "note": 24.0}


def ink_of(letter: Letter) -> Ink:
    """The ink of the letter's running text."""
    colour = "#22306e" if letter.face == "chorus" else "#1c1c1c"
    return Ink(letter.face, letter.size, colour=colour)


def draw_head(surface: Surface, letter: Letter) -> float:
    """Draw everything above the Betreff; the height at which the text may begin."""
    _HEADS[letter.style](surface, letter)
    if letter.style in _WITHOUT_WINDOW:
        return _WITHOUT_WINDOW[letter.style]
    top = _WINDOW["A" if letter.style in {"private", "council"} else "B"]
    below = _draw_window(surface, letter, top)
    return max(below, _draw_info(surface, letter, top)) + 9


def _draw_window(surface: Surface, letter: Letter, top: float) -> float:
    ink = ink_of(letter)
    line = " · ".join(letter.sender[:3])
    small = Ink("sans", 7.0, colour="#333333")
    while width(line, small) > 84:
        small = replace(small, size=small.size - 0.2)
    surface.text((LEFT, top + 4), line, small)
    surface.stroke([(LEFT, top + 5.2), (LEFT + 85, top + 5.2)], 0.15, "#555555")
    for number, part in enumerate(letter.recipient):
        surface.text((LEFT, top + 15 + 4.9 * number), part, ink)
    return top + 45


def _draw_info(surface: Surface, letter: Letter, top: float) -> float:
    """The block of references on the right, or only the date line."""
    ink = ink_of(letter)
    label_ink = replace(ink, size=min(ink.size, 9.0))
    y = top + 8
    for label, value in letter.info:
        surface.text((125, y), f"{label}:", label_ink)
        surface.text((125 + max(24, width(label, label_ink) + 4), y), value, label_ink)
        y += 5
    if letter.info:
        surface.text((125, y + 3), letter.dateline, label_ink)
        return y + 3
    text_right(surface, (RIGHT, top + 52), letter.dateline, ink)
    return top + 52


def _private(surface: Surface, letter: Letter) -> None:
    """A private sender has no head: form A lets the window stand high."""
    ink = ink_of(letter)
    surface.text((LEFT, 14), letter.sender[0], replace(ink, bold=True, size=ink.size + 1))
    for number, part in enumerate(letter.sender[1:]):
        surface.text((LEFT, 18.4 + 4.2 * number), part, replace(ink, size=min(10.0, ink.size)))


def _firm(surface: Surface, letter: Letter) -> None:
    ink = Ink(letter.face, 17, bold=True, colour=letter.colour)
    emblem(surface, (LEFT, 12), letter.sender[0], letter.colour)
    surface.text((LEFT + 16, 19), letter.sender[0], ink)
    surface.text((LEFT + 16, 24.5), letter.tagline, Ink(letter.face, 9, colour="#444444"))
    surface.stroke([(LEFT, 29), (RIGHT, 29)], 0.5, letter.colour)
    _footer(surface, letter)


def _authority(surface: Surface, letter: Letter) -> None:
    shield(surface, (RIGHT - 14, 12), 12, letter.colour)
    text_right(surface, (RIGHT - 18, 18), letter.sender[0], Ink(letter.face, 13, bold=True))
    text_right(surface, (RIGHT - 18, 23.5), letter.tagline, Ink(letter.face, 9))
    _footer(surface, letter)


def _council(surface: Surface, letter: Letter) -> None:
    surface.fill([(0, 0), (210, 0), (210, 5), (0, 7)], letter.colour)
    text_right(
        surface,
        (RIGHT, 16),
        letter.sender[0],
        Ink(letter.face, 15, bold=True, colour=letter.colour),
    )
    text_right(surface, (RIGHT, 21.5), letter.tagline, Ink(letter.face, 9))
    _footer(surface, letter)


def _form(surface: Surface, letter: Letter) -> None:
    """A form: the office's address on the left, the sheet's name on the right."""
    ink = Ink(letter.face, 9)
    for number, part in enumerate(letter.recipient):
        surface.text((LEFT, 18 + 4.5 * number), part, ink)
    text_right(surface, (RIGHT, 18), letter.tagline, replace(ink, size=8))
    surface.stroke([(LEFT, 38), (RIGHT, 38)], 0.6, letter.colour)
    _footer(surface, letter)


def _card(surface: Surface, letter: Letter) -> None:
    surface.stroke([(LEFT, 32), (RIGHT, 32)], 0.8, letter.colour)
    text_centred(
        surface, (105, 24), letter.tagline, Ink(letter.face, 20, bold=True, colour=letter.colour)
    )


def _note(surface: Surface, letter: Letter) -> None:
    """A slip of paper has nothing above its text."""
    del surface, letter


def _footer(surface: Surface, letter: Letter) -> None:
    if not letter.footer:
        return
    ink = Ink(letter.face, 7.5, colour="#333333")
    surface.stroke([(LEFT, 275), (RIGHT, 275)], 0.2, letter.colour)
    step = (RIGHT - LEFT) / len(letter.footer)
    for column, lines in enumerate(letter.footer):
        for row, line in enumerate(lines):
            surface.text((LEFT + step * column, 279 + 3.6 * row), line, ink)


_HEADS = {
    "private": _private,
    "firm": _firm,
    "authority": _authority,
    "council": _council,
    "form": _form,
    "card": _card,
    "note": _note,
}
