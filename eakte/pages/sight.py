"""What one look at a page tells: findings for a person, and the marks that order or name."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from eakte.domain.findings import Finding
from eakte.domain.mail import Mark
from eakte.pages.marking import marking
from eakte.pages.quality import page_findings


@dataclass(frozen=True)
class Sight:
    """What a page shows besides its text."""

    findings: tuple[Finding, ...]
    marks: tuple[Mark, ...]
    separator: bool
    """A sheet of its own: a separator or a Vorblatt, no page of a letter."""


def see(number: int, glance: Image.Image, dpi: float | None, *, bitonal: bool) -> Sight:
    """Look at page `number` through its grey glance (at most GLANCE_DPI, as stored)."""
    findings = page_findings(number, glance, dpi, bitonal=bitonal)
    marked = marking(number, glance)
    return Sight((*findings, *marked.findings), marked.marks, marked.separator)
