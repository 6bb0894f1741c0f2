"""Separator sheets divide a scan into its letters."""

from __future__ import annotations

from itertools import groupby

from eakte.domain.mail import Part, SourcePage


def split(pages: tuple[SourcePage, ...]) -> tuple[Part, ...]:
    """Give the parts between separator sheets; sheets belong to none, empty runs make none."""
    runs = [
        tuple(page.number for page in run)
        for separator, run in groupby(pages, key=lambda page: page.separator)
        if not separator
    ]
    return tuple(Part(number, run) for number, run in enumerate(runs, start=1))
