"""What the fuzzer found, as small as it can be: a page that the reader drops without a word."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest

from eakte import sandbox
from eakte.errors import UnusableInputError
from eakte.pipeline import jobs
from eakte.sandbox import DEFAULT_LIMITS


def _two_pages() -> bytes:
    pdf = pikepdf.new()
    for text in (b"BT (one) Tj ET", b"BT (two) Tj ET"):
        pdf.add_blank_page(page_size=(595, 842))
        pdf.pages[-1].Contents = pdf.make_stream(text)
    out = io.BytesIO()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def _without_second_page(data: bytes) -> bytes:
    """Change one digit: the generation of the second page in the cross-reference table."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        offset = data.index(b"%d 0 obj" % pdf.pages[1].obj.objgen[0])
    entry = data.index(b"%010d 00000 n" % offset)
    return data[: entry + 11] + b"9" + data[entry + 12 :]


def test_a_page_that_the_page_tree_lost_is_damage(tmp_path: Path) -> None:
    """Demand 7: one wrong digit must not make a letter of two pages one of one page."""
    file = tmp_path / "zwei.pdf"
    file.write_bytes(_without_second_page(_two_pages()))
    with pytest.raises(UnusableInputError, match=r"damaged|truncated"):
        sandbox.call(DEFAULT_LIMITS, jobs.inspect_scan, file)
