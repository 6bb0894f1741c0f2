from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte.domain.akten import is_aktenzeichen
from eakte.domain.mail import Batch, Mark, MarkKind, Side
from eakte.pages.barcodes import Reading, batch, cover_text, separator_text, understand

AKTE = "32.1-112.05/2026-0417"
OURS = (
    "PATCHT",
    f"EAKTE T {AKTE}",
    AKTE,
    f"AZ:{AKTE}",
    "EAKTE V 2026-17 45 BOTH",
    "EAKTE V A 0 ODD",
    "EAKTE V POST-7 9999 EVEN-IN-ORDER",
)


def test_an_order_to_split_is_exactly_patcht() -> None:
    mark = Mark(MarkKind.SPLIT, "PATCHT", "QR Code")
    assert understand("PATCHT", "QR Code") == Reading((mark,))


@pytest.mark.parametrize("text", [AKTE, f"AZ:{AKTE}"])
def test_an_aktenzeichen_is_read_in_canonical_form(text: str) -> None:
    named = Mark(MarkKind.AKTENZEICHEN, AKTE, "Code 39")
    assert understand(text, "Code 39") == Reading((named,))


def test_a_separator_sheet_may_name_the_akte_of_the_next_letter() -> None:
    marks = understand(separator_text(AKTE), "").marks
    assert [mark.kind for mark in marks] == [MarkKind.SPLIT, MarkKind.AKTENZEICHEN]
    assert marks[1].value == AKTE


@pytest.mark.parametrize(
    "described",
    [
        Batch("2026-17", 45),
        Batch("A", 0, Side.ODD),
        Batch("POST-7", 9999, Side.EVEN),
        Batch("ABCDEFGHIJ0123456789", 1, Side.EVEN, in_order=True),
    ],
)
def test_a_vorblatt_says_what_it_was_printed_with(described: Batch) -> None:
    (mark,) = understand(cover_text(described), "QR Code").marks
    assert (mark.kind, batch(mark.value)) == (MarkKind.COVER, described)


@pytest.mark.parametrize(
    "text",
    [
        "PATCHTS",
        "PATCHT\n",
        " PATCHT",
        "patcht",
        "PATCH1",
        "PATCH T",
        f"{AKTE} ",
        f"AZ: {AKTE}",
        f"az:{AKTE}",
        f"AZ {AKTE}",
        "AZ:32.1-112.05/2026-417",
        "32.1-112.05/2026-04171",
        "32,1-112.05/2026-0417",
        "32.1-112.05-2026-0417",
        "32.1-112.05/2026-041\u0667",
        "EAKTE T",
        "EAKTE T 32.1",
        f"EAKTE  T {AKTE}",
        f"EAKTE T AZ:{AKTE}",
        "EAKTE V 2026-17 45",
        "EAKTE V 2026-17 45 BACK",
        "EAKTE V 2026-17 045 BOTH",
        "EAKTE V 2026-17 10000 BOTH",
        "EAKTE V -17 4 BOTH",
        "EAKTE V 2026_17 4 BOTH",
        "EAKTE V ABCDEFGHIJ01234567890 1 ODD",
        "EAKTE V A 1 ODD\n",
        "eakte v A 1 ODD",
    ],
)
def test_what_begins_like_ours_but_is_not_is_doubtful_and_never_used(text: str) -> None:
    """Demand 39: a strict pattern, and what failed is visible."""
    reading = understand(text, "")
    assert reading.marks == ()
    assert reading.doubt


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://www.neuenfurt.example/az?32.1-112.05/2026-0417",
        "4006381333931",
        "ASN00123",
        "TAG:invoice",
        "ADAR-NEXTDOC",
        "BCD\n002\n1\nSCT\n\nStadt\nDE02100500000054540402",
        "00340434161094042557",
        "JJD000390007840241514",
        "AZUR",
        "CUSTOM BARCODE",
        "20.03.2026",
    ],
)
def test_codes_of_others_are_no_business_of_ours(text: str) -> None:
    assert understand(text, "") == Reading()


def test_a_doubtful_text_is_shown_printable_and_short() -> None:
    doubt = understand("PATCH\x1b[2J" + "x" * 5000, "").doubt
    assert doubt.isprintable()
    assert len(doubt) < 80


@given(st.sampled_from(OURS), st.data())
def test_no_single_slip_is_taken_for_one_of_ours_unless_it_is_another_whole_one(
    text: str, data: st.DataObject
) -> None:
    """Demand 39: a strict pattern. What a slip made is not read as if it had not been made."""
    place = data.draw(st.integers(0, len(text)))
    put = data.draw(st.text(max_size=2))
    cut = data.draw(st.integers(0, 2))
    slipped = text[:place] + put + text[place + cut :]
    marks = understand(slipped, "").marks
    if slipped != text and marks:
        assert marks != understand(text, "").marks or text.removeprefix("AZ:") == slipped
        assert all(_whole(mark, slipped) for mark in marks)


@given(st.text(alphabet="EAKTVPCHZ0123456789 .-/:BOHDN\n", max_size=40))
def test_marks_come_from_whole_texts_only(text: str) -> None:
    """Demand 39: a strict pattern."""
    assert all(_whole(mark, text) for mark in understand(text, "").marks)


def _whole(mark: Mark, text: str) -> bool:
    """Say again, in other words, when a text may give a mark."""
    if mark.kind is MarkKind.AKTENZEICHEN:
        prefixes = ("", "AZ:", "EAKTE T ")
        return is_aktenzeichen(mark.value) and text in {each + mark.value for each in prefixes}
    if mark.kind is MarkKind.COVER:
        return mark.value == text == cover_text(batch(text))
    return text == "PATCHT" or (
        text.startswith("EAKTE T ") and is_aktenzeichen(text.removeprefix("EAKTE T "))
    )
