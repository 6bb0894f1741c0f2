"""Demand 13: a copy that does not show what the scan shows is found out, whatever is wrong."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw

from eakte.domain.mail import MediaType, PageKind
from eakte.pages.inspect import inspect
from eakte.pdfa import compare as comparing
from eakte.pdfa.compare import compare
from eakte.pdfa.opening import Pages
from eakte.pdfa.plain_page import look_of
from eakte.pdfa.plan import Job, Keep, Plan, UnfitError
from tests.integration.page_samples import DPI, bitonal, drawn_pdf, encoded, letter, scanner_pdf

Change = Callable[[pikepdf.Pdf], None]
PLAN = Plan(keep=Keep.PAGES)


def _stamped() -> Image.Image:
    """A grey letter with a red stamp of 4 cm: its mean colour says little."""
    page = letter().convert("L").convert("RGB")
    side = DPI * 4 // 3
    ImageDraw.Draw(page).rectangle((400, 700, 400 + side, 700 + side), fill=(220, 20, 20))
    return page


def _compare(tmp_path: Path, source: bytes, copy: Callable[[Path], None]) -> float:
    scan, out = tmp_path / "scan", tmp_path / "copy.pdf"
    scan.write_bytes(source)
    copy(out)
    seen = inspect(scan)
    return compare(Job(scan, seen.media_type, seen.pages, {}, out), PLAN).difference


def _changed(source: bytes, change: Change) -> Callable[[Path], None]:
    def write(out: Path) -> None:
        with pikepdf.open(io.BytesIO(source)) as pdf:
            change(pdf)
            pdf.save(out)

    return write


def _picture(pdf: pikepdf.Pdf) -> Any:
    return pdf.pages[0].obj.Resources.XObject.Scan


def _nothing(_pdf: pikepdf.Pdf) -> None:
    pass


def _swap_channels(pdf: pikepdf.Pdf) -> None:
    with Image.open(io.BytesIO(_picture(pdf).read_raw_bytes())) as picture:
        red, green, blue = picture.split()
    swapped = Image.merge("RGB", (blue, green, red))
    _picture(pdf).write(encoded(swapped, "JPEG", quality=80), filter=Name.DCTDecode)


def _lose_colour(pdf: pikepdf.Pdf) -> None:
    with Image.open(io.BytesIO(_picture(pdf).read_raw_bytes())) as picture:
        grey = picture.convert("L").convert("RGB")
    _picture(pdf).write(encoded(grey, "JPEG", quality=80), filter=Name.DCTDecode)


def _invert(pdf: pikepdf.Pdf) -> None:
    _picture(pdf).Decode = Array([1, 0, 1, 0, 1, 0])


def _lay(matrix: str) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        wide, high = (float(edge) for edge in pdf.pages[0].mediabox[2:])
        content = f"q {matrix.format(w=wide, h=high)} cm /Scan Do Q"
        pdf.pages[0].obj.Contents = pdf.make_stream(content.encode())

    return change


def _turn(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Rotate = 180


def _more(pdf: pikepdf.Pdf) -> None:
    pdf.pages.append(pdf.pages[0])


def _none(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Contents = pdf.make_stream(b"")


WRONG = {
    "channels swapped": _swap_channels,
    "colour lost": _lose_colour,
    "inverted": _invert,
    "moved": _lay("{w} 0 0 {h} 30 -30"),
    "smaller": _lay("{w} 0 0 {h} 0 0 cm 0.8 0 0 0.8 0 0"),
    "mirrored": _lay("-{w} 0 0 {h} {w} 0"),
    "upside down": _lay("-{w} 0 0 -{h} {w} {h}"),
    "turned": _turn,
    "a page more": _more,
    "nothing drawn": _none,
}


@pytest.mark.parametrize("hidden_text", [False, True], ids=["plain", "with a text layer"])
def test_the_same_is_the_same(tmp_path: Path, *, hidden_text: bool) -> None:
    source = scanner_pdf([_stamped()], hidden_text=hidden_text)
    assert _compare(tmp_path, source, _changed(source, _nothing)) < 3


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_copy_is_refused(name: str, tmp_path: Path) -> None:
    source = scanner_pdf([_stamped()])
    with pytest.raises(UnfitError):
        _compare(tmp_path, source, _changed(source, WRONG[name]))


@pytest.mark.parametrize("name", ["channels swapped", "moved"])
def test_a_wrong_copy_of_a_page_that_is_not_plain_is_refused(name: str, tmp_path: Path) -> None:
    source = scanner_pdf([_stamped()], hidden_text=True)
    with pytest.raises(UnfitError, match="looks different"):
        _compare(tmp_path, source, _changed(source, WRONG[name]))


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG"])
def test_swapped_channels_of_a_picture_file_are_refused(kind: str, tmp_path: Path) -> None:
    source = encoded(_stamped(), kind)
    pdf = scanner_pdf([_stamped()])
    _compare(tmp_path, source, _changed(pdf, _nothing))
    with pytest.raises(UnfitError, match="looks different"):
        _compare(tmp_path, source, _changed(pdf, _swap_channels))


def test_what_the_inspection_overlooked_is_missed_in_the_copy(tmp_path: Path) -> None:
    """A stamp drawn over the picture: the page's own content counts, not what was said of it."""
    plain = scanner_pdf([letter()])

    def stamp(pdf: pikepdf.Pdf) -> None:
        content = pdf.pages[0].obj.Contents.read_bytes() + b" 0 g 50 50 90 90 re f"
        pdf.pages[0].obj.Contents = pdf.make_stream(content)

    scan, out = tmp_path / "scan", tmp_path / "copy.pdf"
    _changed(plain, stamp)(scan)
    _changed(plain, _nothing)(out)
    page = replace(inspect(scan).pages[0], kind=PageKind.PICTURE)
    with pytest.raises(UnfitError, match="looks different"):
        compare(Job(scan, MediaType.PDF, (page,), {}, out), PLAN)


