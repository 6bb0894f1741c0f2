"""The catalogue: what belongs to viewers, forms and signatures goes; trees are put in order."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, String

from eakte.domain.findings import Finding, FindingCode
from eakte.pdfa.normal.destinations import Destinations

_MAX_NODES = 100_000
_SMALLEST, _LARGEST = 3, 14400
"""The least and the greatest edge of a page's box, in units (ISO 19005-2 6.1.13)."""


def settle_catalogue(pdf: pikepdf.Pdf, part: int, destinations: Destinations) -> Iterator[Finding]:
    """Drop embedded files (part 2 has none), and put destinations and page labels in order."""
    root = pdf.Root
    form = root.get(Name.AcroForm)
    if isinstance(form, Dictionary) and Name.XFA in form:
        yield Finding(FindingCode.ACTIVE_CONTENT, None, "XFA")
    _drop(root, Name.AcroForm, Name.OCProperties, Name.OpenAction, Name.AA)
    names = root.get(Name.Names)
    if isinstance(names, Dictionary):
        _settle_names(names, destinations)
        if part == 2:  # noqa: PLR2004 - PDF/A-2
            _drop(names, Name.EmbeddedFiles)
    if part == 2:  # noqa: PLR2004
        _drop(root, Name.AF)
    _settle_old_destinations(root, destinations)
    for node in _tree(root.get(Name.PageLabels)):
        _settle_labels(node)


def settle_boxes(pdf: pikepdf.Pdf) -> None:
    """Drop the boxes of pages that say nothing about what is shown and are out of range."""
    for page in pdf.pages:
        for key in (Name.BleedBox, Name.TrimBox, Name.ArtBox):
            box = page.obj.get(key)
            if box is not None and not _is_box(box):
                del page.obj[key]


def drop_everywhere(pdf: pikepdf.Pdf) -> None:
    """Drop from every object what only the catalogue may have: metadata and associated files."""
    root = pdf.Root.objgen
    for item in pdf.objects:
        if isinstance(item, Dictionary | pikepdf.Stream) and item.objgen != root:
            if item.get(Name.Type) != Name.Metadata:
                _drop(item, Name.Metadata)
            _drop(item, Name.AF)


def _drop(holder: Object, *keys: Name) -> None:
    for key in keys:
        if key in holder:
            del holder[key]


def _is_box(box: Object) -> bool:
    try:
        left, low, right, top = (float(value) for value in box)
    except (TypeError, ValueError):
        return False
    edges = (abs(right - left), abs(top - low))
    return all(_SMALLEST <= edge <= _LARGEST for edge in edges)


def _tree(root: Object | None) -> Iterator[Dictionary]:
    """Give the nodes of a name or number tree, each one once."""
    pending: list[Object | None] = [root]
    seen = set[tuple[int, int]]()
    while pending and len(seen) < _MAX_NODES:
        node = pending.pop()
        if not isinstance(node, Dictionary) or (node.is_indirect and node.objgen in seen):
            continue
        seen.add(node.objgen if node.is_indirect else (-len(seen) - 1, 0))
        yield node
        kids = node.get(Name.Kids)
        if isinstance(kids, Array):
            pending.extend(kids)


def _settle_names(names: Dictionary, destinations: Destinations) -> None:
    """Keep the named destinations that are ones."""
    for node in _tree(names.get(Name.Dests)):
        pairs = node.get(Name.Names)
        if not isinstance(pairs, Array):
            continue
        kept: list[Object] = []
        items = list(pairs)
        for key, value in zip(items[::2], items[1::2], strict=False):
            place = destinations.place(value)
            if isinstance(key, String) and place is not None:
                kept += [key, place]
        node.Names = Array(kept)


def _settle_old_destinations(root: Object, destinations: Destinations) -> None:
    """Do the same for the dictionary of PDF 1.1."""
    old = root.get(Name.Dests)
    if not isinstance(old, Dictionary):
        return
    places = {key: destinations.place(value) for key, value in old.items()}
    root.Dests = Dictionary({key: place for key, place in places.items() if place is not None})


def _settle_labels(node: Dictionary) -> None:
    """Write the page labels into their tree instead of referring to them."""
    numbers = node.get(Name.Nums)
    if not isinstance(numbers, Array):
        return
    items = [_label(item) if isinstance(item, Dictionary) else item for item in numbers]
    node.Nums = Array(items)


def _label(label: Dictionary) -> Dictionary:
    return Dictionary(
        {
            key: label[key]
            for key in ("/Type", "/S", "/P", "/St")
            if isinstance(label.get(key), Name | String | int)
        }
    )
