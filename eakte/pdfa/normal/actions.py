"""What happens by itself or on a click: only going to a place and web links may stay."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, String

from eakte.domain.findings import Finding, FindingCode

_KEPT = {
    "/GoTo": {"/D"},
    "/URI": {"/URI", "/IsMap"},
    "/Named": {"/N"},
}
_NAMED = {"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"}
_MAX_ITEMS = 100_000


def kept_action(action: Object | None) -> Dictionary | None:
    """Give what may stay of an action; None if it has to go, with all that follows it."""
    if not isinstance(action, Dictionary):
        return None
    kind = _kind(action)
    entries = {key: action[key] for key in _KEPT.get(kind, ()) if action.get(key) is not None}
    whole = {
        "/GoTo": lambda: isinstance(entries.get("/D"), Array | Name | String),
        "/URI": lambda: isinstance(entries.get("/URI"), String),
        "/Named": lambda: str(entries.get("/N")) in _NAMED,
    }.get(kind)
    if whole is None or not whole():
        return None
    return Dictionary({"/Type": Name.Action, "/S": Name(kind), **entries})


def action_name(action: Object | None) -> str:
    """Say what an action does, for a finding."""
    return _kind(action).removeprefix("/") if isinstance(action, Dictionary) else "unknown"


def drop_actions(pdf: pikepdf.Pdf) -> Iterator[Finding]:
    """Take the actions of the document, its pages and its outline away; name them."""
    root = pdf.Root
    opening = root.get(Name.OpenAction)
    if isinstance(opening, Dictionary) and _kind(opening) != "/GoTo":
        yield _active(f"OpenAction: {action_name(opening)}")
    names = root.get(Name.Names)
    if isinstance(names, Dictionary) and Name.JavaScript in names:
        yield _active("JavaScript")
    if Name.AA in root:
        yield _active("AA")
    for number, page in enumerate(pdf.pages, start=1):
        if Name.AA in page.obj:
            yield _active("AA", number)
    yield from _outline(root.get(Name.Outlines))


def _outline(outlines: Object | None) -> Iterator[Finding]:
    """Take from the items of the outline what a click may not do."""
    pending = [outlines.get(Name.First)] if isinstance(outlines, Dictionary) else []
    seen = set[tuple[int, int]]()
    while pending and len(seen) < _MAX_ITEMS:
        item = pending.pop()
        if not isinstance(item, Dictionary) or item.objgen in seen:
            continue
        seen.add(item.objgen)
        pending += [item.get(Name.Next), item.get(Name.First)]
        if not isinstance(item.get(Name.Title), String):
            item.Title = String("")
        if not isinstance(item.get(Name.Dest, String("")), Array | Name | String):
            del item.Dest
        if Name.A in item:
            kept = kept_action(item.A)
            if kept is None:
                yield _active(f"outline: {action_name(item.A)}")
                del item.A
            else:
                item.A = kept


def _kind(action: Dictionary) -> str:
    kind = action.get(Name.S)
    return str(kind) if isinstance(kind, Name) else "/unknown"


def _active(detail: str, page: int | None = None) -> Finding:
    return Finding(FindingCode.ACTIVE_CONTENT, page, detail)
