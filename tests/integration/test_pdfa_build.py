"""Archive copies of every type of scan, against poppler and pikepdf as independent readers."""

from __future__ import annotations

import io
import re
import subprocess
import time
import zlib
from html import unescape
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pikepdf import Dictionary, Name
from PIL import Image, ImageChops

from eakte import sandbox
from eakte.domain.archive import ArchiveCopy, ArchiveWay
from eakte.domain.findings import FindingCode
from eakte.domain.mail import MediaType
from eakte.domain.text import Box, RecognisedPage, Word
from eakte.errors import UnusableInputError
from eakte.ocr.tesseract import recognise
from eakte.pages.inspect import inspect
from eakte.pages.own_text import own_text
from eakte.pages.prepare import prepare
from eakte.pdfa import document, picture_file, sheets
from eakte.pdfa.build import build
from eakte.pdfa.check import verdict
from eakte.pdfa.xmp import Facts
from eakte.pictures.image import image_of
from tests.integration.page_samples import (
    CORPUS,
    DPI,
    bitonal,
    drawn_pdf,
    encoded,
    g4_strip,
    letter,
    scanner_pdf,
    tiff,
)


def _archive(
    tmp_path: Path, data: bytes, recognised: tuple[RecognisedPage, ...] = ()
) -> tuple[ArchiveCopy, Path]:
    source, out = tmp_path / "scan", tmp_path / "archive.pdf"
    source.write_bytes(data)
    inspection = inspect(source)
    texts = {each.number: each for each in recognised}
    copy = build(source, inspection.media_type, inspection.pages, texts, out)
    assert copy.pages == len(inspection.pages)
    assert copy.verdict == "pass"
    return copy, out


def _extracted(path: Path) -> list[Path]:
    """Let poppler take the pictures out again, in their own coding."""
    subprocess.run(["pdfimages", "-all", path, path.parent / "taken"], check=True)
    return sorted(
        item for item in path.parent.glob("taken-*") if item.suffix not in {".params", ".ccitt"}
    ) or sorted(path.parent.glob("taken-*.ccitt"))


_alive: list[pikepdf.Pdf] = []  # a stream dies with its document


def _raw(path: Path, page: int = 0) -> pikepdf.Stream:
    pdf = pikepdf.open(path)
    _alive.append(pdf)
    return pdf.pages[page].obj.Resources.XObject.Im0


def _decoded(path: Path) -> Image.Image:
    """Let poppler decode the one picture of a file."""
    subprocess.run(["pdfimages", "-png", path, path.parent / "decoded"], check=True)
    (taken,) = path.parent.glob("decoded-*")
    return Image.open(taken)


def _pixels(path: Path) -> Image.Image:
    (taken,) = _extracted(path)
    return Image.open(taken)


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_jpeg_stays_byte_for_byte(mode: str, tmp_path: Path) -> None:
    data = encoded(letter().convert(mode), "JPEG", quality=70)
    copy, out = _archive(tmp_path, data)
    (taken,) = _extracted(out)
    assert taken.read_bytes() == data
    assert _raw(out).read_raw_bytes() == data
    assert copy.way is ArchiveWay.PICTURES


def test_a_cmyk_jpeg_stays_byte_for_byte_and_its_profile_is_named(tmp_path: Path) -> None:
    data = encoded(letter().convert("CMYK"), "JPEG", quality=90)
    copy, out = _archive(tmp_path, data)
    assert copy.rasterised == ()
    assert _raw(out).read_raw_bytes() == data
    shown = _rendered(out, DPI)
    assert np.abs(shown - _grey(letter(), shown.shape)).mean() < 3
    (page,) = inspect(tmp_path / "scan").pages
    assert FindingCode.NO_COLOUR_PROFILE in {found.code for found in page.findings}


def test_a_single_group_4_strip_stays_byte_for_byte(tmp_path: Path) -> None:
    page = bitonal()
    copy, out = _archive(tmp_path, tiff([page], "group4", strip_size=10**7))
    assert _raw(out).read_raw_bytes() == g4_strip(page)
    (taken,) = _extracted(out)
    assert taken.read_bytes() == g4_strip(page)
    assert copy.way is ArchiveWay.PICTURES


