"""Making a born-digital PDF fit for PDF/A without changing what it shows."""

from __future__ import annotations

import pikepdf

from eakte.domain.findings import Finding
from eakte.pdfa.normal.actions import drop_actions
from eakte.pdfa.normal.annotations import settle_annotations
from eakte.pdfa.normal.catalogue import drop_everywhere, settle_boxes, settle_catalogue
from eakte.pdfa.normal.colours import settle_colours
from eakte.pdfa.normal.content import plain_content
from eakte.pdfa.normal.embedded import repair_embedded, settle_simple
from eakte.pdfa.normal.fonts import replace_missing
from eakte.pdfa.normal.layers import read_layers
from eakte.pdfa.normal.prune import prune
from eakte.pdfa.normal.usage import drop_unused, own_resources, read_usage


def normalise(pdf: pikepdf.Pdf, part: int) -> tuple[Finding, ...]:
    """Change an open PDF so that `pikepdf.pdfa.prepare` can make it PDF/A-`part`b.

    Nothing is rasterised; what cannot be helped is left for the validator to name. XMP and
    embedded files (kept in part 3) are others' work. Raises pikepdf.PdfError or ValueError on
    a file that is damaged.
    """
    layers = read_layers(pdf)
    findings = [*drop_actions(pdf), *settle_annotations(pdf, layers)]
    findings += settle_catalogue(pdf, part)
    settle_boxes(pdf)
    own_resources(pdf)
    usage = read_usage(pdf)
    drop_unused(pdf, usage)
    findings += plain_content(pdf, layers)
    findings += settle_colours(pdf, usage)
    findings += replace_missing(pdf, usage)
    settle_simple(pdf, usage)
    repair_embedded(pdf, usage)
    drop_everywhere(pdf)
    prune(pdf)
    return tuple(dict.fromkeys(findings))
