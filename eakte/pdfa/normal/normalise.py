"""Making a born-digital PDF fit for PDF/A without changing what it shows."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf

from eakte.domain.findings import Finding
from eakte.pdfa.normal.actions import drop_actions
from eakte.pdfa.normal.annotations import settle_annotations
from eakte.pdfa.normal.catalogue import drop_everywhere, settle_boxes, settle_catalogue
from eakte.pdfa.normal.colours import settle_colours
from eakte.pdfa.normal.content import plain_content
from eakte.pdfa.normal.destinations import read_destinations
from eakte.pdfa.normal.embedded import repair_embedded, settle_names, settle_simple
from eakte.pdfa.normal.fonts import replace_missing
from eakte.pdfa.normal.layers import read_layers
from eakte.pdfa.normal.prune import prune
from eakte.pdfa.normal.required import write_required
from eakte.pdfa.normal.usage import drop_unused, own_resources, read_usage

_WRONG = (TypeError, AttributeError, LookupError, ArithmeticError, RuntimeError, AssertionError)
"""What comes of values of a type that nobody expects, in files that are damaged or hostile."""


def normalise(pdf: pikepdf.Pdf, part: int) -> tuple[Finding, ...]:
    """Change an open PDF so that `pikepdf.pdfa.prepare` can make it PDF/A-`part`b.

    Nothing is rasterised; what cannot be helped is left for the validator to name. XMP and
    embedded files (kept in part 3) are others' work. Raises pikepdf.PdfError or ValueError on
    a file that is damaged; the document is of no use then.
    """
    try:
        return tuple(dict.fromkeys(_normalised(pdf, part)))
    except _WRONG as problem:
        raise ValueError(f"{type(problem).__name__}: {problem}") from problem


def _normalised(pdf: pikepdf.Pdf, part: int) -> Iterator[Finding]:
    layers = read_layers(pdf)
    places = read_destinations(pdf)
    yield from drop_actions(pdf, places)
    yield from settle_annotations(pdf, layers, places)
    yield from settle_catalogue(pdf, part, places)
    settle_boxes(pdf)
    own_resources(pdf)
    usage = read_usage(pdf)
    drop_unused(pdf, usage)
    yield from settle_colours(pdf, usage)
    yield from plain_content(pdf, layers)
    settle_names(pdf)
    yield from replace_missing(pdf, usage)
    settle_simple(pdf, usage)
    repair_embedded(pdf, usage)
    drop_everywhere(pdf)
    prune(pdf)
    write_required(pdf)
