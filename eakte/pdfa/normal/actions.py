"""What happens by itself or on a click: only going to a place and web links may stay."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf
from pikepdf import Dictionary, Name, Object, String

from eakte.domain.findings import Finding, FindingCode
from eakte.pdfa.normal.destinations import Destinations

_KEPT = {
    "/GoTo": {"/D"},
    "/URI": {"/URI", "/IsMap"},
    "/Named": {"/N"},
}
_NAMED = {"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"}
_MAX_ITEMS = 100_000


def kept_action(action: Object | None, destinations: Destinations) -> Dictionary | None:
    """Give what may stay of an action; None if it has to go, with all that follows it."""
    if not isinstance(action, Dictionary):
        return None
    kind = _kind(action)
    entries = {key: action[key] for key in _KEPT.get(kind, ()) if action.get(key) is not None}
    if kind == "/GoTo":
        place = destinations.kept(entries.pop("/D", None))
        entries |= {} if place is None else {"/D": place}
    whole = {
        "/GoTo": lambda: "/D" in entries,
        "/URI": lambda: isinstance(entries.get("/URI"), String),
        "/Named": lambda: str(entries.get("/N")) in _NAMED,
    }.get(kind)
    if whole is None or not whole():
        return None
    return Dictionary({"/Type": Name.Action, "/S": Name(kind), **entries})


def action_name(action: Object | None) -> str:
    """Say what an action does, for a finding."""
    return _kind(action).removeprefix("/") if isinstance(action, Dictionary) else "unknown"


def drop_actions(pdf: pikepdf.Pdf, destinations: Destinations) -> Iterator[Finding]:
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
    yield from _outline(root.get(Name.Outlines), destinations)


def _outline(outlines: Object | None, destinations: Destinations) -> Iterator[Finding]:
    """Take from the items of the outline what a click may not do, and what leads back."""
    pending = [outlines] if isinstance(outlines, Dictionary) else []
    seen = set[tuple[int, int]]()
    while pending:
        holder = pending.pop()
        for key in (Name.Next, Name.First):
            item = holder.get(key)
            if item is None:
                continue
            if not isinstance(item, Dictionary) or item.objgen in seen or len(seen) == _MAX_ITEMS:
                del holder[key]
                continue
            seen.add(item.objgen)
            pending.append(item)
            yield from _item(item, destinations)


def _item(item: Dictionary, destinations: Destinations) -> Iterator[Finding]:
    if not isinstance(item.get(Name.Title), String):
        item.Title = String("")
    if Name.Dest in item:
        place = destinations.kept(item.Dest)
        if place is None:
            del item.Dest
        else:
            item.Dest = place
    if Name.A in item:
        kept = kept_action(item.A, destinations)
        if kept is not None:
            item.A = kept
            return
        if action_name(item.A) != "GoTo":
            yield _active(f"outline: {action_name(item.A)}")
        del item.A


def _kind(action: Dictionary) -> str:
    kind = action.get(Name.S)
    return str(kind) if isinstance(kind, Name) else "/unknown"


def _active(detail: str, page: int | None = None) -> Finding:
    return Finding(FindingCode.ACTIVE_CONTENT, page, detail)
