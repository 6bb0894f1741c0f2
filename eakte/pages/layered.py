"""Does a PDF look different on the screen, on paper or in another viewer? Its layers tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

_STATES = (("/View", "/ViewState"), ("/Print", "/PrintState"), ("/Export", "/ExportState"))
_MOST = 10_000
_LONGEST = 60


def hidden_layer(pdf: pikepdf.Pdf) -> str | None:
    """Give the name of a layer that some state or viewer hides; None if all always show all.

    Viewers disagree: PDFium goes by a group's own usage, others only if a configuration asks for
    that; some hide groups that are off though they are not meant for viewing (ISO 32000-1 8.11.4).
    """
    properties = pdf.Root.get(Name.OCProperties)
    if not isinstance(properties, Dictionary):
        return None
    default = properties.get(Name.D)
    off = _numbers(default.get(Name.OFF)) if isinstance(default, Dictionary) else set()
    base = isinstance(default, Dictionary) and default.get(Name.BaseState) == Name.OFF
    on = _numbers(default.get(Name.ON)) if base and isinstance(default, Dictionary) else set()
    for group in _groups(properties.get(Name.OCGs)):
        if group.objgen in off or (base and group.objgen not in on) or _usage_hides(group):
            return str(group.get(Name.Name, ""))[:_LONGEST]
    return "" if off else None


def _usage_hides(group: Dictionary) -> bool:
    usage: Any = group.get(Name.Usage)
    if not isinstance(usage, Dictionary):
        return False
    states = ((usage.get(key), name) for key, name in _STATES)
    return any(isinstance(one, Dictionary) and one.get(name) == Name.OFF for one, name in states)


def _numbers(listed: object) -> set[tuple[int, int]]:
    return {group.objgen for group in _groups(listed)}


def _groups(listed: object) -> Iterator[Dictionary]:
    if isinstance(listed, Array):
        yield from (each for each in list(listed)[:_MOST] if isinstance(each, Dictionary))
