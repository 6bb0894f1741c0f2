"""Law R6 (A.SC.12): symbol coding is forbidden, generic regions are not."""

from __future__ import annotations

import struct
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Dictionary, Name

from eakte.domain.findings import Finding, FindingCode
from eakte.pages.inspect import inspect
from eakte.pages.jbig2 import SYMBOLS, UNCLEAR, Coding, coding_of, jbig2_findings

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "odd_pdfs"
SYMBOL_DICTIONARY, TEXT, GENERIC, PAGE, END = 0, 6, 38, 48, 49


def _segment(
    kind: int, body: bytes, *, number: int = 0, refers: tuple[int, ...] = (), long: bool = False
) -> bytes:
    """Write a segment as T.88 7.2 says; `long`: the four-byte form of count and page."""
    size = "B" if number <= 256 else "H"
    if long:
        count = struct.pack(">I", 0xE0000000 | len(refers)) + bytes(-(-(len(refers) + 1) // 8))
    else:
        count = bytes([len(refers) << 5])
    page = struct.pack(">I", 1) if long else b"\1"
    head = struct.pack(">IB", number, kind | 0x40 * long) + count
    return head + struct.pack(f">{len(refers)}{size}", *refers) + page + _sized(body)


def _sized(body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + body


PAGE_INFO = _segment(PAGE, struct.pack(">IIIIBH", 64, 64, 0, 0, 0, 0))
REGION = _segment(GENERIC, bytes(30), number=1)


@pytest.mark.parametrize("long", [False, True])
def test_generic_regions_are_told_from_symbols(long: bool) -> None:
    shared = _segment(SYMBOL_DICTIONARY, bytes(20), long=long)
    text = _segment(TEXT, bytes(40), number=300, refers=(0, 1, 2), long=long)
    assert coding_of(PAGE_INFO + REGION + _segment(END, b"", number=2)) is Coding.GENERIC
    assert coding_of(PAGE_INFO + text) is Coding.SYMBOLS
    assert coding_of(PAGE_INFO + REGION, shared) is Coding.SYMBOLS


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x97JB2\r\n\x1a\n" + PAGE_INFO,
        PAGE_INFO,
        PAGE_INFO + REGION[:-1],
        PAGE_INFO + REGION + b"\0\0",
        PAGE_INFO + _segment(63, b""),
        PAGE_INFO + REGION[:7] + b"\xff\xff\xff\xff" + bytes(30),
    ],
)
def test_what_does_not_add_up_is_unclear_never_harmless(data: bytes) -> None:
    assert coding_of(data) is Coding.UNCLEAR


def _stream(pdf: pikepdf.Pdf, data: bytes, shared: bytes = b"") -> pikepdf.Stream:
    stream = pikepdf.Stream(pdf, data, Filter=Name.JBIG2Decode)
    if shared:
        stream.DecodeParms = Dictionary(JBIG2Globals=pikepdf.Stream(pdf, shared))
    return stream


def test_a_page_is_named_with_what_is_wrong() -> None:
    pdf = pikepdf.new()
    generic = _stream(pdf, PAGE_INFO + REGION)
    symbols = _stream(pdf, PAGE_INFO + REGION, _segment(SYMBOL_DICTIONARY, bytes(20)))
    wrapped = _stream(pdf, b"x\x9c...")
    assert jbig2_findings(1, [generic]) == ()
    assert jbig2_findings(2, [wrapped, generic]) == (Finding(FindingCode.JBIG2, 2, UNCLEAR),)
    assert jbig2_findings(3, [wrapped, symbols]) == (Finding(FindingCode.JBIG2, 3, SYMBOLS),)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="needs ../shared/corpus")
@pytest.mark.parametrize(
    ("name", "detail"), [("jbig2.pdf", SYMBOLS), ("linn.pdf", None), ("skew.pdf", None)]
)
def test_real_files_are_told_apart(name: str, detail: str | None) -> None:
    (page,) = inspect(CORPUS / name).pages
    found = [finding.detail for finding in page.findings if finding.code is FindingCode.JBIG2]
    assert found == ([] if detail is None else [detail])
