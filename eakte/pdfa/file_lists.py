"""Where a PDF lists its embedded files: name tree, associated files, pages and annotations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

_MAX_DEPTH = 32
READING_PROBLEMS = (
    pikepdf.PdfError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RuntimeError,
)
"""What pikepdf raises on parts of a PDF that are damaged or hostile."""


def text_of(found: Any) -> str:
    """Give a text string; "" for anything else, and for what is no text in its coding."""
    try:
        return str(found) if isinstance(found, String) else ""
    except UnicodeDecodeError:
        return ""


def specifications(pdf: pikepdf.Pdf) -> Iterator[tuple[str, Dictionary]]:
    """Give every file specification with an embedded file, and what it is listed as."""
    for source in (_of_names, _of_catalogue, _of_pages):
        yield from _readable(source, pdf)


def _readable(
    source: Callable[[pikepdf.Pdf], Iterator[tuple[str, Any]]], pdf: pikepdf.Pdf
) -> Iterator[tuple[str, Dictionary]]:
    """Give what can be read of a list; a damaged one ends with an empty specification."""
    try:
        for name, found in source(pdf):
            if isinstance(found, Dictionary) and isinstance(found.get(Name.EF), Dictionary):
                yield name, found
    except READING_PROBLEMS:
        yield "", Dictionary()


def _of_names(pdf: pikepdf.Pdf) -> Iterator[tuple[str, Any]]:
    """Walk the name tree (ISO 32000-1 7.9.6)."""
    names: Any = pdf.Root.get(Name.Names)
    if not isinstance(names, Dictionary) or Name.EmbeddedFiles not in names:
        return
    pending, seen = [(names.EmbeddedFiles, 0)], set[tuple[int, int]]()
    while pending:
        node, depth = pending.pop(0)
        if depth > _MAX_DEPTH or (node.is_indirect and node.objgen in seen):
            continue
        seen.add(node.objgen)
        entries = list(node.get(Name.Names, Array([])))
        yield from (
            (text_of(key), found) for key, found in zip(entries[::2], entries[1::2], strict=False)
        )
        pending += [(kid, depth + 1) for kid in node.get(Name.Kids, Array([]))]


def _of_catalogue(pdf: pikepdf.Pdf) -> Iterator[tuple[str, Any]]:
    return _associated(pdf.Root)


def _of_pages(pdf: pikepdf.Pdf) -> Iterator[tuple[str, Any]]:
    """Give the files of pages and of their annotations."""
    for page in pdf.pages:
        yield from _associated(page.obj)
        for annotation in page.obj.get(Name.Annots, Array([])):
            if isinstance(annotation, Dictionary):
                yield from _associated(annotation)
                yield "file", annotation.get(Name.FS)


def _associated(holder: Any) -> Iterator[tuple[str, Any]]:
    found = holder.get(Name.AF, Array([]))
    yield from (("file", item) for item in (found if isinstance(found, Array) else [found]))
