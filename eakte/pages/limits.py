"""What a page or a file may be at most, so that a small file cannot fill the memory."""

from __future__ import annotations

from eakte.domain.findings import FindingCode
from eakte.i18n import N_
from eakte.pages.sniff import refusal

MAX_PIXELS = 700_000_000
"""An A0 plan at 600 dpi has 558 million. What must be decoded in full may be too large before."""
MAX_PAGES = 5000
MAX_RENDERED_PIXELS = 80_000_000
"""A page is drawn coarser rather than larger than this."""
MAX_READ_PIXELS = 24_000_000
"""The same for OCR, which holds a page in several ways at once: A2 at 245 dpi, A0 at 124."""
MAX_GLANCE_PIXELS = 18_000_000
"""The same for the first look at a page: A1 at 150 dpi."""


def check_pixels(width: int, height: int) -> None:
    """Refuse a picture with no or too many pixels (`damaged`, `too_large`)."""
    if width <= 0 or height <= 0:
        raise refusal(FindingCode.DAMAGED, N_("a picture has no pixels"))
    if width * height > MAX_PIXELS:
        detail = f"{width} x {height} px"
        raise refusal(FindingCode.TOO_LARGE, detail)


def check_count(pages: int) -> None:
    """Refuse a file with no or too many pages (`no_pages`, `too_large`)."""
    if pages < 1:
        raise refusal(FindingCode.NO_PAGES, "")
    if pages > MAX_PAGES:
        raise refusal(FindingCode.TOO_LARGE, f"{pages} > {MAX_PAGES}")
