"""Duplex halves become one PDF, with every pixel of every side."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from eakte import sandbox
from eakte.domain.findings import FindingCode
from eakte.domain.mail import Batch, MediaType, PageKind, Side
from eakte.errors import UnusableInputError
from eakte.pages.collate import collate
from eakte.pages.inspect import inspect
from eakte.pages.sheets import cover_sheet
from tests.integration.page_samples import CORPUS, encoded, scanner_pdf, tiff


def _side(number: int, mode: str = "RGB") -> Image.Image:
    """A side that is known by its width."""
    picture = Image.new("RGB", (400 + number, 560), (250, 246, 235))
    picture.paste((20, 20, 60), (60, 60, 60 + 20 * number, 200))
    return picture.convert(mode)


def _file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def _pictures(page: pikepdf.Page) -> list[pikepdf.Object]:
    return [each for each in page.resources.XObject.values() if each.Subtype == "/Image"]


def _order(path: Path) -> list[int]:
    """The numbers of the sides in a PDF."""
    with pikepdf.open(path) as pdf:
        return [int(picture.Width) - 400 for page in pdf.pages for picture in _pictures(page)]


def _refusal(folder: Path, odd: list[int], even: list[int]) -> UnusableInputError:
    with pytest.raises(UnusableInputError) as refused:
        _collated(folder, odd, even, reversed_=True)
    assert not (folder / "out.pdf").exists()
    return refused.value


def _collated(folder: Path, odd: list[int], even: list[int], *, reversed_: bool) -> int:
    halves = [scanner_pdf([_side(number) for number in half]) for half in (odd, even)]
    fronts, backs = (
        _file(folder, name, data) for name, data in zip(("odd", "even"), halves, strict=True)
    )
    out = folder / "out.pdf"
    kind = MediaType.PDF
    return collate(fronts, kind, backs, kind, out, reversed_=reversed_)


def test_sides_alternate_when_the_stack_was_turned(tmp_path: Path) -> None:
    """Demand 17: duplex collation is per batch."""
    assert _collated(tmp_path, [1, 3, 5], [6, 4, 2], reversed_=True) == 6
    assert _order(tmp_path / "out.pdf") == [1, 2, 3, 4, 5, 6]
    assert inspect(tmp_path / "out.pdf").media_type is MediaType.PDF


def test_sides_alternate_when_they_were_scanned_in_order(tmp_path: Path) -> None:
    assert _collated(tmp_path, [1, 3], [2, 4], reversed_=False) == 4
    assert _order(tmp_path / "out.pdf") == [1, 2, 3, 4]


@pytest.mark.parametrize("reversed_", [True, False])
def test_the_last_sheet_may_have_no_reverse(tmp_path: Path, reversed_: bool) -> None:
    even = [4, 2] if reversed_ else [2, 4]
    assert _collated(tmp_path, [1, 3, 5], even, reversed_=reversed_) == 5
    assert _order(tmp_path / "out.pdf") == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("odd", "even"), [([1, 3, 5], [2]), ([1], [2, 4])])
def test_halves_that_differ_are_refused_with_both_numbers(
    tmp_path: Path, odd: list[int], even: list[int]
) -> None:
    """Demand 17: halves are kept on error, and nobody guesses."""
    facts = _refusal(tmp_path, odd, even).facts
    assert facts["reason"] == FindingCode.HALVES_DIFFER.value
    assert facts["detail"] == f"{len(odd)} / {len(even)}"


def test_a_half_that_is_cut_is_refused(tmp_path: Path) -> None:
    whole = scanner_pdf([_side(1)])
    fronts, backs = _file(tmp_path, "odd", whole), _file(tmp_path, "even", whole[:-200])
    with pytest.raises(UnusableInputError) as refused:
        collate(fronts, MediaType.PDF, backs, MediaType.PDF, tmp_path / "out.pdf", reversed_=True)
    assert refused.value.facts["reason"] == FindingCode.TRUNCATED.value


def test_jpegs_and_streams_of_pdfs_keep_their_bytes(tmp_path: Path) -> None:
    """Demand 12: no picture is encoded anew."""
    jpeg = encoded(_side(1), "JPEG", quality=70)
    backs = scanner_pdf([_side(2)])
    with pikepdf.open(io.BytesIO(backs)) as pdf:
        back = _pictures(pdf.pages[0])[0].read_raw_bytes()
    out = tmp_path / "out.pdf"
    odd, even = _file(tmp_path, "odd", jpeg), _file(tmp_path, "even", backs)
    assert collate(odd, MediaType.JPEG, even, MediaType.PDF, out, reversed_=True) == 2
    with pikepdf.open(out) as pdf:
        kept = [each.read_raw_bytes() for page in pdf.pages for each in _pictures(page)]
    assert kept == [jpeg, back]


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P", "CMYK"])
def test_tiffs_keep_every_pixel(tmp_path: Path, mode: str) -> None:
    """Demand 12: no picture is encoded anew."""
    sides = [_side(number, mode) for number in (1, 2)]
    odd = _file(tmp_path, "odd", tiff([sides[0]], "group4" if mode == "1" else "tiff_lzw"))
    even = _file(tmp_path, "even", tiff([sides[1]], "tiff_deflate"))
    out = tmp_path / "out.pdf"
    collate(odd, MediaType.TIFF, even, MediaType.TIFF, out, reversed_=True)
    subprocess.run(["pdfimages", "-tiff", out, tmp_path / "taken"], check=True)
    taken = [Image.open(path) for path in sorted(tmp_path.glob("taken-*"))]
    shown = [side.convert("RGB") if mode == "P" else side for side in sides]
    assert [
        picture.convert(side.mode).tobytes() for picture, side in zip(taken, shown, strict=True)
    ] == [side.tobytes() for side in shown]
    with pikepdf.open(out) as pdf:
        filters = {str(each.Filter) for page in pdf.pages for each in _pictures(page)}
    assert filters == {"/CCITTFaxDecode" if mode == "1" else "/FlateDecode"}
    pages = inspect(out).pages
    assert {page.kind for page in pages} == {PageKind.PICTURE}
    assert [page.dpi for page in pages] == pytest.approx([200, 200], abs=0.5)


def test_what_shines_through_and_sixteen_bits_stay(tmp_path: Path) -> None:
    glass = _side(1).convert("RGBA")
    glass.putalpha(Image.linear_gradient("L").resize(glass.size))
    deep = Image.new("I;16", (402, 560), 40_000)
    odd = _file(tmp_path, "odd", encoded(glass, "PNG"))
    even = _file(tmp_path, "even", encoded(deep, "PNG"))
    out = tmp_path / "out.pdf"
    collate(odd, MediaType.PNG, even, MediaType.PNG, out, reversed_=True)
    with pikepdf.open(out) as pdf:
        (first,), (second,) = (_pictures(page) for page in pdf.pages)
        assert first.read_bytes() == glass.convert("RGB").tobytes()
        assert first.SMask.read_bytes() == glass.getchannel("A").tobytes()
        assert second.read_bytes() == (40_000).to_bytes(2, "big") * 402 * 560


def test_vorblaetter_are_left_out_and_not_counted(tmp_path: Path) -> None:
    halves = []
    for side, numbers in ((Side.ODD, [1, 3]), (Side.EVEN, [4, 2])):
        with pikepdf.open(io.BytesIO(scanner_pdf([_side(each) for each in numbers]))) as pdf:
            with pikepdf.open(io.BytesIO(cover_sheet(Batch("17", 2, side)))) as cover:
                pdf.pages.insert(0, cover.pages[0])
            pdf.save(tmp_path / side.value)
        halves.append(tmp_path / side.value)
    out = tmp_path / "out.pdf"
    assert collate(halves[0], MediaType.PDF, halves[1], MediaType.PDF, out, reversed_=True) == 4
    assert _order(out) == [1, 2, 3, 4]


def test_it_runs_in_the_sandbox(tmp_path: Path) -> None:
    odd = _file(tmp_path, "odd", scanner_pdf([_side(1)]))
    even = _file(tmp_path, "even", scanner_pdf([_side(2)]))
    out = tmp_path / "out.pdf"
    limits, kind = sandbox.Limits(), MediaType.PDF
    assert sandbox.call(limits, collate, odd, kind, even, kind, out, reversed_=True) == 2
    assert _order(out) == [1, 2]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpus is not here")
def test_the_halves_of_others_are_collated(tmp_path: Path) -> None:
    """Demand 17: duplex collation is per batch."""
    odd, even = (CORPUS / "odd_pdfs" / f"double-sided-{half}.pdf" for half in ("odd", "even"))
    out = tmp_path / "out.pdf"
    pages = collate(odd, MediaType.PDF, even, MediaType.PDF, out, reversed_=True)
    with pypdfium2.PdfDocument(out) as document:
        texts = [page.get_textpage().get_text_bounded() for page in document]
    assert pages == len(texts) == 5
    assert [text.strip() for text in texts] == [f"This is page {number}" for number in range(1, 6)]
