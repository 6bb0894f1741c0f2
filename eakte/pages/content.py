"""What a PDF page draws: one scanner picture, or things that a program drew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Name

from eakte.domain.findings import FindingCode
from eakte.domain.mail import PicturePlace
from eakte.i18n import N_
from eakte.pages.missing import check_pictures
from eakte.pages.sniff import refusal

Matrix = tuple[float, float, float, float, float, float]
Rectangle = tuple[float, float, float, float]

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_PAINTING = frozenset(["f", "F", "f*", "B", "B*", "b", "b*", "s", "S", "sh"])
_SHOWING_TEXT = frozenset(("Tj", "TJ", "'", '"'))
_INVISIBLE = 3
_MAX_DEPTH = 8
_CLIP_SLACK = 1.0


def times(inner: Matrix, outer: Matrix) -> Matrix:
    """Concatenate two PDF matrices: apply `inner`, then `outer` (ISO 32000-1 8.3.4)."""
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def spanned(matrix: Matrix, rectangle: Rectangle = (0.0, 0.0, 1.0, 1.0)) -> Rectangle:
    """Give the upright rectangle around a transformed one (default: the unit square)."""
    a, b, c, d, e, f = matrix
    x0, y0, x1, y1 = rectangle
    corners = [(x, y) for x in (x0, x1) for y in (y0, y1)]
    across = [a * x + c * y + e for x, y in corners]
    up = [b * x + d * y + f for x, y in corners]
    return min(across), min(up), max(across), max(up)


@dataclass(frozen=True)
class DrawnPicture:
    """A picture as drawn: the stream, and where."""

    stream: pikepdf.Stream
    place: PicturePlace


@dataclass
class Drawing:
    """Everything that matters of what a page draws."""

    pictures: list[DrawnPicture] = field(default_factory=list)
    drawn: bool = False
    """True if text, vectors or effects besides pictures can be seen."""


@dataclass
class _State:
    matrix: Matrix
    text_mode: int = 0

    def copy(self) -> _State:
        return _State(self.matrix, self.text_mode)


class _Reader:
    """Follows the operators of a content stream and of the forms it draws."""

    def __init__(self, page_box: Rectangle) -> None:
        self.drawing = Drawing()
        self.page_box = page_box
        self._within: list[tuple[int, int]] = []

    def read(self, content: Any, resources: Any, state: _State, path: tuple[str, ...]) -> None:
        stack: list[_State] = []
        clip: Rectangle | None = None
        for instruction in pikepdf.parse_content_stream(content):
            operands: Any = instruction.operands
            name = str(instruction.operator)
            if name == "q":
                stack.append(state.copy())
            elif name == "Q" and stack:
                state = stack.pop()
            elif name == "re":
                clip = self._rectangle(operands, state, clip)
            elif name in ("W", "W*"):
                self._clip(clip)
            elif name in ("n", "m"):
                clip = None if name == "n" else (0.0, 0.0, 0.0, 0.0)
            else:
                self._operator(name, operands, resources, state, path)

    def _rectangle(self, operands: Any, state: _State, before: Rectangle | None) -> Rectangle:
        x, y, width, height = (float(value) for value in operands)
        if before is not None:
            return (0.0, 0.0, 0.0, 0.0)
        return spanned(state.matrix, (x, y, x + width, y + height))

    def _clip(self, clip: Rectangle | None) -> None:
        """A clip that leaves the whole page is harmless, any other hides something."""
        x0, y0, x1, y1 = clip or (0.0, 0.0, 0.0, 0.0)
        left, bottom, right, top = self.page_box
        slack = _CLIP_SLACK
        inside = x0 <= left + slack and y0 <= bottom + slack
        self.drawing.drawn |= not (inside and x1 >= right - slack and y1 >= top - slack)

    def _operator(
        self, name: str, operands: Any, resources: Any, state: _State, path: tuple[str, ...]
    ) -> None:
        if name == "cm":
            a, b, c, d, e, f = (float(value) for value in operands)
            state.matrix = times((a, b, c, d, e, f), state.matrix)
        elif name == "Tr":
            state.text_mode = int(operands[0])
        elif name == "Do":
            self._draw(str(operands[0]), resources, state, path)
        elif name == "gs":
            self.drawing.drawn |= _has_effect(resources, operands[0])
        elif name in _SHOWING_TEXT:
            self.drawing.drawn |= state.text_mode != _INVISIBLE
        elif (
            name in _PAINTING
            or name == "INLINE IMAGE"
            or (name == "BDC" and operands[0] == Name.OC)
        ):
            self.drawing.drawn = True

    def _draw(self, name: str, resources: Any, state: _State, path: tuple[str, ...]) -> None:
        xobject = resources.get(Name.XObject, {}).get(name)
        if not isinstance(xobject, pikepdf.Stream):
            return
        inner = (*path, name)
        if xobject.get(Name.Subtype) == Name.Form:
            self._draw_form(xobject, resources, state, inner)
        elif bool(xobject.get(Name.ImageMask, False)) or Name.OC in xobject:
            self.drawing.drawn = True
        else:
            place = PicturePlace(inner, state.matrix)
            self.drawing.pictures.append(DrawnPicture(xobject, place))

    def _draw_form(
        self, form: pikepdf.Stream, resources: Any, state: _State, path: tuple[str, ...]
    ) -> None:
        if len(path) > _MAX_DEPTH or Name.OC in form:
            self.drawing.drawn = True
            return
        if form.objgen in self._within:
            raise refusal(FindingCode.DAMAGED, N_("a page draws a part of itself within that part"))
        inner = state.copy()
        if Name.Matrix in form:
            a, b, c, d, e, f = (float(value) for value in form.Matrix)
            inner.matrix = times((a, b, c, d, e, f), inner.matrix)
        own = form.get(Name.Resources, resources)
        check_pictures(own)
        self._within.append(form.objgen)
        self.read(form, own, inner, path)
        self._within.pop()


def _has_effect(resources: Any, name: Any) -> bool:
    """Tell whether a graphics state brings transparency, a mask or a blend mode."""
    effects = resources.get(Name.ExtGState, {}).get(name, {})
    opaque = all(float(effects.get(key, 1)) >= 1 for key in (Name.ca, Name.CA))
    plain = effects.get(Name.BM, Name.Normal) in (Name.Normal, Name.Compatible)
    return not (opaque and plain and effects.get(Name.SMask, Name("/None")) == Name("/None"))


def read_page(page: pikepdf.Page, page_box: Rectangle) -> Drawing:
    """Follow what a page draws; annotations that can be seen count as drawn."""
    reader = _Reader(page_box)
    resources = page.obj.get(Name.Resources, pikepdf.Dictionary())
    if Name.Contents in page.obj:
        reader.read(page, resources, _State(IDENTITY), ())
    for note in page.obj.get(Name.Annots, []):
        reader.drawing.drawn |= Name.AP in note
    reader.drawing.drawn |= float(page.obj.get(Name.UserUnit, 1)) != 1
    return reader.drawing
