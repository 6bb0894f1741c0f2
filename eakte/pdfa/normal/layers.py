"""Optional content: what is shown becomes plain content, what is hidden is left out."""

from __future__ import annotations

from dataclasses import dataclass, field

import pikepdf
from pikepdf import Array, Dictionary, Name, Object

_MAX_DEPTH = 32


@dataclass(frozen=True)
class Layers:
    """Which optional content groups are hidden in the default configuration (ISO 32000-1 8.11)."""

    hidden: frozenset[tuple[int, int]] = field(default_factory=frozenset)

    def shown(self, group: Object | None) -> bool:
        """Tell whether content that belongs to a group or membership dictionary is shown."""
        if not isinstance(group, Dictionary):
            return True
        if group.get(Name.Type) != Name.OCMD:
            return group.objgen not in self.hidden
        expression = group.get(Name.VE)
        if isinstance(expression, Array) and len(expression):
            return self._holds(expression, 0)
        return self._member(group)

    def _member(self, group: Dictionary) -> bool:
        listed = group.get(Name.OCGs)
        members = listed if isinstance(listed, Array) else [listed]
        states = [
            member.objgen not in self.hidden for member in members if isinstance(member, Dictionary)
        ]
        if not states:
            return True
        policy = str(group.get(Name.P, Name.AnyOn))
        return {
            "/AllOn": all(states),
            "/AnyOff": not all(states),
            "/AllOff": not any(states),
        }.get(policy, any(states))

    def _holds(self, expression: Object, depth: int) -> bool:
        """Work out a visibility expression."""
        if isinstance(expression, Dictionary):
            return expression.objgen not in self.hidden
        if not isinstance(expression, Array) or not len(expression) or depth > _MAX_DEPTH:
            return True
        values = [self._holds(item, depth + 1) for item in list(expression)[1:]]
        if expression[0] == Name.Not:
            return not all(values)
        return any(values) if expression[0] == Name.Or else all(values)


def read_layers(pdf: pikepdf.Pdf) -> Layers:
    """Read which groups are hidden when the document is opened for viewing."""
    properties = pdf.Root.get(Name.OCProperties)
    if not isinstance(properties, Dictionary):
        return Layers()
    default = properties.get(Name.D)
    if not isinstance(default, Dictionary):
        return Layers()
    hidden = set[tuple[int, int]]()
    if default.get(Name.BaseState) == Name.OFF:
        hidden |= _groups(properties.get(Name.OCGs)) - _groups(default.get(Name.ON))
    hidden |= _groups(default.get(Name.OFF))
    return Layers(frozenset(hidden))


def _groups(listed: Object | None) -> set[tuple[int, int]]:
    if not isinstance(listed, Array):
        return set()
    return {group.objgen for group in listed if isinstance(group, Dictionary)}
