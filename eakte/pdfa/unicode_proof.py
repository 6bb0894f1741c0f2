"""Level U: every character code that a PDF really shows has its Unicode value, or is named here.

Own code, because no library proves it: pikepdf's validator knows level B only. It goes through
every content stream that can be drawn (pages, forms, patterns, glyph procedures, soft masks,
appearances of annotations), whatever the rendering mode. What it cannot follow is unproven.
"""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from eakte.pdfa.unicode_fonts import FontCodes

_OPERATORS = "q Q Tf gs Tj TJ ' \""
_SHOWING = frozenset({"Tj", "TJ", "'", '"'})
_MAX_REASONS = 20
_MAX_STACK = 10_000
_PROBLEMS = (
    pikepdf.PdfError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RuntimeError,
)

_Key = tuple[int, int] | bytes


def unproven(pdf: pikepdf.Pdf) -> tuple[str, ...]:
    """Give why level U cannot be claimed, at most 20 reasons; none: it is proven.

    The reasons name font and code. See ISO 19005-2 and -3, 6.2.11.7.2.
    """
    proof = _Proof()
    try:
        for scope in pdf.content_scopes():
            proof.look(scope)
            if len(proof.reasons) >= _MAX_REASONS:
                break
    except _PROBLEMS as problem:
        proof.reasons[f"content that cannot be read: {problem}"] = None
    return tuple(proof.reasons)[:_MAX_REASONS]


class _Proof:
    """What has been looked at, and what is unproven about it."""

    def __init__(self) -> None:
        self.reasons = dict[str, None]()
        self._fonts = dict[_Key, FontCodes]()

    def look(self, scope: pikepdf.ContentScope) -> None:
        """Look at the text of one content stream."""
        resources = scope.resources if scope.resources is not None else Dictionary()
        for font, shown in _texts(scope.content, resources):
            if font is None:
                self.reasons["text without a font"] = None
                continue
            key: _Key = font.objgen if font.is_indirect else font.unparse(resolved=False)
            if key not in self._fonts:
                self._fonts[key] = FontCodes(font)
            self._look_at(self._fonts[key], shown)

    def _look_at(self, codes: FontCodes, shown: bytes) -> None:
        for reason in codes.unproven(shown):
            if len(self.reasons) < _MAX_REASONS:
                self.reasons[f"font {codes.name or '?'}: {reason}"] = None


def _texts(
    content: pikepdf.Object, resources: pikepdf.Object
) -> Iterator[tuple[pikepdf.Object | None, bytes]]:
    """Give every string that a content stream shows, with its font."""
    font: pikepdf.Object | None = None
    stack: list[pikepdf.Object | None] = []
    for instruction in pikepdf.parse_content_stream(content, _OPERATORS):
        if not isinstance(instruction, pikepdf.ContentStreamInstruction):
            continue
        operator, operands = str(instruction.operator), instruction.operands
        if operator in _SHOWING:
            yield from ((font, shown) for shown in _strings(operands[-1]))
        elif operator == "Tf":
            font = _entry(resources.Font, operands[0])
        elif operator == "q":
            if len(stack) == _MAX_STACK:
                raise ValueError("too many saved graphics states")
            stack.append(font)
        elif operator == "Q":
            font = stack.pop() if stack else font
        else:
            font = _font_of(_entry(resources.ExtGState, operands[0]), font)


def _strings(operand: pikepdf.Object) -> Iterator[bytes]:
    items = operand if isinstance(operand, Array) else [operand]
    for item in items:
        if isinstance(item, String) and bytes(item):
            yield bytes(item)


def _entry(category: pikepdf.Object, name: pikepdf.Object) -> pikepdf.Object:
    """Look a resource up by its name."""
    if not isinstance(name, Name):
        raise TypeError("a resource is not called by a name")
    return _dictionary(category[name])


def _font_of(state: pikepdf.Object, font: pikepdf.Object | None) -> pikepdf.Object | None:
    """Give the font after `gs`: a graphics state can set one."""
    return _dictionary(state.Font[0]) if Name.Font in state else font


def _dictionary(found: pikepdf.Object) -> pikepdf.Object:
    if not isinstance(found, Dictionary):
        raise TypeError("a resource is no dictionary")
    return found
