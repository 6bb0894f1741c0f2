"""Walking a document along the allow-lists: what they do not name is dropped.

An object that is used in two ways (an image that is also a mask) is copied for the second one,
as it was before anything was dropped from it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream, String

from eakte.pdfa.normal.keys import ROLES, Child, Role, chosen

_MAX_DEPTH = 500
_RECTANGLE = 4
_NUMBERS = (pikepdf.Integer, pikepdf.Real)
_SCALARS = (*_NUMBERS, pikepdf.Boolean, Name, String)
_TYPES: dict[str, tuple[type, ...]] = {
    "any": (object,),
    "name": (Name,),
    "text": (String,),
    "integer": (pikepdf.Integer,),
    "number": _NUMBERS,
    "boolean": (pikepdf.Boolean,),
    "array": (Array,),
    "numbers": (Array,),
    "strokes": (Array,),
    "rectangle": (Array,),
    "dictionary": (Dictionary,),
    "stream": (Stream,),
    "parameters": (Dictionary, Array),
}


@dataclass(frozen=True)
class _Place:
    """A value in its container: an array with an index, or a dictionary with a key."""

    holder: Object
    key: str | int
    role: str
    depth: int


@dataclass
class _Walk:
    pdf: pikepdf.Pdf
    seen: dict[tuple[int, int], str] = field(default_factory=dict)
    before: dict[tuple[int, int], dict[str, Object]] = field(default_factory=dict)
    copies: dict[tuple[tuple[int, int], str], Object] = field(default_factory=dict)
    stack: list[_Place] = field(default_factory=list)

    def run(self) -> None:
        root = self.pdf.Root
        self.seen[root.objgen] = "catalogue"
        self._visit(root, "catalogue", 0)
        while self.stack:
            self._settle(self.stack.pop())

    def _settle(self, place: _Place) -> None:
        """Bring the value at a place into the shape of its role."""
        value = _at(place)
        role = _role_of(value, place.role)
        if value is None or role is None or place.depth > _MAX_DEPTH:
            return
        if value.is_indirect:
            known = self.seen.setdefault(value.objgen, role)
            if known != role:
                place.holder[place.key] = self._copy(value, role, place.depth)
                return
            if value.objgen in self.before:
                return
            self.before[value.objgen] = dict(value.items())
        self._visit(value, role, place.depth)

    def _copy(self, value: Object, role: str, depth: int) -> Object:
        mark = (value.objgen, role)
        if mark not in self.copies:
            made = self.pdf.make_indirect(copy.copy(value))
            for key, entry in self.before.get(value.objgen, {}).items():
                if key not in made and key != "/Length":
                    made[key] = entry
            self.copies[mark] = made
            self._visit(made, role, depth)
        return self.copies[mark]

    def _visit(self, value: Object, role: str, depth: int) -> None:
        shape = ROLES[role]
        for key, entry in list(value.items()):
            if entry is None or (key == "/Length" and isinstance(value, Stream)):
                continue
            if not _fits(entry, shape.types.get(key)):
                del value[key]
            elif key == "/OPM":
                value[key] = 0
            elif entry.is_indirect and isinstance(entry, _SCALARS):
                value[key] = _direct(entry)
            elif shape.types[key] in {"rectangle", "numbers"}:
                _straighten(value, key, entry)
            elif shape.types[key] == "strokes":
                value[key] = Array([Array([_direct(n) for n in stroke]) for stroke in entry])
            elif shape.types[key] == "parameters":
                value[key] = _own(entry)
        self._descend(value, shape, depth)

    def _descend(self, value: Object, shape: Role, depth: int) -> None:
        for key, child in shape.children.items():
            if key in value:
                self.stack.extend(_places(value, key, child, depth))


def _at(place: _Place) -> Object | None:
    """Give what is at a place; a reference to nothing is nothing."""
    if isinstance(place.key, int):
        return place.holder[place.key]
    return place.holder.get(place.key)


def _places(value: Object, key: str, child: Child, depth: int) -> Iterator[_Place]:
    entry = value.get(key)
    sibling = depth if key == "/Next" else depth + 1
    if not child.each or isinstance(entry, Stream):
        yield _Place(value, key, child.role, sibling)
    elif isinstance(entry, Array):
        for index in range(len(entry)):
            yield _Place(entry, index, child.role, sibling)
    elif isinstance(entry, Dictionary):
        for name in list(entry.keys()):
            yield _Place(entry, name, child.role, sibling)


def _role_of(value: Object | None, role: str) -> str | None:
    """Find the list that a value goes by; None if no list is about such a value."""
    if not isinstance(value, (Dictionary, Stream)):
        return None
    choice = chosen(role)
    if choice is not None:
        key, roles = choice
        named = value.get(key)
        return roles.get(str(named)) if isinstance(named, Name) else None
    if role == "encoding":
        return "cmap" if isinstance(value, Stream) else "differences"
    if role == "colours_or_mask":
        return "mask"
    return role


def _fits(entry: Object, kind: str | None) -> bool:
    if kind is None:
        return False
    allowed = _TYPES.get(kind)
    if allowed is None:
        return isinstance(entry, Name) and str(entry)[1:] in kind.split("|")
    if not isinstance(entry, allowed):
        return False
    if kind == "dictionary":
        return not isinstance(entry, Stream)
    if kind == "strokes":
        return all(isinstance(one, Array) and _fits(one, "numbers") for one in entry)
    if kind in {"rectangle", "numbers"}:
        return all(isinstance(number, _NUMBERS) for number in entry) and (
            kind == "numbers" or len(entry) == _RECTANGLE
        )
    return True


def _direct(entry: Object) -> Object:
    """Give a scalar as a value of its own, not a reference to one."""
    return Object.parse(entry.unparse(resolved=True))


def _straighten(holder: Object, key: str, entry: Object) -> None:
    """Write an array of numbers without references."""
    if entry.is_indirect or any(number.is_indirect for number in entry):
        holder[key] = Array([_direct(number) for number in entry])


def _own(entry: Object) -> Object:
    """Write parameters of a filter into the stream dictionary itself."""
    if isinstance(entry, Array):
        return Array([_own(item) if isinstance(item, Dictionary) else item for item in entry])
    items = {key: item for key, item in entry.items() if item is not None}
    return Dictionary(
        {
            key: _direct(item) if isinstance(item, _SCALARS) and item.is_indirect else item
            for key, item in items.items()
        }
    )


def prune(pdf: pikepdf.Pdf) -> None:
    """Drop from a document what the allow-lists do not name.

    The structure tree is not walked: PDF/A leaves it to the level A.
    """
    with pikepdf.explicit_conversion():
        for key in set(pdf.trailer.keys()) - set(ROLES["trailer"].types):
            del pdf.trailer[key]
        _Walk(pdf).run()
