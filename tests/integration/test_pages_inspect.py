"""Every type of scan against the real libraries: whole files are described, all others refused."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Dictionary, Name
from PIL import Image

from eakte.domain.findings import FindingCode
from eakte.domain.mail import MediaType, PageKind
from eakte.errors import UnusableInputError
from eakte.pages.inspect import inspect
from tests.integration.page_samples import (
    CORPUS,
    DPI,
    SIZE,
    bitonal,
    drawn_pdf,
    encoded,
    g4_strip,
    letter,
    scanner_pdf,
    tiff,
)


def _samples() -> dict[str, bytes]:
    page = letter()
    return {
        "jpeg": encoded(page, "JPEG", quality=80),
        "progressive": encoded(page, "JPEG", quality=80, progressive=True),
        "png": encoded(page, "PNG"),
        "png-1": encoded(bitonal(), "PNG"),
        "tiff-g4": tiff([bitonal(), bitonal()], "group4"),
        "tiff-jpeg": tiff([page, page], "jpeg"),
        "tiff-lzw": tiff([page.convert("L")], "tiff_lzw"),
        "tiff-raw": tiff([page.convert("L")], "raw"),
        "pdf-jpeg": scanner_pdf([page, page]),
        "pdf-objstm": scanner_pdf(
            [page, page], object_stream_mode=pikepdf.ObjectStreamMode.generate
        ),
        "pdf-linear": scanner_pdf([page, page, page], linearize=True),
        "pdf-g4": scanner_pdf([bitonal()]),
        "pdf-drawn": drawn_pdf(),
    }


SAMPLES = _samples()


def _file(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "scan"
    path.write_bytes(data)
    return path


def _reason(path: Path) -> str:
    with pytest.raises(UnusableInputError) as refused:
        inspect(path)
    return str(refused.value.facts["reason"])


@pytest.mark.parametrize("name", SAMPLES)
def test_whole_files_are_described(name: str, tmp_path: Path) -> None:
    inspection = inspect(_file(tmp_path, SAMPLES[name]))
    kind = PageKind.BORN_DIGITAL if name == "pdf-drawn" else PageKind.PICTURE
    assert {page.kind for page in inspection.pages} == {kind}
    if kind is PageKind.PICTURE:
        page = inspection.pages[0]
        assert (page.width, page.height) == pytest.approx(
            tuple(72 * edge / DPI for edge in SIZE), abs=0.1
        )
        assert page.dpi == pytest.approx(DPI, abs=0.1)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_cut_anywhere_is_never_whole(name: str, tmp_path: Path) -> None:
    data = SAMPLES[name]
    shares = [*(step / 16 for step in range(1, 16)), 0.97, 0.99, 0.999]
    lengths = {round(len(data) * share) for share in shares} | {len(data) - 8}
    spare = 16 if name.startswith("tiff") else 2  # padding; the last line's end
    for length in sorted(length for length in lengths if length < len(data) - spare):
        reason = _reason(_file(tmp_path, data[:length]))
        assert reason in {"truncated", "damaged"}, length


@pytest.mark.parametrize("name", SAMPLES)
def test_a_cut_file_with_a_forged_end_is_never_whole(name: str, tmp_path: Path) -> None:
    """A cut that a device or a mail program closed neatly."""
    ends = {
        "jpeg": b"\xff\xd9",
        "png-": b"\0\0\0\0IEND\xaeB`\x82",
        "pdf-": b"\nstartxref\n0\n%%EOF\n",
    }
    end = ends.get(name[:4])
    if end is None or name == "png-1":
        pytest.skip("no end marker that could be forged onto it")
    data = SAMPLES[name]
    for share in (0.3, 0.6, 0.9):
        assert _reason(_file(tmp_path, data[: round(len(data) * share)] + end))


def test_a_pdf_that_had_to_be_repaired_is_not_whole(tmp_path: Path) -> None:
    shifted = SAMPLES["pdf-jpeg"].replace(b"\n", b"\n%\n", 1)
    assert _reason(_file(tmp_path, shifted)) == "damaged"


def test_the_first_part_of_a_linearised_pdf_is_not_the_file(tmp_path: Path) -> None:
    data = SAMPLES["pdf-linear"]
    end = data.index(b"%%EOF") + 6
    assert _reason(_file(tmp_path, data[:end])) == "truncated"


def test_a_tiff_whose_last_strip_is_cut_is_not_whole(tmp_path: Path) -> None:
    """The directory comes first here, so only the strip tells."""
    strip = g4_strip(bitonal())
    entries = [(256, 840), (257, 1180), (259, 4), (262, 0), (273, 102), (278, 1180)]
    entries.append((279, len(strip)))
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    head = struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + directory + bytes(4)
    whole = head.ljust(102, b"\0") + strip
    assert inspect(_file(tmp_path, whole)).pages[0].bitonal
    assert _reason(_file(tmp_path, whole[:-5])) == "truncated"


def test_a_pdf_whose_picture_lost_its_end_is_not_whole(tmp_path: Path) -> None:
    whole = scanner_pdf([letter()])
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        image = pdf.pages[0].obj.Resources.XObject.Scan
        image.write(image.read_raw_bytes()[:-4000], filter=Name.DCTDecode)
        pdf.save(tmp_path / "scan")
    assert _reason(tmp_path / "scan") == "truncated"


def test_a_pdf_with_too_few_pixels_is_not_whole(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(scanner_pdf([letter()]))) as pdf:
        image = pdf.pages[0].obj.Resources.XObject.Scan
        image.write(bytes(SIZE[0] * 3 * (SIZE[1] - 200)))
        pdf.save(tmp_path / "scan")
    assert _reason(tmp_path / "scan") == "truncated"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"Sehr geehrte Damen und Herren", "unknown_type"),
        (b"PK\x03\x04" + bytes(100), "unknown_type"),
        (b"%PDF-1.7\n", "truncated"),
        (b"\xff\xd8\xff\xe0", "truncated"),
        (b"II*\0\xff\xff\xff\xff", "truncated"),
    ],
)
def test_what_is_no_scan_is_refused(data: bytes, reason: str, tmp_path: Path) -> None:
    assert _reason(_file(tmp_path, data)) == reason


def test_a_pdf_with_a_password_is_refused_as_encrypted(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(scanner_pdf([letter()]))) as pdf:
        pdf.save(tmp_path / "scan", encryption=pikepdf.Encryption(user="geheim", owner="x"))
    assert _reason(tmp_path / "scan") == "encrypted"


def test_a_pixel_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(60_001))), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    assert _reason(_file(tmp_path, data)) == "too_large"


def test_a_pixel_bomb_in_a_pdf_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(scanner_pdf([letter()]))) as pdf:
        image = pdf.pages[0].obj.Resources.XObject.Scan
        image.write(b"", filter=Name.FlateDecode)
        image.Width = image.Height = 60_000
        pdf.save(tmp_path / "scan")
    assert _reason(tmp_path / "scan") == "too_large"


def test_a_poster_of_a_page_is_drawn_coarser_not_larger(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(drawn_pdf())) as pdf:
        pdf.pages[0].obj.MediaBox = pikepdf.Array([0, 0, 14400, 14400])
        pdf.save(tmp_path / "scan")
    assert inspect(tmp_path / "scan").pages[0].width == 14400


def test_tiff_directories_in_a_circle_are_refused(tmp_path: Path) -> None:
    data = bytearray(tiff([bitonal()], "group4"))
    (start,) = struct.unpack("<I", data[4:8])
    (count,) = struct.unpack("<H", data[start : start + 2])
    data[start + 2 + 12 * count : start + 6 + 12 * count] = struct.pack("<I", start)
    assert _reason(_file(tmp_path, bytes(data))) == "damaged"


def test_findings_of_a_page(tmp_path: Path) -> None:
    coarse = letter().resize((420, 590)).convert("L").point(lambda v: 255 * (v > 128)).convert("1")
    buffer = io.BytesIO()
    coarse.save(buffer, "PNG", dpi=(100, 100))
    page = inspect(_file(tmp_path, buffer.getvalue())).pages[0]
    assert {found.code for found in page.findings} == {
        FindingCode.BITONAL,
        FindingCode.LOW_RESOLUTION,
    }
    blank = Image.new("RGB", SIZE, (244, 240, 228))
    page = inspect(_file(tmp_path, encoded(blank, "JPEG"))).pages[0]
    assert [found.code for found in page.findings] == [FindingCode.BLANK_PAGE]


@pytest.mark.parametrize(
    ("declared", "believed"),
    [((300, 300), 300), ((72, 72), 300), ((1, 1), 300), (None, 300), ((9999, 9999), 300)],
)
def test_a_resolution_is_believed_only_if_it_can_be_true(
    declared: tuple[int, int] | None, believed: float, tmp_path: Path
) -> None:
    big = letter().resize((1700, 2400))
    buffer = io.BytesIO()
    big.save(buffer, "JPEG", **({"dpi": declared} if declared else {}))
    page = inspect(_file(tmp_path, buffer.getvalue())).pages[0]
    assert page.dpi == pytest.approx(believed)


@pytest.mark.parametrize(("orientation", "rotation"), [(1, 0), (3, 180), (6, 90), (8, 270), (2, 0)])
def test_exif_orientation_becomes_rotation(orientation: int, rotation: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    data = encoded(letter(), "JPEG", exif=exif)
    page = inspect(_file(tmp_path, data)).pages[0]
    assert page.rotation == rotation
    assert page.width < page.height


def test_rotated_pages_keep_their_stored_size(tmp_path: Path) -> None:
    page = inspect(_file(tmp_path, scanner_pdf([letter()], rotate=90))).pages[0]
    assert page.rotation == 90
    assert page.width < page.height


def test_an_old_invisible_text_layer_leaves_it_a_picture(tmp_path: Path) -> None:
    page = inspect(_file(tmp_path, scanner_pdf([letter()], hidden_text=True))).pages[0]
    assert page.kind is PageKind.PICTURE
    assert page.picture is not None
    assert page.picture.path == ("/Scan",)


def test_embedded_files_and_signature_fields_are_findings(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(drawn_pdf())) as pdf:
        pdf.attachments["rechnung.xml"] = b"<Rechnung/>"
        value = pdf.make_indirect(Dictionary(Type=Name.Sig))
        field = pdf.make_indirect(Dictionary(FT=Name.Sig, V=value, T="Siegel"))
        pdf.Root.AcroForm = Dictionary(Fields=pikepdf.Array([field]))
        pdf.save(tmp_path / "scan")
    found = {finding.code for finding in inspect(tmp_path / "scan").findings}
    assert found == {FindingCode.EMBEDDED_FILES, FindingCode.INCOMING_SIGNATURE}


EXPECTED_REFUSALS = {"encrypted.pdf": "encrypted", "invalid.pdf": "truncated"}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="needs ../shared/corpus")
def test_odd_files_of_others_are_described_or_refused() -> None:
    names = ("ccitt", "encrypted", "invalid", "jbig2", "masks", "no_contents", "overlay", "signed")
    for name in names:
        path = CORPUS / "odd_pdfs" / f"{name}.pdf"
        if path.name in EXPECTED_REFUSALS:
            assert _reason(path) == EXPECTED_REFUSALS[path.name]
        else:
            assert inspect(path).pages
    (page,) = inspect(CORPUS / "odd_pdfs" / "jbig2.pdf").pages
    assert {found.code for found in page.findings} >= {FindingCode.JBIG2, FindingCode.BITONAL}
    signed = inspect(CORPUS / "odd_pdfs" / "signed.pdf")
    assert [found.code for found in signed.findings] == [FindingCode.INCOMING_SIGNATURE]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="needs ../shared/corpus")
@pytest.mark.parametrize(
    ("name", "sheets"),
    [
        ("patch-code-t-double.pdf", [2, 3]),
        ("patch-code-t-middle.pdf", [2]),
        ("patch-code-t-middle-distorted.pdf", [2]),
        ("patch-code-t-middle-fuzzy.pdf", [2]),
        ("patch-code-t-middle-reverse.pdf", [2]),
        ("patch-code-t-middle.tiff", [2]),
        ("patch-code-t-qr.pdf", [1]),
        ("barcode-39-asn-123.pdf", []),
        ("split-by-tag-basic.pdf", []),
    ],
)
def test_separator_sheets_of_others_are_seen(name: str, sheets: list[int]) -> None:
    pages = inspect(CORPUS / "barcodes" / name).pages
    assert [page.number for page in pages if page.separator] == sheets


def test_media_types_are_told_by_content(tmp_path: Path) -> None:
    kinds = {name: inspect(_file(tmp_path, data)).media_type for name, data in SAMPLES.items()}
    assert kinds["png"] is MediaType.PNG
    assert kinds["pdf-g4"] is MediaType.PDF
    assert kinds["tiff-lzw"] is MediaType.TIFF
