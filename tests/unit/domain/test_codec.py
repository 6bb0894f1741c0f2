"""JSON that is too long to be held as objects is read one item at a time."""

from __future__ import annotations

import pytest

from eakte.domain.codec import each_from_json, to_json
from eakte.domain.text import Box, RecognisedPage, Word


def _page(number: int) -> RecognisedPage:
    words = (Word('a "]," b', Box(1, 2.5, 3, 4), 0.5, 0), Word("Straße", Box(0, 0, 1, 1), 1.0, 1))
    return RecognisedPage(number, 595.2, 842, words, "Straße ],[", 0, 0.5, complete=True, engine="")


@pytest.mark.parametrize("count", [0, 1, 3])
def test_items_come_back_one_by_one(count: int) -> None:
    pages = tuple(_page(number) for number in range(count))
    data = to_json(pages, tuple[RecognisedPage, ...])
    assert tuple(each_from_json(RecognisedPage, data)) == pages


def test_pages_put_together_are_what_all_of_them_would_be() -> None:
    """The steps keep the pages of a letter by joining what was kept of each page."""
    pages = tuple(map(_page, range(3)))
    joined = b"[" + b",".join(map(to_json, pages)) + b"]"
    assert joined == to_json(pages, tuple[RecognisedPage, ...])


@pytest.mark.parametrize("lost", [1, 2, 40])
def test_an_array_that_is_cut_is_no_array(lost: int) -> None:
    data = to_json((_page(1), _page(2)), tuple[RecognisedPage, ...])
    with pytest.raises(ValueError, match=r"Expecting|delimiter|Unterminated"):
        list(each_from_json(RecognisedPage, data[:-lost]))
