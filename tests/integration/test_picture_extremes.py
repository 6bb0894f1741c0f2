"""Issue 4, points 1 and 5: pictures of any size and resolution, and what their copies weigh."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from eakte.domain.archive import ArchiveWay
from eakte.domain.findings import FindingCode
from eakte.domain.mail import Inspection
from eakte.errors import UnusableInputError
from eakte.pages.fax import Fax, check_fax
from eakte.pages.inspect import inspect
from eakte.pages.prepare import prepare
from eakte.pdfa.build import build
from eakte.pictures import large
from eakte.pictures.colours import plain_cmyk
from tests.integration import picture_kinds as kinds
from tests.integration.page_samples import bitonal, letter

_KILOBYTE = 1024


def _archived(folder: Path, data: bytes) -> tuple[Inspection, Path]:
    """Look at a scan, prepare each page for reading, and make its archive copy."""
    scan, out = folder / "scan", folder / "archive.pdf"
    scan.write_bytes(data)
    found = inspect(scan)
    for page in found.pages:
        prepare(scan, found.media_type, page.number, folder / "prepared.tif")
    copy = build(scan, found.media_type, found.pages, {}, out)
    assert copy.way is ArchiveWay.PICTURES
    return found, out


def _boxes(pdf: Path) -> list[tuple[float, float]]:
    """Let poppler tell the sizes of the pages in points."""
    done = subprocess.run(["pdfinfo", "-f", "1", "-l", "99", pdf], capture_output=True, check=True)
    found = re.findall(r"size: +([\d.]+) x ([\d.]+) pts", done.stdout.decode())
    return [(float(wide), float(high)) for wide, high in found]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize(
    ("pixels", "points"),
    [((1, 1), (3, 3)), ((2, 9), (3, 3)), ((1, 5000), (3, 1200)), ((5000, 1), (1200, 3))],
)
def test_a_page_is_never_smaller_than_pdfa_allows(
    kind: str, pixels: tuple[int, int], points: tuple[float, float], tmp_path: Path
) -> None:
    data = kinds.encoded(Image.new("L", pixels, 90), kind, dpi=(300, 300))
    _, out = _archived(tmp_path, data)
    assert _boxes(out) == [pytest.approx(points, abs=0.01)]


def test_a_page_is_never_longer_than_pdfa_allows(tmp_path: Path) -> None:
    _, out = _archived(
        tmp_path, kinds.encoded(Image.new("L", (100, 65_000), 90), "JPEG", dpi=(0, 0))
    )
    assert _boxes(out) == [pytest.approx((22.15, 14400), abs=0.01)]


@pytest.mark.parametrize(
    ("dpi", "points"),
    [
        ((1, 1), (115.2, 84.48)),
        ((30_000, 30_000), (115.2, 84.48)),
        ((0, 0), (115.2, 84.48)),
        ((204, 98), (169.41, 258.61)),
        ((600, 600), (57.6, 42.24)),
    ],
)
def test_a_resolution_that_cannot_be_true_is_300(
    dpi: tuple[int, int], points: tuple[float, float], tmp_path: Path
) -> None:
    found, _ = _archived(tmp_path, kinds.encoded(kinds.grey(), "JPEG", dpi=dpi))
    (page,) = found.pages
    assert (page.width, page.height) == pytest.approx(points, abs=0.01)


GROUP_4 = kinds.by_pillow(kinds.bitonal(), "group4")


def _resolution(unit: int, across: int, down: int) -> kinds.TiffPage:
    page = GROUP_4.told(296, unit)
    return page.told(282, across, 1, letter="Q").told(283, down, 1, letter="Q")


@pytest.mark.parametrize(
    ("page", "points"),
    [
        (_resolution(2, 204, 98), (169.41, 258.61)),
        (_resolution(3, 80, 40), (170.08, 249.45)),
        (_resolution(1, 204, 98), (115.2, 175.86)),
        (GROUP_4.without(282, 283, 296), (115.2, 84.48)),
        (_resolution(2, 204, 98).told(274, 6), (169.41, 258.61)),
    ],
)
def test_units_of_a_tiff(page: kinds.TiffPage, points: tuple[float, float], tmp_path: Path) -> None:
    """Inch, centimetre, none (then only the ratio counts), nothing told; turned: as stored."""
    found, out = _archived(tmp_path, kinds.write_tiff([page]))
    assert (found.pages[0].width, found.pages[0].height) == pytest.approx(points, abs=0.01)
    assert found.pages[0].rotation == (90 if 274 in page.tags else 0)
    assert _boxes(out) == [pytest.approx(points, abs=0.01)]


def _pdf_of(*sizes: tuple[float, float], turned: int) -> bytes:
    pdf, picture = pikepdf.new(), kinds.encoded(kinds.colour(), "JPEG")
    for wide, high in sizes:
        image = pikepdf.Stream(pdf, picture)
        image.Type, image.Subtype, image.Filter = Name.XObject, Name.Image, Name.DCTDecode
        image.Width, image.Height = kinds.SIZE
        image.ColorSpace, image.BitsPerComponent = Name.DeviceRGB, 8
        page = pdf.add_blank_page().obj
        page.MediaBox, page.Rotate = Array([0, 0, wide, high]), turned
        page.Resources = Dictionary(XObject=Dictionary(Im=image))
        page.Contents = pdf.make_stream(f"{wide} 0 0 {high} 0 0 cm /Im Do".encode())
    buffer = io.BytesIO()
    pdf.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_pdf_may_mix_all_sizes_and_be_turned(turned: int, tmp_path: Path) -> None:
    sizes = [(3.0, 3.0), (595.0, 842.0), (2384.0, 3370.0), (14400.0, 3.0)]
    found, out = _archived(tmp_path, _pdf_of(*sizes, turned=turned))
    assert [(page.width, page.height) for page in found.pages] == sizes
    assert _boxes(out) == [pytest.approx(size, abs=0.01) for size in sizes]
    with pikepdf.open(out) as pdf:
        assert {int(page.obj.get(Name.Rotate, 0)) for page in pdf.pages} == {turned}


def test_a_tiff_may_mix_all_sizes_and_codings(tmp_path: Path) -> None:
    dot = kinds.by_pillow(Image.new("RGB", (1, 1)), "raw")
    strip = kinds.by_pillow(Image.new("1", (3000, 20)), "group4")
    found, out = _archived(tmp_path, kinds.write_tiff([GROUP_4, dot, strip, GROUP_4.told(274, 3)]))
    assert [round(page.width) for page in found.pages] == [230, 3, 1440, 230]
    assert len(_boxes(out)) == 4
    with pikepdf.open(out) as pdf:
        first, last = pdf.pages[0].obj, pdf.pages[3].obj
        assert first.Resources.XObject.Im0.objgen == last.Resources.XObject.Im0.objgen


WEIGHED = {
    "jpeg": kinds.encoded(letter(), "JPEG", quality=60),
    "jpeg with profile": kinds.encoded(letter(), "JPEG", icc_profile=kinds.srgb_profile()),
    "inks": kinds.encoded(letter().convert("CMYK"), "JPEG"),
    **{
        f"{coding} {picture.mode}": kinds.encoded(picture, "TIFF", compression=coding)
        for coding in ("raw", "tiff_lzw", "packbits", "tiff_adobe_deflate")
        for picture in (letter(), letter().convert("L"), bitonal())
    },
    "group 3": kinds.encoded(bitonal(), "TIFF", compression="group3"),
    "group 4": kinds.encoded(bitonal(), "TIFF", compression="group4"),
    "png": kinds.encoded(letter(), "PNG", optimize=True),
    "png with alpha": kinds.encoded(letter().convert("RGBA"), "PNG", optimize=True),
    "palette": kinds.encoded(letter().quantize(16), "PNG", optimize=True),
}


@pytest.mark.parametrize("kind", WEIGHED)
def test_a_copy_weighs_at_most_12_kb_more(kind: str, tmp_path: Path) -> None:
    _, out = _archived(tmp_path, WEIGHED[kind])
    assert out.stat().st_size <= len(WEIGHED[kind]) + 12 * _KILOBYTE


def test_a_profile_that_all_pages_share_is_kept_once(tmp_path: Path) -> None:
    pages = [
        kinds.by_pillow(kinds.colour().rotate(turn), "tiff_lzw", icc_profile=kinds.srgb_profile())
        for turn in (0, 90, 180)
    ]
    _, out = _archived(tmp_path, kinds.write_tiff(pages))
    with pikepdf.open(out) as pdf:
        spaces = {page.obj.Resources.XObject.Im0.ColorSpace[1].objgen for page in pdf.pages}
    assert len(spaces) == 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_profile_that_pdfa_forbids_is_left_out_and_told(kind: str, tmp_path: Path) -> None:
    newer = bytearray(kinds.srgb_profile())
    newer[8] = 5
    data = kinds.encoded(kinds.colour(), kind, icc_profile=bytes(newer))
    found, out = _archived(tmp_path, data)
    told = {finding.code for finding in found.pages[0].findings}
    assert FindingCode.NO_COLOUR_PROFILE in told
    with pikepdf.open(out) as pdf:
        assert pdf.pages[0].obj.Resources.XObject.Im0.ColorSpace == Name.DeviceRGB


def test_our_profile_of_inks_gives_their_complements() -> None:
    """littlecms reads it; Pillow's plain conversion is what it stands for."""
    from PIL import ImageCms

    inks = np.random.default_rng(1).integers(0, 256, (64, 64, 4), dtype=np.uint8)
    picture = Image.fromarray(inks, "CMYK")
    ours = ImageCms.ImageCmsProfile(io.BytesIO(plain_cmyk()))
    shown = ImageCms.profileToProfile(
        picture, ours, ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    difference = np.asarray(shown, int) - np.asarray(picture.convert("RGB"), int)
    assert np.abs(difference).mean() < 3


@pytest.mark.parametrize("mode", ["F", "I"])
def test_measurements_are_no_pictures(mode: str, tmp_path: Path) -> None:
    (tmp_path / "scan").write_bytes(kinds.encoded(kinds.grey().convert(mode), "TIFF"))
    with pytest.raises(UnusableInputError) as refused:
        inspect(tmp_path / "scan")
    assert refused.value.facts["reason"] == FindingCode.UNKNOWN_TYPE.value


class TestLargePictures:
    """The way of an A0 plan at 600 dpi, taken by small pictures (see bench_memory for the real)."""

    @pytest.fixture(autouse=True)
    def _everything_is_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(large, "LARGE", 100)

    @pytest.mark.parametrize("rows", [0, 16])
    @pytest.mark.parametrize("bits_reversed", [False, True])
    def test_fax_codes_are_kept_strip_by_strip(
        self, rows: int, bits_reversed: bool, tmp_path: Path
    ) -> None:
        page = kinds.by_pillow(kinds.bitonal(), "group4", rows)
        coded = list(page.pieces)
        if bits_reversed:
            turned = [piece.translate(kinds.REVERSED) for piece in page.pieces]
            page = kinds.replace(page, pieces=turned).told(266, 2)
        _, out = _archived(tmp_path, kinds.write_tiff([page]))
        subprocess.run(["pdfimages", "-all", out, tmp_path / "taken"], check=True)
        taken = [path.read_bytes() for path in sorted(tmp_path.glob("taken-*.ccitt"))]
        assert taken == coded

    def test_a_bitonal_png_is_drawn_and_kept(self, tmp_path: Path) -> None:
        found, _ = _archived(tmp_path, kinds.encoded(kinds.bitonal(), "PNG"))
        assert found.pages[0].bitonal

    def test_a_jpeg_is_decoded_small(self, tmp_path: Path) -> None:
        _archived(tmp_path, kinds.encoded(kinds.colour(), "JPEG"))
        _archived(tmp_path, _pdf_of((480.0, 352.0), turned=0))

    def test_a_progressive_jpeg_is_refused(self, tmp_path: Path) -> None:
        """libjpeg would hold all its coefficients."""
        (tmp_path / "scan").write_bytes(kinds.encoded(kinds.colour(), "JPEG", progressive=True))
        with pytest.raises(UnusableInputError) as refused:
            inspect(tmp_path / "scan")
        assert refused.value.facts["reason"] == FindingCode.TOO_LARGE.value

    @pytest.mark.parametrize("marked", [True, False])
    def test_missing_rows_are_found_by_drawing(self, marked: bool) -> None:
        page = bitonal()
        coded = kinds.by_pillow(page, "group4").pieces[0]
        end = coded.rstrip(b"\0")[-3:]
        fax = Fax(page.width, page.height)
        check_fax(coded if marked else coded.rstrip(b"\0")[:-3], fax)
        cut = coded[: len(coded) // 2] + (end if marked else b"")
        with pytest.raises(UnusableInputError) as refused:
            check_fax(cut, fax)
        assert refused.value.facts["reason"] == FindingCode.TRUNCATED.value