def test_plain_pages_are_seen_without_pdfium(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PDFium draws the copy only, unless that looks different."""
    drawn: list[Path] = []

    class _Counted(Pages):
        def page(self, index: int) -> pypdfium2.PdfPage:
            drawn.append(self._path)
            return super().page(index)

    monkeypatch.setattr(comparing, "Pages", _Counted)
    source = scanner_pdf([_stamped()])
    _compare(tmp_path, source, _changed(source, _nothing))
    assert [path.name for path in drawn] == ["copy.pdf"]


@pytest.mark.parametrize("box", [(0, 0, 302.4, 424.8), (20, 30, 250.5, 380.25)])
def test_a_plain_page_looks_as_pdfium_draws_it(box: tuple[float, ...], tmp_path: Path) -> None:
    def cut(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.CropBox = Array(list(box))

    path = tmp_path / "scan.pdf"
    _changed(scanner_pdf([_stamped()]), cut)(path)
    with pypdfium2.PdfDocument(path) as pdf:
        drawn = pdf[0].render(scale=1, rev_byteorder=True).to_pil().convert("RGB")
    with pikepdf.open(path) as pdf:
        look = look_of(pdf.pages[0], drawn.size)
    assert look is not None
    apart = [np.asarray(each.reduce(4), np.float32) for each in (look, drawn)]
    assert np.abs(apart[0] - apart[1]).mean() < 3


def _annotate(pdf: pikepdf.Pdf) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=Array([0, 0, 9, 9]))
    pdf.pages[0].obj.Annots = Array([note])


def _mask(pdf: pikepdf.Pdf) -> None:
    _picture(pdf).Mask = Array([0, 9, 0, 9, 0, 9])


def _other_size(pdf: pikepdf.Pdf) -> None:
    _picture(pdf).Width = 99


def _cut_off(pdf: pikepdf.Pdf) -> None:
    _picture(pdf).write(_picture(pdf).read_raw_bytes()[:2000], filter=Name.DCTDecode)


@pytest.mark.parametrize(
    "change", [_cut_off, _annotate, _mask, _invert, _other_size, _none, _lay("0 {h} -{w} 0 {w} 0")]
)
def test_what_is_not_plain_is_left_to_pdfium(change: Change) -> None:
    with pikepdf.open(io.BytesIO(scanner_pdf([letter()]))) as pdf:
        change(pdf)
        assert look_of(pdf.pages[0], (300, 400)) is None


@pytest.mark.parametrize("source", [drawn_pdf(), scanner_pdf([bitonal()])])
def test_pages_without_a_jpeg_are_left_to_pdfium(source: bytes) -> None:
    with pikepdf.open(io.BytesIO(source)) as pdf:
        assert look_of(pdf.pages[0], (300, 400)) is None
