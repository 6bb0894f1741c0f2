"""Appearances of form fields that have none, or whose form says that they are out of date.

Some programs fill in only the values and leave the drawing to the viewer (/NeedAppearances, ISO
32000-1 12.7.3.3). What a field says is drawn whole: where it is too long, in smaller letters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream, String

from eakte.pdfa.normal.encodings import code_names, letter_of, standard_widths

_MAX_PARENTS = 32
_MULTILINE, _PASSWORD, _COMBO, _COMB = 1 << 12, 1 << 13, 1 << 17, 1 << 24
_FONT = re.compile(r"/(\S+)\s+(-?[\d.]+)\s+Tf")
_MARKED = re.compile(rb"/Tx\s+BMC.*?EMC", re.DOTALL)
_SHOWS_TEXT = re.compile(rb"\b(Tj|TJ)\b")
_MARGIN, _LARGEST, _SMALLEST, _LEADING, _CAP = 2.0, 12.0, 3.0, 1.15, 0.7
_CENTRED, _RIGHT = 1, 2
_STEP = 0.95
_CHOSEN = "0.6 0.75 0.85 rg"
_PLAIN = Name.EaktePlain
"""Where the form keeps the font for fields whose own font will not do."""


@dataclass(frozen=True)
class _Typeface:
    """A font of the form, the code of each letter and its width in thousandths of an em."""

    name: str
    object: Object
    codes: dict[str, int]
    widths: dict[int, float]

    def width(self, text: str, size: float) -> float:
        return sum(self.widths.get(self.codes[letter], 500.0) for letter in text) * size / 1000


def draw_field(pdf: pikepdf.Pdf, item: Dictionary, form: Dictionary) -> bool:
    """Draw what a text or choice field says; False: it says something that could not be drawn."""
    text = _text(item)
    look = _old_look(item)
    if not all(_extent(item)):
        return True
    stale = look is None or bool(form.get(Name.NeedAppearances))
    told = str(_inherited(item, Name.DA) or form.get(Name.DA) or "")
    match = _FONT.search(told)
    size = float(match[2]) if match else 0.0
    listed = _listed(item, size)
    if (
        not (text.strip() or listed)
        or not stale
        or _inherited(item, Name.FT) not in (Name.Tx, Name.Ch)
    ):
        return True
    old = look.read_bytes() if look is not None else _frame(item)
    before = _MARKED.sub(b"", old)
    if _SHOWS_TEXT.search(before):
        return True
    typeface = _typeface(pdf, form, match[1] if match else "", "\n".join([text, *listed]))
    if typeface is None:
        return False
    colour = _FONT.sub("", told) or "0 g"
    chosen = frozenset(text.split("\n")) if listed else frozenset[str]()
    body = _lines(item, typeface, "\n".join(listed) or text, size, chosen)
    drawn = f"/Tx BMC q BT {colour} {body} ET Q EMC".encode("latin-1", "replace")
    made = pdf.make_stream(before + b"\n" + drawn)
    made.Type, made.Subtype = Name.XObject, Name.Form
    width, height = _extent(item)
    made.BBox = Array([0, 0, width, height])
    fonts = {f"/{typeface.name}": typeface.object}
    made.Resources = Dictionary(Font=Dictionary(fonts))
    item.AP = Dictionary(N=made)
    return True


def _old_look(item: Dictionary) -> Stream | None:
    appearance = item.get(Name.AP)
    look = appearance.get(Name.N) if isinstance(appearance, Dictionary) else None
    return look if isinstance(look, Stream) else None


def _inherited(item: Dictionary, key: Name) -> Object | None:
    """Look an entry up in a field and those that it belongs to."""
    node: Object | None = item
    for _ in range(_MAX_PARENTS):
        if not isinstance(node, Dictionary):
            return None
        if key in node:
            return node.get(key)
        node = node.get(Name.Parent)
    return None


def _flags(item: Dictionary) -> int:
    flags = _inherited(item, Name.Ff)
    return flags if isinstance(flags, int) else 0


def value_of(item: Dictionary) -> str:
    """Give what a text or choice field says; "" for fields of other kinds."""
    return _text(item) if _inherited(item, Name.FT) in (Name.Tx, Name.Ch) else ""


def _text(item: Dictionary) -> str:
    """Give what the field says, choices by the words that are shown for them."""
    value = _inherited(item, Name.V)
    parts = list(value) if isinstance(value, Array) else [value]
    words = [str(part) for part in parts if isinstance(part, String)]
    shown = _options(item)
    text = "\n".join(shown.get(word, word) for word in words)
    return "*" * len(text) if _flags(item) & _PASSWORD else text


def _options(item: Dictionary) -> dict[str, str]:
    """Give the words shown for each value that can be chosen."""
    options = _inherited(item, Name.Opt)
    pairs = [
        list(option)[:2] if isinstance(option, Array) else [option, option]
        for option in (options if isinstance(options, Array) else ())
    ]
    return {
        str(pair[0]): str(pair[1])
        for pair in pairs
        if len(pair) == 2 and all(isinstance(word, String) for word in pair)  # noqa: PLR2004
    }


def _listed(item: Dictionary, size: float) -> list[str]:
    """Give all lines of a list box, if they have room; nothing for any other field."""
    if _inherited(item, Name.FT) != Name.Ch or _flags(item) & _COMBO:
        return []
    lines = list(_options(item).values())
    _, height = _extent(item)
    return lines if len(lines) * (size or _LARGEST) * _LEADING <= height else []


def _typeface(pdf: pikepdf.Pdf, form: Dictionary, name: str, text: str) -> _Typeface | None:
    """Find the font that the form names, or Helvetica, that has all letters."""
    resources = form.get(Name.DR)
    fonts = resources.get(Name.Font) if isinstance(resources, Dictionary) else None
    named = fonts.get(f"/{name}") if name and isinstance(fonts, Dictionary) else None
    if _PLAIN not in form:
        form[_PLAIN] = pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.Type1,
                BaseFont=Name.Helvetica,
                Encoding=Name.WinAnsiEncoding,
            )
        )
    for font in (named, form[_PLAIN]):
        if not isinstance(font, Dictionary) or font.get(Name.Subtype) not in (
            Name.Type1,
            Name.TrueType,
        ):
            continue
        names = code_names(font)
        codes = {letter_of(glyph): code for code, glyph in sorted(names.items(), reverse=True)}
        if all(letter in codes for letter in text if letter not in "\r\n"):
            return _Typeface(name or "Helv", font, codes, _widths(font, names))
    return None


def _widths(font: Dictionary, names: dict[int, str]) -> dict[int, float]:
    first, listed = font.get(Name.FirstChar), font.get(Name.Widths)
    if isinstance(first, int) and isinstance(listed, Array):
        return {
            first + place: float(width) if isinstance(width, int | float | Decimal) else 500.0
            for place, width in enumerate(listed)
        }
    standard = standard_widths(str(font.get(Name.BaseFont, ""))) or standard_widths("/Helvetica")
    return {code: float(standard.get(name, 500)) for code, name in names.items()}


def _extent(item: Dictionary) -> tuple[float, float]:
    """Give width and height of the field; nothing if it has no place."""
    try:
        left, low, right, top = (float(value) for value in item.Rect)
    except (AttributeError, TypeError, ValueError):
        return 0.0, 0.0
    return abs(right - left), abs(top - low)


def _lines(
    item: Dictionary, typeface: _Typeface, text: str, size: float, chosen: frozenset[str]
) -> str:
    """Lay the text into the field, and give the operators that show it; chosen lines are marked."""
    width, height = _extent(item)
    inner = max(width - 2 * _MARGIN, 1.0)
    paragraphs = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    many = bool(_flags(item) & _MULTILINE) or len(paragraphs) > 1
    length = _inherited(item, Name.MaxLen)
    if _flags(item) & _COMB and isinstance(length, int) and length > 0:
        return _cells(typeface, text, size or min(_LARGEST, height * _CAP), width / length, height)
    size = size if size > 0 else min(_LARGEST, height * _CAP if not many else _LARGEST)
    while True:
        lines = _broken(typeface, paragraphs, size, inner) if many else paragraphs
        fits = all(typeface.width(line, size) <= inner for line in lines)
        fits = fits and (not many or len(lines) * size * _LEADING <= height)
        if fits or size <= _SMALLEST:
            break
        size *= _STEP
    top = height - _MARGIN - size if many else (height - size * _CAP) / 2
    place = _inherited(item, Name.Q)
    operators = [f"/{typeface.name} {size:.3f} Tf"]
    for number, line in enumerate(lines):
        rest = inner - typeface.width(line, size)
        share = {_CENTRED: 0.5, _RIGHT: 1.0}.get(place if isinstance(place, int) else 0, 0.0)
        x, y = _MARGIN + max(rest, 0) * share, top - number * size * _LEADING
        if line in chosen:
            bar = f"1 {y - size * 0.25:.3f} {max(width - 2, 1):.3f} {size * _LEADING:.3f} re f"
            operators.append(f"ET q {_CHOSEN} {bar} Q BT")
        operators.append(f"1 0 0 1 {x:.3f} {y:.3f} Tm {_shown(typeface, line)}")
    return " ".join(operators)


def _cells(typeface: _Typeface, text: str, size: float, cell: float, height: float) -> str:
    """Put each letter into the middle of its cell."""
    operators = [f"/{typeface.name} {size:.3f} Tf"]
    for number, letter in enumerate(text.replace("\n", " ").replace("\r", " ")):
        x = number * cell + (cell - typeface.width(letter, size)) / 2
        y = (height - size * _CAP) / 2
        operators.append(f"1 0 0 1 {x:.3f} {y:.3f} Tm {_shown(typeface, letter)}")
    return " ".join(operators)


def _broken(typeface: _Typeface, paragraphs: list[str], size: float, inner: float) -> list[str]:
    """Break paragraphs into lines, between words."""
    lines = []
    for paragraph in paragraphs:
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and typeface.width(longer, size) > inner:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


def _shown(typeface: _Typeface, line: str) -> str:
    return f"<{bytes(typeface.codes[letter] for letter in line).hex()}> Tj"


def _frame(item: Dictionary) -> bytes:
    """Draw ground and border of a field that has no appearance at all."""
    width, height = _extent(item)
    marks = item.get(Name.MK)
    parts = []
    if isinstance(marks, Dictionary):
        for key, operators, painting in ((Name.BG, "grk", "f"), (Name.BC, "GRK", "S")):
            colour = marks.get(key)
            values = [float(value) for value in colour] if isinstance(colour, Array) else []
            operator = {1: operators[0], 3: f"{operators[1]}{operators[0]}", 4: operators[2]}
            if len(values) in operator:
                told = " ".join(f"{value:g}" for value in values)
                inset = 0.5 if painting == "S" else 0
                box = f"{inset} {inset} {width - 2 * inset:.3f} {height - 2 * inset:.3f} re"
                parts.append(f"q {told} {operator[len(values)]} {box} {painting} Q")
    return " ".join(parts).encode("ascii")