@pytest.mark.parametrize("compression", ["group3", "raw", "tiff_lzw", "packbits"])
def test_other_bitonal_tiffs_keep_their_pixels_as_group_4(compression: str, tmp_path: Path) -> None:
    page = bitonal()
    copy, out = _archive(tmp_path, tiff([page], compression))
    assert _raw(out).Filter == Name.CCITTFaxDecode
    assert _same(_decoded(out), page)
    assert copy.rasterised == ()


def test_an_inverted_fax_is_not_shown_as_a_negative(tmp_path: Path) -> None:
    page = bitonal()
    data = bytearray(tiff([page], "group4", strip_size=10**7))
    with Image.open(io.BytesIO(data)) as file:
        photometric = file.tag_v2[262]
    entry = data.find(b"\x06\x01\x03\x00\x01\x00\x00\x00")
    data[entry + 8] = 1 - photometric
    _, out = _archive(tmp_path, bytes(data))
    assert _same(_decoded(out), ImageChops.invert(page))


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_jpeg_strips_of_a_tiff_become_one_jpeg_with_the_same_pixels(
    mode: str, tmp_path: Path
) -> None:
    data = tiff([letter().convert(mode)], "jpeg", quality=80)
    copy, out = _archive(tmp_path, data)
    assert _raw(out).Filter == Name.DCTDecode
    assert copy.way is ArchiveWay.PICTURES
    with Image.open(io.BytesIO(data)) as tif, _pixels(out) as taken:
        assert taken.mode == tif.mode
        assert ImageChops.difference(tif.convert("L"), taken.convert("L")).getextrema()[1] <= 2


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate"])
def test_other_tiffs_keep_their_pixels(mode: str, compression: str, tmp_path: Path) -> None:
    """Demands 11 and 12: nothing visible is cleaned, nothing is coded anew with loss."""
    page = letter().convert(mode)
    copy, out = _archive(tmp_path, tiff([page], compression))
    assert _same(_pixels(out), page)
    assert copy.rasterised == ()


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1", "I;16"])
def test_a_png_keeps_its_coded_pixels(mode: str, tmp_path: Path) -> None:
    page = letter().quantize(16) if mode == "P" else letter().convert("L" if "I" in mode else mode)
    if mode == "I;16":
        page = Image.fromarray(np.asarray(page, np.uint16) * 257)
    data = encoded(page, "PNG")
    copy, out = _archive(tmp_path, data)
    coded = b"".join(re.findall(rb"IDAT(.*?)....(?=....(?:IDAT|IEND))", data, re.DOTALL))
    assert zlib.decompress(_raw(out).read_raw_bytes())
    assert _raw(out).read_raw_bytes()[:64] == coded[:64]
    if mode != "I;16":
        assert _same(_pixels(out).convert("RGB"), page.convert("RGB"))
    assert copy.rasterised == ()


@pytest.mark.parametrize("alpha", [255, 90])
def test_transparency_is_kept_as_a_mask_if_there_is_any(alpha: int, tmp_path: Path) -> None:
    page = letter().convert("RGBA")
    page.putalpha(alpha)
    copy, out = _archive(tmp_path, encoded(page, "PNG"))
    assert ("/SMask" in _raw(out)) == (alpha < 255)
    sheet = Image.alpha_composite(Image.new("RGBA", page.size, "white"), page)
    shown = _rendered(out, DPI)
    assert np.abs(shown - _grey(sheet, shown.shape)).mean() < 2
    assert copy.rasterised == ()


