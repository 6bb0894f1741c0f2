"""Pages to be blamed are found by trials, and the work is bounded."""

from __future__ import annotations

import pytest

from eakte.domain.mail import PageKind, SourcePage
from eakte.pdfa.guilty import tried_guilty


def _pages(count: int) -> tuple[SourcePage, ...]:
    return tuple(
        SourcePage(number, 595, 842, PageKind.BORN_DIGITAL, None, bitonal=False)
        for number in range(1, count + 1)
    )


class _Trials:
    def __init__(self, guilty: set[int]) -> None:
        self.guilty, self.looked_at = guilty, 0

    def fails(self, group: tuple[SourcePage, ...]) -> bool:
        self.looked_at += len(group)
        return any(page.number in self.guilty for page in group)


@pytest.mark.parametrize("guilty", [set(), {1}, {7}, {1, 2, 13}, set(range(1, 14))])
def test_those_that_fail_alone_are_found(guilty: set[int]) -> None:
    assert tried_guilty(_Trials(guilty).fails, _pages(13)) == guilty


def test_a_single_page_is_tried() -> None:
    assert tried_guilty(_Trials({1}).fails, _pages(1)) == {1}


def test_a_long_file_is_not_tried_page_by_page() -> None:
    trials = _Trials(set(range(1, 2001, 9)))
    found = tried_guilty(trials.fails, _pages(2000))
    assert trials.guilty <= found
    assert trials.looked_at <= 4 * 2000
