"""Does the look of a form field show the field's value? A sender can make the two differ."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream, String

from eakte.pdfa.normal.encodings import code_names, letter_of

_SIMPLE = (Name.Type1, Name.TrueType, Name.MMType1)
_SHOWING = {"Tj", "TJ", "'", '"'}


def shows(look: Stream, form: Dictionary, value: str) -> bool:
    """Tell whether letters and digits of a value stand in what an appearance shows.

    Punctuation may differ (1000 is shown as 1.000,00). True if it shows text in a font whose codes
    are not simple, or draws other streams: then nobody knows.
    """
    wanted = _plain(value)
    if not wanted:
        return True
    told = [look.get(Name.Resources), form.get(Name.DR)]
    fonts = [entry.get(Name.Font) for entry in told if isinstance(entry, Dictionary)]
    try:
        return wanted in _plain("".join(_letters(look, fonts)))
    except LookupError:
        return True


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _letters(look: Stream, fonts: list[Object | None]) -> Iterator[str]:
    """Give the letters that are shown; raises LookupError if they cannot be told."""
    names: dict[int, str] = {}
    for instruction in pikepdf.parse_content_stream(look):
        operator, operands = str(instruction.operator), instruction.operands
        if operator == "Do":
            raise LookupError
        if operator == "Tf":
            names = _names(str(operands[0]), fonts)
        elif operator in _SHOWING:
            for code in b"".join(_strings(operands[-1])):
                yield letter_of(names[code])


def _names(name: str, fonts: list[Object | None]) -> dict[int, str]:
    for listed in fonts:
        font = listed.get(name) if isinstance(listed, Dictionary) else None
        if isinstance(font, Dictionary) and font.get(Name.Subtype) in _SIMPLE:
            return code_names(font)
    raise LookupError


def _strings(shown: Object) -> Iterator[bytes]:
    parts = list(shown) if isinstance(shown, Array) else [shown]
    yield from (bytes(part) for part in parts if isinstance(part, String))