@pytest.mark.parametrize("picture", [letter(), letter().convert("L"), bitonal()])
@pytest.mark.parametrize("hidden_text", [False, True])
def test_scanned_pdfs_keep_their_streams_and_their_geometry(
    picture: Image.Image,
    hidden_text: bool,
    tmp_path: Path,
) -> None:
    data = scanner_pdf([picture], rotate=90, hidden_text=hidden_text)
    copy, out = _archive(tmp_path, data)
    with pikepdf.open(io.BytesIO(data)) as before, pikepdf.open(out) as after:
        here, there = before.pages[0], after.pages[0]
        streams = here.obj.Resources.XObject.Scan, there.obj.Resources.XObject.Im0
        assert streams[0].read_raw_bytes() == streams[1].read_raw_bytes()
        assert [float(edge) for edge in here.mediabox] == pytest.approx(
            [float(edge) for edge in there.mediabox], abs=0.001
        )
        assert there.obj.Rotate == 90
    (tmp_path / "again.pdf").write_bytes(data)
    assert np.array_equal(_rendered(tmp_path / "again.pdf", 60), _rendered(out, 60))
    assert copy.way is ArchiveWay.PICTURES
    assert "old layer" not in _poppler_text(out)


def test_a_part_holds_its_own_pages_only(tmp_path: Path) -> None:
    source, out = tmp_path / "scan.pdf", tmp_path / "part.pdf"
    source.write_bytes(scanner_pdf([letter(), bitonal(), letter().convert("L")]))
    pages = inspect(source).pages[1:]
    copy = build(source, MediaType.PDF, pages, {}, out)
    assert copy.pages == 2
    with pikepdf.open(out) as pdf:
        pictures = [page.obj.Resources.XObject.Im0.Filter for page in pdf.pages]
    assert pictures == [Name.CCITTFaxDecode, Name.DCTDecode]
    assert out.stat().st_size < source.stat().st_size


def test_born_digital_pages_stay_what_they_are(tmp_path: Path) -> None:
    source = tmp_path / "mail.pdf"
    source.write_bytes(drawn_pdf())
    copy, out = _archive(tmp_path, drawn_pdf(), (own_text(source, 1).page,))
    assert (copy.promoted, copy.rasterised, copy.way) == ((1,), (), ArchiveWay.PROMOTED)
    assert np.abs(_rendered(source, 100) - _rendered(out, 100)).mean() < 8
    assert _poppler_text(out).count("hiermit lege ich Widerspruch ein") == 1


def test_a_picture_that_pdfa_forbids_is_drawn_anew_alone(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(scanner_pdf([letter(), letter()]))) as pdf:
        space = pikepdf.Array([Name.Separation, Name.Spot, Name.DeviceRGB, Dictionary()])
        pdf.pages[0].obj.Resources.XObject.Scan.ColorSpace = space
        pdf.save(tmp_path / "odd.pdf")
    copy, _ = _archive(tmp_path, (tmp_path / "odd.pdf").read_bytes())
    assert copy.rasterised == (1,)
    assert copy.way is ArchiveWay.MIXED


def test_nothing_leaves_that_does_not_conform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "PICTURE", "/Im0 << /Broken")
    source, out = tmp_path / "scan", tmp_path / "archive.pdf"
    source.write_bytes(encoded(letter(), "JPEG"))
    with pytest.raises(UnusableInputError) as refused:
        build(source, MediaType.JPEG, inspect(source).pages, {}, out)
    assert refused.value.facts["reason"] == "conversion_failed"
    assert not out.exists()


