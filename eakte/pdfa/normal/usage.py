"""What the content of a document uses: the names of resources, and the codes of each font."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, ContentStreamInlineImage, Dictionary, Name, Object, Stream, String

_BY_OPERATOR = {
    "Tf": "/Font",
    "Do": "/XObject",
    "gs": "/ExtGState",
    "cs": "/ColorSpace",
    "CS": "/ColorSpace",
    "sh": "/Shading",
    "scn": "/Pattern",
    "SCN": "/Pattern",
    "BDC": "/Properties",
    "DP": "/Properties",
}
_SHOWING = {"Tj", "TJ", "'", '"'}
_CMYK = {"k", "K"}
_READ = " ".join([*_BY_OPERATOR, *sorted(_SHOWING), *sorted(_CMYK), "q", "Q", "BI", "ID", "EI"])
_CATEGORIES = tuple(dict.fromkeys(_BY_OPERATOR.values()))
_ALWAYS = {"/DefaultGray", "/DefaultRGB", "/DefaultCMYK"}

Id = tuple[int, int]


@dataclass
class Usage:
    """Names used by category, for each resource dictionary; and strings shown, for each font.

    `unknown`: some text is shown in a font that its content does not name. `unread`: resources
    of content that cannot be read, which no PDF/A can hold.
    """

    names: defaultdict[Id, defaultdict[str, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    shown: defaultdict[Id, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    unknown: bool = False
    unread: set[Id] = field(default_factory=set)

    def codes(self, font: Object) -> set[int]:
        """Give the codes shown in a font with one byte a code; all of them if unknown."""
        if self.unknown:
            return set(range(256))
        return set[int]().union(*self.shown[font.objgen])


def own_resources(pdf: pikepdf.Pdf) -> None:
    """Make all resource dictionaries and fonts objects, so that they can be told apart.

    A form without resources gets its own of those of its page, which it used (ISO 19005-2 6.2.2).
    """
    shared = (page.obj.get(Name.Resources) for page in pdf.pages)
    of_pages = {each.objgen for each in shared if each is not None and each.is_indirect}
    for scope in pdf.content_scopes():
        resources = scope.resources
        if resources is None:
            resources = Dictionary()
        if scope.kind == "form" and (
            Name.Resources not in scope.content or resources.objgen in of_pages
        ):
            resources = copied(resources)
        if not resources.is_indirect:
            resources = pdf.make_indirect(resources)
        if scope.kind != "glyph":
            scope.content[Name.Resources] = resources
        fonts = resources.get(Name.Font)
        if isinstance(fonts, Dictionary):
            for name, font in list(fonts.items()):
                if isinstance(font, Dictionary) and not font.is_indirect:
                    fonts[name] = pdf.make_indirect(font)


def copied(resources: Object) -> Dictionary:
    """Copy resources so that a change of which names they have stays theirs."""
    return Dictionary(
        {
            key: Dictionary(dict(table.items())) if isinstance(table, Dictionary) else table
            for key, table in resources.items()
            if table is not None
        }
    )


def read_usage(pdf: pikepdf.Pdf) -> Usage:
    """Read all content that can be drawn."""
    usage = Usage()
    for scope in pdf.content_scopes():
        if scope.resources is not None:
            try:
                _read(usage, scope.content, scope.resources)
            except (pikepdf.PdfError, TypeError, ValueError):
                usage.unread.add(scope.resources.objgen)
    return usage


def _read(usage: Usage, content: Object, resources: Dictionary) -> None:
    names = usage.names[resources.objgen]
    fonts = resources.get(Name.Font)
    current: Id | None = None
    saved: list[Id | None] = []
    for instruction in pikepdf.parse_content_stream(content, _READ):
        operator = str(instruction.operator)
        operands = instruction.operands
        if operator == "q":
            saved.append(current)
        elif operator == "Q":
            current = saved.pop() if saved else current
        elif operator in _SHOWING:
            _show(usage, current, list(operands))
        elif operator in _CMYK:
            names["/ColorSpace"].add("/DeviceCMYK")
        elif isinstance(instruction, ContentStreamInlineImage):
            space = instruction.iimage.obj.get(Name.ColorSpace)
            if isinstance(space, Name):
                names["/ColorSpace"].add(str(space))
        else:
            used = [item for item in operands if isinstance(item, Name)]
            if used:
                names[_BY_OPERATOR[operator]].add(str(used[-1]))
            if operator == "Tf" and used and isinstance(fonts, Dictionary):
                font = fonts.get(used[0])
                current = font.objgen if isinstance(font, Dictionary) else None


def _show(usage: Usage, font: Id | None, operands: Sequence[Any]) -> None:
    strings = [bytes(item) for item in _strings(operands[-1])] if operands else []
    if font is not None:
        usage.shown[font].update(strings)
    elif any(strings):
        usage.unknown = True


def _strings(shown: Any) -> Iterator[String]:
    for item in shown if isinstance(shown, Array) else (shown,):
        if isinstance(item, String):
            yield item


def drop_unused(pdf: pikepdf.Pdf, usage: Usage) -> None:
    """Take from resource dictionaries what no content names."""
    seen = set[Id]()
    for scope in list(pdf.content_scopes()):
        resources = scope.resources
        if resources is None or resources.objgen in seen | usage.unread or scope.kind == "glyph":
            continue
        seen.add(resources.objgen)
        for category in _CATEGORIES:
            _keep(resources, category, usage.names[resources.objgen][category])


def _keep(resources: Dictionary, category: str, used: set[str]) -> None:
    table = resources.get(category)
    if not isinstance(table, Dictionary) or isinstance(table, Stream):
        return
    wanted = used | (_ALWAYS if category == "/ColorSpace" else set())
    kept = {key: value for key, value in table.items() if key in wanted and value is not None}
    if not kept:
        del resources[category]
    elif len(kept) < len(table.keys()):
        resources[category] = Dictionary(kept)


def fonts_of(pdf: pikepdf.Pdf) -> Iterator[Dictionary]:
    """Give each font that the content names, once."""
    seen = set[Id]()
    for scope in pdf.content_scopes():
        fonts = scope.resources.get(Name.Font) if scope.resources is not None else None
        for font in fonts.values() if isinstance(fonts, Dictionary) else ():
            if isinstance(font, Dictionary) and font.objgen not in seen:
                seen.add(font.objgen)
                yield font
