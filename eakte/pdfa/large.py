"""Pages that are one JPEG too large to be drawn by PDFium, which would decode all of it."""

from __future__ import annotations

from typing import Any

import pikepdf
from pikepdf import Name
from PIL import Image

from eakte.pictures.large import is_large, small_jpeg

_DEEPEST = 3


def large_jpeg(page: pikepdf.Page, edge: int) -> Image.Image | None:
    """Give the only picture of a page in grey, its longer edge `edge`, if it is a large JPEG."""
    picture = _only_picture(page.obj, 0)
    if picture is None or picture.get(Name.Filter) != Name.DCTDecode:
        return None
    size = int(picture.Width), int(picture.Height)
    if not is_large(size):
        return None
    wide, high = (max(1, round(each * edge / max(size))) for each in size)
    return small_jpeg(picture.read_raw_bytes(), (wide, high)).resize((wide, high))


def _only_picture(holder: Any, depth: int) -> Any:
    found: Any = list(holder.get(Name.Resources, {}).get(Name.XObject, {}).values())
    if len(found) != 1 or depth > _DEEPEST:
        return None
    (one,) = found
    if one.get(Name.Subtype) == Name.Form:
        return _only_picture(one, depth + 1)
    return one if one.get(Name.Subtype) == Name.Image else None
