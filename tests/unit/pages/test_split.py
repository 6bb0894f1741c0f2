from __future__ import annotations

from eakte.domain.mail import PageKind, Part, SourcePage
from eakte.pages.split import split


def _pages(pattern: str) -> tuple[SourcePage, ...]:
    return tuple(
        SourcePage(number, 595, 842, PageKind.PICTURE, 300, bitonal=False, separator=mark == "T")
        for number, mark in enumerate(pattern, start=1)
    )


def test_without_separators_a_scan_is_one_part() -> None:
    assert split(_pages("...")) == (Part(1, (1, 2, 3)),)


def test_separators_end_parts_and_belong_to_none() -> None:
    assert split(_pages("..T.")) == (Part(1, (1, 2)), Part(2, (4,)))


def test_empty_runs_make_no_part() -> None:
    assert split(_pages("T..TT.T")) == (Part(1, (2, 3)), Part(2, (6,)))


def test_only_separators_make_nothing() -> None:
    assert split(_pages("TT")) == ()
    assert split(()) == ()
