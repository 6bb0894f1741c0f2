from __future__ import annotations

from eakte.domain.findings import FindingCode
from eakte.domain.mail import Mark, MarkKind, PageKind, Part, SourcePage
from eakte.pages.split import part_by_person, split

FIRST, SECOND = "32.1-112.05/2026-0417", "20.1-702.11/2026-0003"


def _pages(pattern: str) -> tuple[SourcePage, ...]:
    """`.` a page, `T` a separator sheet, `t` a page with an order to split.

    `1`, `2` pages that name an Akte; `A`, `B` separator sheets that name it.
    """
    return tuple(_page(number, sign) for number, sign in enumerate(pattern, start=1))


def _page(number: int, sign: str) -> SourcePage:
    marks = [Mark(MarkKind.SPLIT, "PATCHT")] if sign in "TtAB" else []
    akte = {"1": FIRST, "A": FIRST, "2": SECOND, "B": SECOND}.get(sign)
    marks += [Mark(MarkKind.AKTENZEICHEN, akte)] if akte else []
    return SourcePage(
        number,
        595,
        842,
        PageKind.PICTURE,
        300,
        bitonal=False,
        separator=sign in "TAB",
        marks=tuple(marks),
    )


def test_without_separators_a_scan_is_one_part() -> None:
    assert split(_pages("...")) == (Part(1, (1, 2, 3)),)


def test_separators_end_parts_and_belong_to_none() -> None:
    assert split(_pages("..T.")) == (Part(1, (1, 2)), Part(2, (4,)))


def test_empty_runs_make_no_part() -> None:
    assert split(_pages("T..TT.T")) == (Part(1, (2, 3)), Part(2, (6,)))


def test_only_separators_make_nothing() -> None:
    assert split(_pages("TT")) == ()
    assert split(_pages("A")) == ()
    assert split(()) == ()


def test_content_with_an_order_to_split_begins_a_part_and_is_kept_in_it() -> None:
    """Demand 8: no page is lost where a scan is divided."""
    assert split(_pages(".t.t")) == (Part(1, (1,)), Part(2, (2, 3)), Part(3, (4,)))
    assert split(_pages("t.Tt")) == (Part(1, (1, 2)), Part(2, (4,)))


def test_an_aktenzeichen_on_a_page_belongs_to_its_own_part_only() -> None:
    """Demand 39: a file number applies only to its own part."""
    parts = split(_pages(".1T.T2."))
    assert [part.aktenzeichen for part in parts] == [(FIRST,), (), (SECOND,)]


def test_an_aktenzeichen_on_a_sheet_belongs_to_the_part_after_it_only() -> None:
    """Demand 39: a file number applies only to its own part."""
    parts = split(_pages(".A.T.BT."))
    assert [part.aktenzeichen for part in parts] == [(), (FIRST,), (), (SECOND,)]


def test_two_aktenzeichen_in_one_part_are_both_told() -> None:
    assert [part.aktenzeichen for part in split(_pages("A.2.1"))] == [(FIRST, SECOND)]
    assert [part.aktenzeichen for part in split(_pages("AB."))] == [(FIRST, SECOND)]


def test_an_aktenzeichen_that_no_letter_follows_is_a_finding() -> None:
    """Demand 39: a failed detection is visible."""
    first, last = split(_pages(".T.A"))
    assert first.findings == ()
    assert [each.code for each in last.findings] == [FindingCode.DOUBTFUL_BARCODE]
    assert last.aktenzeichen == ()


def test_a_part_by_person_has_what_stands_on_its_pages_and_on_the_sheet_just_before() -> None:
    """Dividing a letter must not give the Akte of the first half to the second."""
    pages = _pages("A..2B.")
    assert part_by_person(pages, 5, (2, 3)).aktenzeichen == (FIRST,)
    assert part_by_person(pages, 6, (3, 4)) == Part(6, (3, 4), (SECOND,))
    assert part_by_person(pages, 7, (3,)).aktenzeichen == ()
    assert part_by_person(pages, 8, (2, 3, 4, 6)).aktenzeichen == (FIRST, SECOND)
    assert part_by_person(pages, 9, (6,)) == Part(9, (6,), (SECOND,))
