"""The barcodes of others, and letters without any: what eakte makes of real pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from eakte.domain.findings import FindingCode
from eakte.errors import UnusableInputError
from eakte.pages.inspect import inspect
from eakte.pages.split import split
from tests.integration.page_samples import CORPUS

SAMPLES = Path(__file__).parents[2] / "sample_mail"
ABOUT_MARKS = {
    FindingCode.DAMAGED_SEPARATOR,
    FindingCode.DOUBTFUL_BARCODE,
    FindingCode.SEPARATOR_WITH_CONTENT,
}
BARCODES = {
    # name: sheets, damaged pages, pages of each letter
    "barcode-128-custom.pdf": ([], [], [(1,)]),
    "barcode-39-asn-123.pdf": ([], [], [(1,)]),
    "barcode-qr-custom.pdf": ([], [], [(1,)]),
    "many-qr-codes.pdf": ([], [], [(1, 2, 3)]),
    "patch-code-t-double.pdf": ([2, 3], [], [(1,), (4,)]),
    "patch-code-t-middle-alpha.tiff": ([2], [], [(1,), (3,)]),
    "patch-code-t-middle-distorted.pdf": ([2], [], [(1,), (3,)]),
    "patch-code-t-middle-fuzzy.pdf": ([2], [], [(1,), (3,)]),
    "patch-code-t-middle-reverse.pdf": ([2], [], [(1,), (3,)]),
    "patch-code-t-middle-unreadable.pdf": ([], [2], [(1, 2, 3)]),
    "patch-code-t-middle.pdf": ([2], [], [(1,), (3,)]),
    "patch-code-t-middle.tiff": ([2], [], [(1,), (3,)]),
    "patch-code-t-qr.pdf": ([1], [], []),
    "patch-code-t.pdf": ([1], [], []),
    "split-by-tag-basic.pdf": ([], [], [(1, 2, 3, 4, 5, 6)]),
    "split-by-tag-mixed-asn.pdf": ([], [], [(1, 2, 3, 4, 5, 6, 7, 8)]),
    "split-by-tag-multiple-per-page.pdf": ([], [], [(1, 2, 3, 4, 5)]),
}
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpus is not here")


@needs_corpus
@pytest.mark.parametrize("name", BARCODES)
def test_what_the_barcodes_of_others_order(name: str) -> None:
    """Demands 8 and 39: split where a sheet says so; what cannot be read is visible."""
    sheets, damaged, letters = BARCODES[name]
    pages = inspect(CORPUS / "barcodes" / name).pages
    found = [each for page in pages for each in page.findings if each.code in ABOUT_MARKS]
    assert [page.number for page in pages if page.separator] == sheets
    assert [(each.code, each.page) for each in found] == [
        (FindingCode.DAMAGED_SEPARATOR, number) for number in damaged
    ]
    assert [part.pages for part in split(pages)] == letters


@needs_corpus
def test_every_barcode_file_of_the_corpus_is_expected() -> None:
    assert {path.name for path in (CORPUS / "barcodes").iterdir()} == set(BARCODES)


def _alarms(paths: list[Path]) -> list[tuple[str, int, str]]:
    """Every mark and finding about marks: file, page, and what it is."""
    found = []
    for path in paths:
        try:
            pages = inspect(path).pages
        except UnusableInputError:
            continue
        for page in pages:
            told = [each.code.value for each in page.findings if each.code in ABOUT_MARKS]
            told += [mark.kind.value for mark in page.marks]
            found += [(path.name, page.number, each) for each in told]
    return found


@pytest.mark.slow
def test_no_sample_letter_is_taken_for_a_separator_damaged_or_not() -> None:
    """Demand 39: a false alarm on every page would hide the true one."""
    letters = [path for path in sorted(SAMPLES.glob("[0-9]*/*")) if path.suffix != ".toml"]
    assert len(letters) == 42
    assert _alarms(letters) == [("33-stapel-zwei-briefe.pdf", 2, "split")]


@needs_corpus
@pytest.mark.slow
def test_no_page_of_others_is_taken_for_a_separator_damaged_or_not() -> None:
    """Demand 39. Every fourth file here, for speed; all of them were looked at once."""
    paths = [
        path
        for folder in ("odd_pdfs", "invoices")
        for path in sorted((CORPUS / folder).iterdir())[::4]
        if path.suffix in {".pdf", ".png", ".jpg", ".tif", ".tiff"}
    ]
    assert len(paths) > 20
    assert _alarms(paths) == []