@pytest.mark.parametrize("kind", ["jpeg", "pdf"])
@pytest.mark.parametrize("hopeless", [False, True])
def test_a_copy_that_looks_different_does_not_leave(
    kind: str, hopeless: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Demand 13: pages, rendering and text are compared; what differs is drawn anew, or refused."""
    source, out = tmp_path / "scan", tmp_path / "archive.pdf"
    source.write_bytes(scanner_pdf([letter()]) if kind == "pdf" else encoded(letter(), "JPEG"))
    inspection = inspect(source)
    other = tmp_path / "other.jpg"
    other.write_bytes(encoded(Image.new("RGB", letter().size, (250, 246, 235)), "JPEG"))

    def swapped(pdf: pikepdf.Pdf, *_: object) -> pikepdf.Stream:
        return image_of(pdf, other, MediaType.JPEG, 1)

    def blanked(image: pikepdf.Stream) -> pikepdf.Stream:
        image.write(other.read_bytes(), filter=Name.DCTDecode)
        return image

    monkeypatch.setattr(picture_file, "image_of", swapped)
    monkeypatch.setattr(document, "plain_picture", blanked)
    if not hopeless:
        copy = build(source, inspection.media_type, inspection.pages, {}, out)
        assert copy.rasterised == (1,)
        return
    monkeypatch.setattr(picture_file, "redrawn_image", swapped)
    monkeypatch.setattr(document, "redrawn_page", swapped)
    with pytest.raises(UnusableInputError) as refused:
        build(source, inspection.media_type, inspection.pages, {}, out)
    assert "looks different" in str(refused.value.facts["detail"])
    assert not out.exists()


def test_a_copy_that_lost_text_does_not_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = tuple(Word("Gruß", Box(20, 20 * i, 80, 20 * i + 15), 0.9, i) for i in range(9))
    text = RecognisedPage(1, 302.4, 424.8, words, "Gruß", 0, 0.9, complete=True, engine="test")
    monkeypatch.setattr(picture_file, "text_layer", lambda *_: b"")
    with pytest.raises(UnusableInputError) as refused:
        _archive(tmp_path, encoded(letter(), "JPEG"), (text,))
    assert "lost text" in str(refused.value.facts["detail"])


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    words = (Word("Grüße", Box(20, 20, 80, 40), 0.9, 0),)
    text = RecognisedPage(1, 302.4, 424.8, words, "Grüße", 0, 0.9, complete=True, engine="test")
    data = scanner_pdf([letter()])
    (tmp_path / "other").mkdir()
    first, out = _archive(tmp_path / "other", data, (text,))
    before = out.read_bytes()
    time.sleep(1.1)  # file ids that are made from the time change every second
    second, out = _archive(tmp_path, data, (text,))
    assert out.read_bytes() == before
    assert first == second
    assert before.endswith(b"%%EOF\n")
    assert verdict(out, Facts()) == "pass"


def test_it_works_in_the_sandbox(tmp_path: Path) -> None:
    source, out = tmp_path / "scan.jpg", tmp_path / "archive.pdf"
    source.write_bytes(encoded(letter(), "JPEG"))
    limits = sandbox.DEFAULT_LIMITS
    inspection = sandbox.call(limits, inspect, source)
    copy = sandbox.call(limits, build, source, MediaType.JPEG, inspection.pages, {}, out)
    assert copy.verdict == "pass"


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_words_are_found_where_they_stand(turn: int, tmp_path: Path) -> None:
    source, out = tmp_path / "scan.jpg", tmp_path / "archive.pdf"
    source.write_bytes(encoded(letter().rotate(-turn, expand=True), "JPEG", quality=85))
    inspection = inspect(source)
    page = inspection.pages[0]
    picture = prepare(source, MediaType.JPEG, 1, tmp_path / "page.tif")
    text = recognise(90, picture, 1, page.width, page.height, "deu+eng")
    build(source, MediaType.JPEG, inspection.pages, {1: text}, out)
    found = _poppler_words(out)
    assert len(text.words) > 20
    for word in text.words:
        edges = (word.box.x0, word.box.y0, word.box.x1, word.box.y1)
        places = [place for shown, place in found if shown == word.text]
        assert any(
            max(abs(a - b) for a, b in zip(edges, place, strict=True)) <= 2 for place in places
        ), (word, places)
    if turn == 0:
        lines = [re.sub(" +", " ", line.strip()) for line in _poppler_text(out).splitlines()]
        assert [line for line in lines if line] == text.text.splitlines()


@pytest.mark.skipif(not CORPUS.is_dir(), reason="needs ../shared/corpus")
@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("ccitt.pdf", ArchiveWay.PICTURES),
        ("jbig2.pdf", ArchiveWay.PICTURES),
        ("palette.pdf", ArchiveWay.PICTURES),
        ("rotated_skew.pdf", ArchiveWay.PICTURES),
        ("multi-page-mixed.pdf", ArchiveWay.MIXED),
        ("with-form.pdf", ArchiveWay.PROMOTED),
        ("signed.pdf", ArchiveWay.PROMOTED),
        ("no_contents.pdf", ArchiveWay.PROMOTED),
    ],
)
def test_odd_files_of_others_look_the_same(name: str, way: ArchiveWay, tmp_path: Path) -> None:
    source = CORPUS / "odd_pdfs" / name
    copy, out = _archive(tmp_path, source.read_bytes())
    assert copy.way is way
    assert np.abs(_rendered(source, 50) - _rendered(out, 50)).mean() < 3


def _poppler_text(path: Path) -> str:
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return done.stdout.decode()


def _poppler_words(path: Path) -> list[tuple[str, tuple[float, ...]]]:
    done = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, check=True)
    pattern = r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>'
    return [
        (unescape(text), tuple(float(edge) for edge in edges))
        for *edges, text in re.findall(pattern, done.stdout.decode())
    ]


def _rendered(path: Path, dpi: int) -> np.ndarray:
    """Let poppler draw the first page in grey."""
    done = subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-gray", "-f", "1", "-l", "1", path],
        capture_output=True,
        check=True,
    )
    return np.asarray(Image.open(io.BytesIO(done.stdout)), np.int16)


def _grey(picture: Image.Image, shape: tuple[int, ...]) -> np.ndarray:
    return np.asarray(picture.convert("L").resize((shape[1], shape[0])), np.int16)


def _same(here: Image.Image, there: Image.Image) -> bool:
    return here.mode == there.mode and np.array_equal(np.asarray(here), np.asarray(there))


def test_ink_pictures_of_pdfs_stay_byte_for_byte_and_their_colours_are_named(
    tmp_path: Path,
) -> None:
    """A scan in DeviceCMYK keeps its JPEG; an odd /Rotate counts in whole quarters."""
    inks = Image.merge("CMYK", [Image.linear_gradient("L").resize((300, 400))] * 4)
    coded = encoded(inks, "JPEG", quality=85)
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(216, 288))
        picture = pdf.make_stream(coded, Type=Name.XObject, Subtype=Name.Image)
        picture.Filter, picture.ColorSpace = Name.DCTDecode, Name.DeviceCMYK
        picture.Width, picture.Height, picture.BitsPerComponent = 300, 400, 8
        picture.Decode = pikepdf.Array([1, 0] * 4)
        page.obj.Resources = Dictionary(XObject=Dictionary(Im=picture))
        page.obj.Contents = pdf.make_stream(b"q 216 0 0 288 0 0 cm /Im Do Q")
        page.obj.Rotate = 45
        buffer = io.BytesIO()
        pdf.save(buffer)
    copy, out = _archive(tmp_path, buffer.getvalue())
    assert copy.way is ArchiveWay.PICTURES
    assert [found.code for found in copy.findings] == [FindingCode.NO_COLOUR_PROFILE]
    assert _raw(out).read_raw_bytes() == coded
    with pikepdf.open(out) as made:
        sheet = made.pages[0].obj
        assert sheet.Resources.ColorSpace.DefaultCMYK[0] == Name.ICCBased
        assert sheet.Rotate == 0


def test_patterns_that_are_drawn_anew_are_not_taken_for_other_ones(tmp_path: Path) -> None:
    """PDFium puts tiles at whole pixels: at another resolution they drift apart."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        tile = pdf.make_stream(b"1 0 0 rg 0 0 5 5 re f", Type=Name.Pattern, PatternType=1)
        tile.PaintType, tile.TilingType, tile.XStep, tile.YStep = 1, 1, 10, 10
        tile.BBox, tile.Resources = pikepdf.Array([0, 0, 10, 10]), Dictionary()
        page.obj.Resources = Dictionary(Pattern=Dictionary(P1=tile))
        page.obj.Contents = pdf.make_stream(b"/Pattern cs /P1 scn 0 0 500 500 re f")
        buffer = io.BytesIO()
        pdf.save(buffer)
    copy, _out = _archive(tmp_path, buffer.getvalue())
    assert copy.rasterised == (1,)
