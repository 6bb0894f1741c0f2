from __future__ import annotations

from eakte.domain.findings import Finding, FindingCode, sentences
from eakte.domain.page_numbers import ranges


def test_what_many_pages_have_in_common_is_one_sentence() -> None:
    """A file of 30 pages without a colour profile must not drown what else there is to know."""
    plain = [
        Finding(FindingCode.NO_COLOUR_PROFILE, page, "DeviceCMYK") for page in range(30, 0, -1)
    ]
    told = sentences((*plain, Finding(FindingCode.NO_CLASS)))
    assert told == (
        "colours came without a profile; one was assumed (pages 1-30): DeviceCMYK",
        "no class fits",
    )


def test_a_detail_names_its_pages_unless_it_is_true_of_all() -> None:
    blank = FindingCode.BLANK_PAGE
    found = (Finding(blank, 2), Finding(blank, 4, "nearly"), Finding(blank, 7, "nearly"))
    assert sentences(found) == ("a page looks blank (pages 2, 4, 7): nearly (pages 4, 7)",)
    assert sentences(found[:1]) == ("a page looks blank (page 2)",)
    assert sentences(found[1:]) == ("a page looks blank (pages 4, 7): nearly",)


def test_of_many_details_the_first_are_told_and_the_others_counted() -> None:
    fonts = [Finding(FindingCode.FONT_REPLACED, None, f"F{number}") for number in range(12)]
    said = "a font that was not embedded was replaced by a similar one: F0; F1; F2; F3"
    assert sentences(fonts) == (f"{said}; 8 more",)
    assert sentences(fonts[:4]) == (said,)


def test_ranges_of_pages() -> None:
    assert ranges((1, 2, 3, 7, 9, 10)) == "1-3, 7, 9-10"
    assert ranges(()) == ""
