"""Rewriting content: optional content becomes plain or goes, property lists are written out.

Needed because a list of marked content may name a layer or hold references; most content has none
of that and stays byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf
from pikepdf import Array, ContentStreamInstruction, Dictionary, Name, Object, Operator, Stream

from eakte.domain.findings import Finding, FindingCode
from eakte.pdfa.normal.layers import Layers

_PAINTING = {"S", "s", "f", "F", "f*", "B", "B*", "b", "b*"}
_DROPPED = {"Do", "sh", "INLINE IMAGE", "Tj", "TJ"}
_LAYER = Name("/Layer")
_MAX_DEPTH = 16

Instruction = ContentStreamInstruction | pikepdf.ContentStreamInlineImage


@dataclass
class _Rewriting:
    """One content stream on its way from old to new instructions."""

    layers: Layers
    properties: Dictionary
    hidden_objects: set[str]
    open: list[bool] = field(default_factory=list)
    """For each marked content that is open: is it a hidden layer?"""
    hidden: bool = False
    """Whether anything was left out."""

    def run(self, content: Object) -> Iterator[Instruction]:
        for instruction in pikepdf.parse_content_stream(content):
            operator = str(instruction.operator)
            if operator in {"BDC", "BMC"}:
                yield self._begin(instruction, operator)
            elif operator == "EMC":
                if self.open:
                    self.open.pop()
                yield instruction
            elif operator == "DP":
                yield self._point(instruction)
            elif any(self.open) or self._hides(instruction, operator):
                self.hidden = True
                yield from _unseen(instruction, operator)
            else:
                yield instruction

    def _hides(self, instruction: Instruction, operator: str) -> bool:
        operands = instruction.operands
        return operator == "Do" and bool(operands) and str(operands[0]) in self.hidden_objects

    def _begin(self, instruction: Instruction, operator: str) -> Instruction:
        operands = list(instruction.operands)
        if operator == "BMC" or len(operands) < 2:  # noqa: PLR2004 - a tag and a list
            self.open.append(False)
            return instruction
        tag, listed = operands
        if tag == Name.OC:
            named = self.properties.get(listed) if isinstance(listed, Name) else None
            self.open.append(not self.layers.shown(named))
            return _made("BMC", _LAYER)
        self.open.append(False)
        written = self._written(listed)
        return _made("BDC", tag, written) if written is not None else _made("BMC", tag)

    def _point(self, instruction: Instruction) -> Instruction:
        operands = list(instruction.operands)
        if len(operands) < 2:  # noqa: PLR2004
            return instruction
        written = self._written(operands[1])
        tag = operands[0]
        return _made("DP", tag, written) if written is not None else _made("MP", tag)

    def _written(self, listed: Object) -> Object | None:
        if not isinstance(listed, Name):
            return listed
        found = self.properties.get(listed)
        if not isinstance(found, Dictionary) or found.get(Name.Type) in (Name.OCG, Name.OCMD):
            return None
        direct = _direct(found, 0)
        return direct if isinstance(direct, Dictionary) and len(direct.keys()) else None


def _made(operator: str, *operands: Object) -> ContentStreamInstruction:
    return ContentStreamInstruction(list(operands), Operator(operator))


def _unseen(instruction: Instruction, operator: str) -> Iterator[Instruction]:
    """Give what is left of an instruction that must not paint: its effect on what follows."""
    if operator in _PAINTING:
        yield _made("n")
    elif operator == "'":
        yield _made("T*")
    elif operator == '"':
        word, letter, _ = instruction.operands
        yield _made("Tw", word)
        yield _made("Tc", letter)
        yield _made("T*")
    elif operator not in _DROPPED:
        yield instruction


def _direct(value: object, depth: int) -> object:
    """Give a value that refers to nothing; None for what cannot be one."""
    if isinstance(value, Stream) or depth > _MAX_DEPTH:
        return None
    if isinstance(value, Dictionary):
        items = {key: _direct(item, depth + 1) for key, item in value.items()}
        wanted = {k: v for k, v in items.items() if v is not None and k != "/Metadata"}
        return Dictionary(wanted)
    if isinstance(value, Array):
        return Array([item for each in value if (item := _direct(each, depth + 1)) is not None])
    if isinstance(value, Object) and value.is_indirect:
        return Object.parse(value.unparse(resolved=True))
    return value


def plain_content(pdf: pikepdf.Pdf, layers: Layers) -> Iterator[Finding]:
    """Rewrite the content that names layers or property lists; tell where some was hidden."""
    numbers = {page.objgen: number for number, page in enumerate(pdf.pages, start=1)}
    seen = set[tuple[int, int]]()
    used = []
    for scope in list(pdf.content_scopes()):
        resources = scope.resources
        if resources is None or scope.content.objgen in seen:
            continue
        seen.add(scope.content.objgen)
        properties = resources.get(Name.Properties)
        hidden = _hidden_objects(resources, layers)
        if not isinstance(properties, Dictionary) and not hidden:
            continue
        used.append(resources)
        listed = properties if isinstance(properties, Dictionary) else Dictionary()
        work = _Rewriting(layers, listed, hidden)
        data = pikepdf.unparse_content_stream(list(work.run(scope.content)))
        if scope.kind == "page":
            scope.content.Contents = pdf.make_stream(data)
        else:
            scope.content.write(data)
        if work.hidden:
            page = None if scope.page is None else numbers.get(scope.page.objgen)
            yield Finding(FindingCode.NOT_SHOWN, page, "hidden layer")
    for resources in used:
        if Name.Properties in resources:
            del resources.Properties
        for name in _hidden_objects(resources, layers):
            del resources.XObject[name]


def _hidden_objects(resources: Dictionary, layers: Layers) -> set[str]:
    objects = resources.get(Name.XObject)
    if not isinstance(objects, Dictionary):
        return set()
    return {
        name
        for name, item in objects.items()
        if isinstance(item, Stream) and not layers.shown(item.get(Name.OC))
    }
