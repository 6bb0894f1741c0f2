"""What a page's picture shows that a person should know; the picture itself is never touched."""

from __future__ import annotations

from PIL import Image

from eakte.domain.findings import Finding, FindingCode
from eakte.pages.blank import blankness
from eakte.pages.edges import cut_edges
from eakte.pages.shade import shade
from eakte.pages.skew import skew

LOW_DPI = 195.0
"""Fax "fine" (ITU-T T.4) has 203 x 195.6 dpi and is sold as 200; scans of 200 dpi state 199 or so.
The coarser fax (98 lines) and pictures of screens (72 to 150) are below."""
SKEWED_DEGREES = 3.0


def page_findings(
    number: int, glance: Image.Image, dpi: float | None, *, bitonal: bool
) -> tuple[Finding, ...]:
    """Give the findings on page `number` from its grey glance (which carries its own dpi).

    `dpi` is the resolution of the stored picture, None if a program drew the page.
    """
    page = shade(glance)
    bare = blankness(page)
    angle = 0.0 if bare.blank else skew(page)
    findings = {
        FindingCode.BLANK_PAGE: bare.detail if bare.blank else None,
        FindingCode.BITONAL: "" if bitonal else None,
        FindingCode.LOW_RESOLUTION: f"{dpi:.0f} dpi" if dpi is not None and dpi < LOW_DPI else None,
        FindingCode.SKEWED: f"{angle:+.1f}°" if abs(angle) > SKEWED_DEGREES else None,
        FindingCode.CUT_EDGE: "" if cut_edges(glance, page) else None,
    }
    return tuple(
        Finding(code, number, detail) for code, detail in findings.items() if detail is not None
    )
