"""What one look at a page tells: findings for a person, and the marks that order or name."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from eakte.domain.findings import Finding, FindingCode
from eakte.domain.mail import Mark
from eakte.pages.glance import is_blank
from eakte.pages.marking import marking

LOW_DPI = 190.0


@dataclass(frozen=True)
class Sight:
    """What a page shows besides its text."""

    findings: tuple[Finding, ...]
    marks: tuple[Mark, ...]
    separator: bool
    """A sheet of its own: a separator or a Vorblatt, no page of a letter."""


def see(number: int, glance: Image.Image, dpi: float | None, *, bitonal: bool) -> Sight:
    """Look at page `number` through its grey glance (at most GLANCE_DPI, as stored)."""
    found = {
        FindingCode.BLANK_PAGE: is_blank(glance),
        FindingCode.BITONAL: bitonal,
        FindingCode.LOW_RESOLUTION: dpi is not None and dpi < LOW_DPI,
    }
    marked = marking(number, glance)
    findings = [Finding(code, number) for code, present in found.items() if present]
    return Sight((*findings, *marked.findings), marked.marks, marked.separator)
