"""What is to become an archive copy, and what has been decided about its pages so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path

import pikepdf
import pypdfium2

from eakte.domain.archive import Claim
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.mail import MediaType, PageKind, SourcePage
from eakte.domain.text import RecognisedPage
from eakte.errors import UnusableInputError

BROKEN = (
    pikepdf.PdfError,
    pypdfium2.PdfiumError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    OSError,
    ArithmeticError,
    RuntimeError,  # RecursionError, and qpdf's own
)
"""What libraries raise on a file that is damaged or hostile."""


class Keep(IntEnum):
    """How much of a PDF stays around its pages, from the most to the least."""

    ALL = 0
    """Also the structure of a tagged PDF."""
    NAVIGATION = 1
    """Outlines, named destinations and page labels; no structure."""
    FILES = 2
    """Embedded files."""
    PAGES = 3


@dataclass(frozen=True)
class Job:
    """The pages of a scan that become one archive copy at `out`.

    `texts`: what was read, by page number; it may be long, so it is looked up page by page.
    """

    source: Path
    media_type: MediaType
    pages: tuple[SourcePage, ...]
    texts: Mapping[int, RecognisedPage]
    out: Path

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers of the pages."""
        return frozenset(page.number for page in self.pages)

    def of(self, pages: tuple[SourcePage, ...]) -> Job:
        """Give the same without texts for some of its pages: a trial."""
        return replace(self, pages=pages, texts={})


@dataclass(frozen=True)
class Plan:
    """Which pages are to be drawn anew, and what stays around the pages."""

    redrawn: frozenset[int] = frozenset()
    keep: Keep = Keep.ALL

    def drawing(self, more: frozenset[int]) -> Plan:
        """Draw more pages anew; the structure of a tagged PDF then speaks of what is gone."""
        return Plan(self.redrawn | more, max(self.keep, Keep.NAVIGATION))

    def promoted(self, page: SourcePage) -> bool:
        """Tell whether a page is to keep what a program drew."""
        return page.kind is PageKind.BORN_DIGITAL and page.number not in self.redrawn


@dataclass(frozen=True)
class Made:
    """A file that was written and found to conform: its claim, its plan as it came to be."""

    claim: Claim
    plan: Plan
    findings: tuple[Finding, ...] = ()


class UnfitError(Exception):
    """An attempt does not do; `pages` are the numbers of those to be blamed, if that is known."""

    def __init__(self, detail: str, pages: frozenset[int] = frozenset()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.pages = pages


def refused(detail: str) -> UnusableInputError:
    """Give the refusal to convert."""
    return UnusableInputError(reason=FindingCode.CONVERSION_FAILED.value, detail=detail)
