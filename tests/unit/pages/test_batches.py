from __future__ import annotations

import unicodedata

import pytest

from eakte.domain.findings import FindingCode
from eakte.domain.mail import Batch, Mark, MarkKind, PageKind, Side, SourcePage
from eakte.pages.batches import batch_findings, batch_of, half_of_name


def _scan(*covers: str | None) -> tuple[SourcePage, ...]:
    return tuple(
        SourcePage(
            number,
            595,
            842,
            PageKind.PICTURE,
            300,
            bitonal=False,
            separator=cover is not None,
            marks=() if cover is None else (Mark(MarkKind.COVER, cover),),
        )
        for number, cover in enumerate(covers, start=1)
    )


def test_a_batch_is_what_its_vorblatt_says() -> None:
    pages = _scan("EAKTE V 2026-17 2 EVEN", None, None)
    assert batch_of(pages) == Batch("2026-17", 2, Side.EVEN)
    assert batch_findings(pages) == ()


def test_without_a_vorblatt_there_is_no_batch() -> None:
    assert batch_of(_scan(None, None)) is None
    assert batch_findings(_scan(None, None)) == ()


@pytest.mark.parametrize("pages", [1, 3])
def test_a_page_more_or_less_is_a_finding_with_both_numbers(pages: int) -> None:
    (finding,) = batch_findings(_scan("EAKTE V 2026-17 2 BOTH", *[None] * pages))
    assert finding.code is FindingCode.BATCH_INCOMPLETE
    assert finding.detail == f"{pages} ≠ 2"


def test_a_count_that_was_not_told_is_not_checked() -> None:
    assert batch_findings(_scan("EAKTE V 2026-17 0 BOTH", None)) == ()


def test_several_vorblaetter_in_one_scan_are_a_finding() -> None:
    pages = _scan("EAKTE V 17 1 BOTH", None, "EAKTE V 18 1 BOTH", None)
    assert batch_of(pages) is None
    found = batch_findings(pages)
    assert {(each.code, each.page) for each in found} == {
        (FindingCode.DOUBTFUL_BARCODE, 1),
        (FindingCode.DOUBTFUL_BARCODE, 3),
    }


def test_a_vorblatt_that_does_not_come_first_is_a_finding() -> None:
    (finding,) = batch_findings(_scan(None, "EAKTE V 17 1 BOTH"))
    assert (finding.code, finding.page) == (FindingCode.DOUBTFUL_BARCODE, 2)


@pytest.mark.parametrize(
    ("name", "half"),
    [
        ("double-sided-odd.pdf", ("double-sided", Side.ODD)),
        ("double-sided-even.PDF", ("double-sided", Side.EVEN)),
        ("Post 17_Vorderseiten.tif", ("Post 17", Side.ODD)),
        ("17-rueckseiten.tiff", ("17", Side.EVEN)),
        ("17-Rückseiten.jpg", ("17", Side.EVEN)),
        (unicodedata.normalize("NFD", "17-rückseiten.png"), ("17", Side.EVEN)),
    ],
)
def test_halves_are_known_by_strict_names(name: str, half: tuple[str, Side]) -> None:
    """Demand 17: collation is per batch."""
    assert half_of_name(name) == half


@pytest.mark.parametrize(
    "name",
    [
        "odd.pdf",
        "-odd.pdf",
        "17odd.pdf",
        "17-odds.pdf",
        "17-odd",
        "17-odd.pdf.exe",
        "17-odd.docx",
        "17-odd .pdf",
        "../17-odd.pdf",
        "17-odd.pdf\n",
        "a/17-even.pdf",
        "17-even-odd-.pdf",
        "x" * 61 + "-odd.pdf",
        "",
    ],
)
def test_other_names_are_no_halves(name: str) -> None:
    assert half_of_name(name) is None
