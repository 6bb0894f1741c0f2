"""Two duplex halves, the odd and even sides of one stack, as one PDF in the order of reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain, zip_longest
from pathlib import Path

import pikepdf

from eakte.domain.findings import FindingCode
from eakte.domain.mail import Inspection, MarkKind, MediaType
from eakte.pages.inspect import inspect
from eakte.pages.picture_pages import picture_pages
from eakte.pages.sniff import refusal


def collate(
    odd: Path, odd_type: MediaType, even: Path, even_type: MediaType, out: Path, *, reversed_: bool
) -> int:
    """Write odd 1, even 1, odd 2, even 2 … to `out` as a PDF; give the number of its pages.

    `reversed_`: the even sides were scanned back to front, as after turning the stack. Vorblätter
    are left out. There must be as many even as odd sides, or one less: then the last sheet has
    no reverse, and the number given is odd. PDF pages and JPEGs are copied as they are, other
    pictures keep every pixel. Raises UnusableInputError: `halves_differ` with both numbers, or
    whatever keeps one half from being whole and readable.
    """
    fronts, backs = _numbers(odd, odd_type), _numbers(even, even_type)
    if len(fronts) - len(backs) not in (0, 1) or not backs:
        raise refusal(FindingCode.HALVES_DIFFER, f"{len(fronts)} / {len(backs)}")
    if reversed_:
        backs.reverse()
    with pikepdf.new() as joined, ExitStack() as sources:
        front = _pages(joined, odd, odd_type, fronts, sources)
        back = _pages(joined, even, even_type, backs, sources)
        for page in chain.from_iterable(zip_longest(front, back)):
            if page is not None:
                joined.pages.append(page)
        joined.save(out, deterministic_id=True)
        return len(joined.pages)


def _numbers(half: Path, media_type: MediaType) -> list[int]:
    """Give the numbers of a half's pages without Vorblätter."""
    found: Inspection = inspect(half)
    if found.media_type is not media_type:
        raise refusal(FindingCode.UNKNOWN_TYPE, f"{found.media_type.value} / {media_type.value}")
    return [
        page.number
        for page in found.pages
        if not (page.separator and any(mark.kind is MarkKind.COVER for mark in page.marks))
    ]


def _pages(
    joined: pikepdf.Pdf, half: Path, media_type: MediaType, numbers: list[int], sources: ExitStack
) -> Iterator[pikepdf.Page]:
    """Give pages of a half in that order, one at a time; `sources` keeps their file open."""
    if media_type is not MediaType.PDF:
        return picture_pages(joined, half, media_type, numbers)
    pdf = sources.enter_context(pikepdf.open(half))
    return (pdf.pages[number - 1] for number in numbers)
