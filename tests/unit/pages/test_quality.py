from __future__ import annotations

import pytest
from PIL import Image

from eakte.domain.findings import Finding, FindingCode
from eakte.pages.blank import FEW_MARKS
from eakte.pages.quality import page_findings
from tests.unit.pages.page_drawings import bare, grainy, paraphe, turned, typed


def test_a_good_page_has_no_finding() -> None:
    assert page_findings(1, grainy(typed(), 3), 300, bitonal=False) == ()


@pytest.mark.parametrize(
    ("dpi", "low"), [(300, False), (200, False), (199.2, False), (195.6, False), (150, True)]
)
def test_what_is_sold_as_200_dpi_is_not_low(dpi: float, low: bool) -> None:
    found = page_findings(4, typed(), dpi, bitonal=False)
    assert found == ((Finding(FindingCode.LOW_RESOLUTION, 4, "150 dpi"),) if low else ())


def test_fax_with_half_the_lines_is_low_and_bitonal() -> None:
    assert [found.code for found in page_findings(1, typed(), 98, bitonal=True)] == [
        FindingCode.BITONAL,
        FindingCode.LOW_RESOLUTION,
    ]


@pytest.mark.parametrize(("angle", "detail"), [(2.5, None), (-3.6, "-3.6°"), (5.1, "+5.1°")])
def test_more_than_three_degrees_are_skewed(angle: float, detail: str | None) -> None:
    found = page_findings(1, grainy(turned(typed(), angle), 3), 300, bitonal=False)
    assert [one.code for one in found] == ([FindingCode.SKEWED] if detail else [])
    if detail:
        assert float(found[0].detail.rstrip("°")) == pytest.approx(angle, abs=0.3)
        assert found[0].detail[0] == detail[0]


def test_cut_text_and_nearly_blank_pages_are_named() -> None:
    cut = page_findings(2, grainy(typed().crop((170, 0, 1240, 1754)), 3), 300, bitonal=False)
    assert cut == (Finding(FindingCode.CUT_EDGE, 2),)
    page = grainy(paraphe(bare(), 180, 0.4, (700, 900)), 3)
    nearly = page_findings(3, page, 300, bitonal=False)
    assert nearly == (Finding(FindingCode.BLANK_PAGE, 3, FEW_MARKS),)


def test_looking_leaves_the_picture_as_it_was() -> None:
    """Law R5 (A.NB.1): a finding never touches the picture."""
    page = grainy(turned(typed(), 5), 3)
    before: Image.Image = page.copy()
    page_findings(1, page, 300, bitonal=False)
    assert page.tobytes() == before.tobytes()
