"""What makes several files one delivery; pure: told from their names."""

from __future__ import annotations

from collections.abc import Iterable

_COVER_LETTERS = frozenset({"vhn.xml", "xjustiz_nachricht.xml", "xjustiz-nachricht.xml"})
"""Files that name the other files of a delivery: EGVP/beBPo (vhn.xml) and XJustiz."""


def is_delivery_folder(names: Iterable[str]) -> bool:
    """Tell whether a folder with files of these names (no paths) is a delivery as a whole."""
    return any(name.casefold() in _COVER_LETTERS for name in names)
