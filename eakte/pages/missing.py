"""What a PDF names but does not have: qpdf reads it as null, and viewers show nothing for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Name

from eakte.domain.findings import FindingCode
from eakte.i18n import N_
from eakte.pages.sniff import refusal

_NODES = (Name.Page, Name.Pages)


def check_resources(path: Path) -> None:
    """Refuse a PDF in which a page's resources are named but missing (`damaged`).

    The file is opened for this alone: usually such resources are repaired away when it is opened.
    """
    mode = pikepdf.AccessMode.stream
    with pikepdf.open(path, access_mode=mode, inherit_page_attributes=False) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get(Name.Type) in _NODES:
                _check(item, "/Resources")


def check_parts(page: pikepdf.Page) -> None:
    """Refuse a page whose content or pictures are named but missing (`damaged`)."""
    _check(page.obj, "/Contents")
    content: Any = page.obj.get(Name.Contents)
    if isinstance(content, pikepdf.Array) and any(part is None for part in content):
        raise _lost()
    check_pictures(page.obj.get(Name.Resources))


def check_pictures(resources: Any) -> None:
    """Refuse resources that name pictures or forms which are missing, or a picture's part."""
    if not isinstance(resources, pikepdf.Dictionary):
        return
    _check(resources, "/XObject")
    xobjects: Any = resources.get(Name.XObject)
    if not isinstance(xobjects, pikepdf.Dictionary):
        return
    for _name, item in _entries(xobjects):
        if item is None:
            raise _lost()
        if isinstance(item, pikepdf.Stream) and item.get(Name.Subtype) == Name.Image:
            _check(item, "/SMask", "/Mask", "/ColorSpace", "/Filter", "/DecodeParms", "/Decode")


def _entries(owner: Any) -> Iterator[tuple[str, Any]]:
    """Give all entries; `in`, `get` and `keys` of pikepdf hide those that are null."""
    yield from owner.items()


def _check(owner: Any, *keys: str) -> None:
    if any(value is None and key in keys for key, value in _entries(owner)):
        raise _lost()


def _lost() -> Exception:
    return refusal(FindingCode.DAMAGED, N_("a part that a page names is missing"))
