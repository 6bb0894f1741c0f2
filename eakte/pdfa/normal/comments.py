"""Appearances of comments that leave their drawing to the viewer: notes and marks on text."""

from __future__ import annotations

import pikepdf
from pikepdf import Array, Dictionary, Name

_CORNERS = 8
"""Numbers to a quadrilateral: upper left, upper right, lower left, lower right."""
_NOTE = (
    "1 1 0.6 rg 0.4 0.4 0.4 RG 1 w 0.5 0.5 {w} {h} re B "
    "{a} {y1} m {b} {y1} l {a} {y2} m {b} {y2} l {a} {y3} m {b} {y3} l S"
)
_YELLOW = (1.0, 1.0, 0.0)


def draw_comment(pdf: pikepdf.Pdf, item: Dictionary) -> None:
    """Give a note, or a mark on text, an appearance; any other annotation stays as it is."""
    subtype = str(item.get(Name.Subtype, ""))
    left, low, right, top = _box(item)
    if not (right > left and top > low):
        return
    resources = Dictionary()
    if subtype == "/Text":
        content = _note(right - left, top - low)
    elif subtype in {"/Highlight", "/Underline", "/StrikeOut", "/Squiggly"}:
        content = _marked(item, subtype, left, low)
        if subtype == "/Highlight":
            state = Dictionary(Type=Name.ExtGState, BM=Name.Multiply)
            resources.ExtGState = Dictionary(Mark=state)
            content = f"/Mark gs {content}"
    else:
        return
    look = pdf.make_stream(content.encode("ascii"))
    look.Type, look.Subtype = Name.XObject, Name.Form
    look.BBox = Array([0, 0, round(right - left, 3), round(top - low, 3)])
    look.Resources = resources
    item.AP = Dictionary(N=look)


def _box(item: Dictionary) -> tuple[float, float, float, float]:
    try:
        one, two, three, four = (float(value) for value in item.Rect)
    except (AttributeError, TypeError, ValueError):
        return 0.0, 0.0, 0.0, 0.0
    return min(one, three), min(two, four), max(one, three), max(two, four)


def _note(width: float, height: float) -> str:
    """Draw a sheet of paper with three lines."""
    places = {f"y{number}": round(height * (1 - number / 4), 3) for number in (1, 2, 3)}
    span = {"a": round(width * 0.2, 3), "b": round(width * 0.8, 3)}
    return _NOTE.format(w=round(width - 1, 3), h=round(height - 1, 3), **span, **places)


def _marked(item: Dictionary, subtype: str, left: float, low: float) -> str:
    colour = _numbers(item.get(Name.C))
    operators = {1: ("g", "G"), 3: ("rg", "RG"), 4: ("k", "K")}
    fill, stroke = operators.get(len(colour), ("rg", "RG"))
    told = " ".join(f"{value:g}" for value in (colour if len(colour) in operators else _YELLOW))
    parts = [f"{told} {fill} {told} {stroke} 1 w"]
    points = _numbers(item.get(Name.QuadPoints))
    for start in range(0, len(points) - _CORNERS + 1, _CORNERS):
        quad = points[start : start + _CORNERS]
        xs = [value - left for value in quad[::2]]
        ys = [value - low for value in quad[1::2]]
        if subtype == "/Highlight":
            outline = zip((xs[0], xs[1], xs[3], xs[2]), (ys[0], ys[1], ys[3], ys[2]), strict=True)
            path = " l ".join(f"{x:.3f} {y:.3f}" for x, y in outline)
            parts.append(f"{path.replace(' l ', ' m ', 1)} l h f")
        else:
            middle = subtype == "/StrikeOut"
            begin = (ys[0] + ys[2]) / 2 if middle else ys[2]
            end = (ys[1] + ys[3]) / 2 if middle else ys[3]
            parts.append(f"{xs[2]:.3f} {begin:.3f} m {xs[3]:.3f} {end:.3f} l S")
    return " ".join(parts)


def _numbers(listed: object) -> list[float]:
    try:
        return [float(value) for value in listed] if isinstance(listed, Array) else []
    except (TypeError, ValueError):
        return []
