"""Separator sheets and orders to split divide a scan into its letters."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

from eakte.domain.findings import Finding, FindingCode
from eakte.domain.mail import MarkKind, Part, SourcePage
from eakte.i18n import N_

NOTHING_AFTER = N_("no letter follows the last separator sheet, which names an Akte")


@dataclass
class _Run:
    """The pages of one letter while it is gathered, and the Aktenzeichen that it was given."""

    pages: list[int] = field(default_factory=list)
    aktenzeichen: list[str] = field(default_factory=list)


def split(pages: tuple[SourcePage, ...]) -> tuple[Part, ...]:
    """Give the letters of a scan, in order; empty runs make none.

    A separator sheet or Vorblatt ends a letter and belongs to none; a page of content with an order
    to split begins a letter and is its first page. An Aktenzeichen on a sheet belongs to the letter
    after it, one on a page of content to its own letter, and never to another.
    """
    runs = [_Run()]
    for page in pages:
        if page.separator or (_orders_split(page) and runs[-1].pages):
            runs = runs if not runs[-1].pages else [*runs, _Run()]
        runs[-1].aktenzeichen += _aktenzeichen(page)
        if not page.separator:
            runs[-1].pages.append(page.number)
    left = runs.pop() if not runs[-1].pages else _Run()
    parts = [
        Part(number, tuple(run.pages), tuple(dict.fromkeys(run.aktenzeichen)))
        for number, run in enumerate(runs, start=1)
    ]
    return tuple(parts) if not left.aktenzeichen else _with_finding_on_last(parts)


def part_by_person(pages: tuple[SourcePage, ...], number: int, own: tuple[int, ...]) -> Part:
    """Give the letter that a person made of some pages (their numbers).

    It has the Aktenzeichen on its own pages, and on the sheets just before the first of them.
    """
    before = [page for page in pages if page.number < own[0]]
    sheets = list(itertools.takewhile(lambda page: page.separator, reversed(before)))
    named = [*reversed(sheets), *(page for page in pages if page.number in own)]
    aktenzeichen = [value for page in named for value in _aktenzeichen(page)]
    return Part(number, own, tuple(dict.fromkeys(aktenzeichen)))


def _orders_split(page: SourcePage) -> bool:
    return any(mark.kind is MarkKind.SPLIT for mark in page.marks)


def _aktenzeichen(page: SourcePage) -> list[str]:
    return [mark.value for mark in page.marks if mark.kind is MarkKind.AKTENZEICHEN]


def _with_finding_on_last(parts: list[Part]) -> tuple[Part, ...]:
    finding = Finding(FindingCode.DOUBTFUL_BARCODE, None, NOTHING_AFTER)
    return tuple(
        replace(part, findings=(finding,)) if part is parts[-1] else part for part in parts
    )
